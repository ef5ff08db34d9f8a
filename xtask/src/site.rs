//! The page as it is served: `www/` and, beside it, what the browser's entry point of the package needs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::{files_below, root};

/// Where the page is put together.
pub(crate) fn folder() -> PathBuf {
    root().join("target/site")
}

/// Copies the page together. Nothing is transformed: what is served is what stands in the repository.
pub(crate) fn assemble() -> Result<()> {
    let site = folder();
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    copy(&root().join("www"), &site, |path| path.extension().is_none_or(|extension| extension != "md"))?;
    copy(&root().join("pkg/dist"), &site.join("sts-web"), |path| {
        let file = path.to_string_lossy();
        let other_entry = file.contains("entry") && !file.ends_with("browser.js") || file.ends_with("inline.js");
        !file.ends_with(".d.ts") && !file.contains("LICENSE") && !other_entry
    })
}

fn copy(from: &Path, to: &Path, wanted: impl Fn(&Path) -> bool) -> Result<()> {
    for file in files_below(from)?.iter().filter(|file| wanted(file)) {
        let target = to.join(file.strip_prefix(from)?);
        fs::create_dir_all(target.parent().unwrap_or(to))?;
        fs::copy(file, target)?;
    }
    Ok(())
}
