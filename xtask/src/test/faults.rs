//! Calls through a proxy that injects faults: `tests/faults`.

use std::process::Command;

use anyhow::Result;

use super::runners;
use super::sandbox::Sandbox;
use crate::build;
use crate::run::{cargo, root, run};

/// Returns the command of the suite, which makes 1,000 calls natively and 1,000 in wasm.
pub(crate) fn tests() -> Result<Command> {
    build_caller()?;
    runners::node("tests/faults")
}

/// Makes 10,000 calls natively and 10,000 in wasm, runs the Worker for ten minutes, and writes their outcomes to
/// tests/FAULTS.md.
pub(crate) fn table(seed: Option<&str>) -> Result<()> {
    build::build()?;
    build::worker::bundle()?;
    build_caller()?;
    let sandbox = Sandbox::start()?;
    run(Command::new("node").arg(root().join("tests/faults/table.mjs")).args(seed).envs(sandbox.variables()?))
}

/// Compiles the program that makes the native calls, so that this is not part of a run.
fn build_caller() -> Result<()> {
    run(cargo().args(["test", "--quiet", "--test=under_faults", "--no-run"]))
}
