//! The commands that run the suites.

use std::process::Command;

use anyhow::Result;

use super::{browsers, python};
use crate::build;
use crate::run::{cargo, files_in, root};

/// The environment variable with the seed of random inputs. `cargo xtask test` sets it to 1, so that a test fails because of
/// a change and not because of other inputs. `cargo xtask faults` and `cargo xtask fuzz` use a different seed each time.
pub(super) const SEED: &str = "STS_WEB_SEED";

pub(super) fn rust() -> Command {
    let mut command = cargo();
    command.args([
        "test",
        "--workspace",
        "--no-fail-fast",
        "--features",
        "sts-web/aws-credential-types,sts-web/profile,sts-web/tower",
    ]);
    command
}

pub(super) fn wasm_in_node() -> Result<Command> {
    wasm("node")
}

pub(super) fn wasm_in_chromium() -> Result<Command> {
    let mut command = wasm("browser")?;
    command.env("CHROMEDRIVER", browsers::chromedriver()?).env("WASM_BINDGEN_USE_BROWSER", "1");
    Ok(command)
}

fn wasm(platform: &str) -> Result<Command> {
    browsers::chromium()?;
    let xtask = std::env::current_exe()?;
    let runner = format!("{} run-wasm-tests", xtask.display());
    let mut command = cargo();
    command
        .args(["test", "--target=wasm32-unknown-unknown", "--no-default-features", "--features=npm,fetch", "--test"])
        .arg(format!("wasm_{platform}"))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("CARGO_PROFILE_TEST_DEBUG", "false");
    Ok(command)
}

/// Returns the command that runs the crate's own tests on WASI, in wasmtime.
pub(super) fn wasi() -> Result<Command> {
    const TARGET: &str = "wasm32-wasip1";
    build::wasm::install_target(TARGET)?;
    let runner = format!("{} {}", python::environment()?.display(), root().join("tests/wasi/run.py").display());
    let mut command = cargo();
    command
        .args(["test", "--package=sts-web", "--no-default-features", "--lib", "--target", TARGET])
        .env("CARGO_TARGET_WASM32_WASIP1_RUNNER", runner);
    Ok(command)
}

/// Returns the command of the tests of `examples/wasm`, in Chromium, workerd and wasmtime, and builds the programs.
pub(super) fn rust_examples() -> Result<Command> {
    build::examples::build()?;
    node("tests/rust-examples")
}

pub(super) fn package() -> Result<Command> {
    // Its tests mostly wait for servers, bundlers and Python.
    node_within("tests/package", 300, 2)
}

pub(super) fn page() -> Result<Command> {
    // A browser mostly waits, so that two need little more time than one.
    let mut command = node_within("tests/browser", 300, 2)?;
    command.env("FIREFOX", browsers::firefox()?).env("MINIBROWSER", browsers::minibrowser()?);
    Ok(command)
}

pub(super) fn worker() -> Result<Command> {
    build::worker::bundle()?;
    // Its tests often wait for a timeout of the Worker or for a program to start.
    node_within("tests/worker", 300, 2)
}

/// Returns the command that fuzzes every target with the same inputs each time.
pub(super) fn fuzz() -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["fuzz", "--same-inputs"]);
    Ok(command)
}

pub(super) fn node(folder: &str) -> Result<Command> {
    node_within(folder, 300, 1)
}

/// Returns the command of a suite in which each test file may take this many seconds, and which runs this many files at a
/// time. A file that hangs fails, and the others still run.
pub(super) fn node_within(folder: &str, seconds: u32, files_at_a_time: u32) -> Result<Command> {
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter=tap"]);
    command.arg(format!("--test-concurrency={files_at_a_time}"));
    command.arg(format!("--test-timeout={}", seconds * 1000));
    let files = files_in(&root().join(folder))?;
    command.args(files.iter().filter(|file| file.to_string_lossy().ends_with(".test.mjs")));
    command.env("CHROME", browsers::chromium()?);
    Ok(command)
}
