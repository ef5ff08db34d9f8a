//! Builds the npm package of the Worker, and bundles it with Wrangler for the tests.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::site;
use crate::node;
use crate::run::{files_in, if_changed, remove, root, run, say};

/// Wrangler requires a newer Node than the rest of this repository. npm provides both.
const WRANGLER: [&str; 2] = ["--package=node@22.23.3", "--package=wrangler@4.164.0"];

/// Writes the package's `dist` and `page` in `worker`: the modules, the JSON Schema of the configuration, the page's files.
pub(crate) fn package() -> Result<()> {
    let folder = root().join("worker");
    node::install(&folder, &folder.join("node_modules/typescript"))?;
    let dist = folder.join("dist");
    if_changed("worker-package", &inputs()?, &dist.join("broker.schema.json"), || {
        say("building the Worker's package");
        remove(&dist)?;
        run(Command::new("node")
            .arg(folder.join("node_modules/typescript/bin/tsc"))
            .args(["--project", "worker/tsconfig.build.json"]))?;
        for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
            fs::copy(root().join(license), dist.join(license))?;
        }
        run(Command::new("node").arg(folder.join("json-schema.mjs")))
    })?;
    let page = folder.join("page");
    if_changed("worker-page", &files_in(&site::folder())?, &page.join("SHA256SUMS"), || {
        remove(&page)?;
        site::copy(&site::folder(), &page, |_| true)
    })
}

/// Writes the bundle of the Worker that the tests run to `target/worker`, with the template's bindings.
pub(crate) fn bundle() -> Result<()> {
    package()?;
    let bundle = root().join("target/worker");
    let mut inputs = inputs()?;
    inputs.extend(files_in(&root().join("tests/worker/deployment"))?);
    if_changed("worker", &inputs, &bundle.join("index.js"), || {
        say("bundling the Worker");
        remove(&bundle)?;
        run(Command::new(node::NPM)
            .args(["exec", "--yes", "--loglevel=error"])
            .args(WRANGLER)
            .args(["--", "wrangler", "deploy", "tests/worker/deployment/index.ts", "--dry-run"])
            .args(["--config=worker/create/template/wrangler.jsonc", "--assets"])
            .arg(site::folder())
            .arg("--outdir")
            .arg(&bundle)
            .env("WRANGLER_SEND_METRICS", "false"))
    })
}

/// The sources of the package and of the bundle.
fn inputs() -> Result<Vec<PathBuf>> {
    let folder = root().join("worker");
    let mut inputs = files_in(&folder.join("src"))?;
    inputs.extend(files_in(&root().join("pkg/dist"))?);
    inputs.extend(files_in(&folder.join("create/template"))?);
    let files = ["package-lock.json", "tsconfig.json", "tsconfig.build.json", "json-schema.mjs"];
    inputs.extend(files.map(|file| folder.join(file)));
    Ok(inputs)
}
