//! Bundles the Worker with Wrangler.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::node;
use crate::run::{files_in, if_changed, root, run, say};

/// Wrangler requires a newer Node than the rest of this repository. npm provides both.
const WRANGLER: [&str; 2] = ["--package=node@22.23.3", "--package=wrangler@4.164.0"];

/// Checks the Worker's types, and writes the bundle that `wrangler deploy` uploads to `target/worker`.
pub(crate) fn bundle() -> Result<()> {
    let folder = root().join("worker");
    node::install(&folder, &folder.join("node_modules/typescript"))?;
    let bundle = root().join("target/worker");
    if_changed("worker", &inputs()?, &bundle.join("index.js"), || {
        say("bundling the Worker");
        run(Command::new("node").arg(folder.join("node_modules/typescript/bin/tsc")).args(["--project", "worker"]))?;
        if bundle.exists() {
            std::fs::remove_dir_all(&bundle)?;
        }
        run(Command::new(node::NPM)
            .args(["exec", "--yes", "--loglevel=error"])
            .args(WRANGLER)
            .args(["--", "wrangler", "deploy", "--dry-run", "--config=worker/wrangler.jsonc", "--outdir"])
            .arg(&bundle)
            .env("WRANGLER_SEND_METRICS", "false"))
    })
}

/// The sources of the bundle.
fn inputs() -> Result<Vec<PathBuf>> {
    let folder = root().join("worker");
    let mut inputs = files_in(&folder.join("src"))?;
    inputs.extend(files_in(&root().join("pkg/dist"))?);
    inputs.extend(["package-lock.json", "tsconfig.json", "wrangler.jsonc"].map(|file| folder.join(file)));
    Ok(inputs)
}
