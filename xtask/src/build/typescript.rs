//! Compiles the TypeScript of `pkg/src`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::commonjs;
use crate::node;
use crate::run::{files_in, if_changed, root, run, say};

/// Copies the version in Cargo.toml to the package.json of each npm package.
pub(super) fn set_version() -> Result<()> {
    for folder in ["pkg", "worker", "worker/create"] {
        let file = root().join(folder).join("package.json");
        let text = fs::read_to_string(&file)?;
        let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
        let Some(line) = text.lines().find(|line| line.starts_with("  \"version\"")) else {
            bail!("{folder}/package.json has no version");
        };
        if !line.contains(&version) {
            fs::write(&file, text.replace(line, &format!("  {version},")))?;
        }
    }
    Ok(())
}

/// Compiles `pkg/src` to `pkg/dist`.
pub(super) fn compile() -> Result<()> {
    let dist = root().join("pkg/dist");
    if_changed("typescript", &sources()?, &dist.join("index.js"), || {
        say("compiling the TypeScript");
        run(node::package_command("typescript/bin/tsc").arg("-p").arg(root().join("pkg")))?;
        for file in ["glue.js", "glue.d.ts", "inline.js", "inline.d.ts"] {
            fs::copy(root().join("pkg/src/generated").join(file), dist.join("generated").join(file))?;
        }
        commonjs::build(&dist)?;
        for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
            fs::copy(root().join(license), dist.join(license))?;
        }
        Ok(())
    })
}

fn sources() -> Result<Vec<PathBuf>> {
    let mut sources = files_in(&root().join("pkg/src"))?;
    sources.push(root().join("pkg/tsconfig.json"));
    Ok(sources)
}
