//! The Worker: its packages, its types, and the bundle that Wrangler makes of it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::run::{files_below, if_changed, root, run, say};
use crate::sandbox::Sandbox;
use crate::{build, node};

/// Wrangler wants a newer Node than the rest of this repository does; npm has both.
const WRANGLER: [&str; 2] = ["--package=node@22.23.3", "--package=wrangler@4.164.0"];

/// Checks the Worker's types, and makes `target/worker`, as `wrangler deploy` uploads it.
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

/// Measures what requests cost; worker/SCALE.md goes on from there.
pub(crate) fn scale() -> Result<()> {
    build::build()?;
    bundle()?;
    let sandbox = Sandbox::start()?;
    run(Command::new("node").arg("tests/worker/scale.mjs").env("STS_WEB_SANDBOX", sandbox.story.to_string()))
}

/// What the bundle is made of.
fn inputs() -> Result<Vec<PathBuf>> {
    let folder = root().join("worker");
    let mut inputs = files_below(&folder.join("src"))?;
    inputs.extend(files_below(&root().join("pkg/dist"))?);
    inputs.extend(["package-lock.json", "tsconfig.json", "wrangler.jsonc"].map(|file| folder.join(file)));
    Ok(inputs)
}
