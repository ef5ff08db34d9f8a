//! The page: `www/` and, beside it, what the browser's entry point of the package needs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest, Sha256};

use crate::node;
use crate::run::{files_below, root, run};

/// Where the page is that visitors get.
pub(crate) fn folder() -> PathBuf {
    root().join("target/site")
}

/// Puts the page together twice: file by file in `target/page`, as anyone can by copying, and in `target/site` with its
/// scripts joined to one, which compresses far better. Nothing is shortened; where two have the same name, one gets a number.
pub(crate) fn assemble() -> Result<()> {
    let (page, site) = (root().join("target/page"), folder());
    for folder in [&page, &site] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    copy(&root().join("www"), &page, |path| path.extension().is_none_or(|extension| extension != "md"))?;
    copy(&root().join("pkg/dist"), &page.join("sts-web"), |path| {
        let file = path.to_string_lossy();
        let other_entry = file.contains("entry") && !file.ends_with("browser.js") || file.ends_with("inline.js");
        !file.ends_with(".d.ts") && !file.contains("LICENSE") && !other_entry
    })?;
    copy(&page, &site, |path| path.extension().is_none_or(|extension| extension != "js" && extension != "wasm"))?;
    // The package looks for its module one folder above the script.
    fs::copy(page.join("sts-web/sts.wasm"), site.join("sts.wasm"))?;
    // Loaded only where a Worker serves the page.
    fs::create_dir_all(site.join("js"))?;
    fs::copy(page.join("js/broker.js"), site.join("js/broker.js"))?;
    run(node::package_command("esbuild/bin/esbuild")
        .arg(page.join("js/page.js"))
        .args([
            "--bundle",
            "--format=esm",
            "--target=es2022",
            "--charset=utf8",
            "--log-level=error",
            "--external:./broker.js",
        ])
        .arg(format!("--outfile={}", site.join("js/page.js").display())))?;
    let script = fs::read_to_string(site.join("js/page.js"))?;
    fs::write(site.join("js/page.js"), without_documentation(&script))?;
    fs::write(site.join("SHA256SUMS"), hashes(&site)?)?;
    Ok(())
}

/// The script without the few comments that esbuild leaves, which are those inside of classes and objects. Files have the
/// names that the page's first comment gives them.
fn without_documentation(script: &str) -> String {
    let mut inside = false;
    let kept = script.lines().filter(|line| {
        let text = line.trim_start();
        let documentation = inside || text.starts_with("/**");
        inside = documentation && !line.contains("*/");
        // Those at the beginning of a line say which file follows.
        !(documentation || text.starts_with("//") && line.starts_with(' '))
    });
    kept.fold(String::new(), |script, line| script + &line.replacen("// target/page/", "// ", 1) + "\n")
}

/// A line for each file that is served, as `sha256sum` prints and checks them.
fn hashes(site: &Path) -> Result<String> {
    let mut lines = Vec::new();
    // A Worker answers worker.json by itself.
    for file in files_below(site)?.into_iter().filter(|file| !file.ends_with("worker.json")) {
        let hash = base16ct::lower::encode_string(&Sha256::digest(fs::read(&file)?));
        lines.push(format!("{hash}  {}\n", file.strip_prefix(site)?.display()));
    }
    lines.sort_by(|one, other| one.get(66..).cmp(&other.get(66..)));
    Ok(lines.concat())
}

fn copy(from: &Path, to: &Path, wanted: impl Fn(&Path) -> bool) -> Result<()> {
    for file in files_below(from)?.iter().filter(|file| wanted(file)) {
        let target = to.join(file.strip_prefix(from)?);
        fs::create_dir_all(target.parent().unwrap_or(to))?;
        fs::copy(file, target)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_falls_away_and_code_stays() {
        let script =
            "class A {\n  /** One line. */\n  a = 1 /** 2 */;\n  /**\n   * More\n   * lines.\n   */\n  b() {}\n}\n";
        assert_eq!(without_documentation(script), "class A {\n  a = 1 /** 2 */;\n  b() {}\n}\n");
    }
}
