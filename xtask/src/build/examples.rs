//! Builds the Rust programs of `examples/wasm`: a page, a Cloudflare Worker, and a WASI program.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::wasm::install_target;
use crate::run::{cargo, root, run, say};

/// Builds the programs in `target/examples`, and the JavaScript glue of `page` and `worker`.
pub(crate) fn build() -> Result<()> {
    say("building examples/wasm");
    install_target("wasm32-wasip2")?;
    run(&mut compile("wasm32-unknown-unknown", &["page", "worker-in-rust"]))?;
    run(&mut compile("wasm32-wasip2", &["wasi"]))?;
    bind("page", "page")?;
    bind("worker_in_rust", "worker")
}

fn folder() -> PathBuf {
    root().join("target/examples")
}

fn compile(target: &str, packages: &[&str]) -> Command {
    let mut command = cargo();
    command
        .args(["build", "--quiet", "--locked", "--manifest-path=examples/wasm/Cargo.toml", "--target", target])
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .arg("--target-dir")
        .arg(folder())
        .env("CARGO_PROFILE_DEV_DEBUG", "false");
    command
}

/// Generates the JavaScript glue of a program, as wasm-pack and worker-build do.
fn bind(program: &str, name: &str) -> Result<()> {
    let compiled = folder().join("wasm32-unknown-unknown/debug").join(program).with_extension("wasm");
    let options = ["wasm-bindgen", "--target=web", "--no-typescript", "--out-name", name, "--out-dir"];
    let arguments = options.iter().map(OsString::from).chain([folder().join(name).into(), compiled.into()]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments.collect::<Vec<_>>())
}
