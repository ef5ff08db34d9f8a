//! Calls through a proxy that spoils them: `tests/faults`.

use std::process::Command;

use anyhow::Result;

use crate::run::{root, run};
use crate::sandbox::Sandbox;
use crate::{build, suites};

/// A thousand calls each, for the suite.
pub(crate) fn tests() -> Result<Command> {
    build_caller()?;
    suites::node_tests("tests/faults")
}

/// Ten thousand calls each, and the table of what became of them.
pub(crate) fn table(seed: Option<&str>) -> Result<()> {
    build::build()?;
    build_caller()?;
    let sandbox = Sandbox::start()?;
    run(Command::new("node")
        .arg(root().join("tests/faults/table.mjs"))
        .args(seed)
        .env("STS_WEB_SANDBOX", sandbox.story.to_string()))
}

/// The program that makes the calls natively. Compiling it is no part of a run.
fn build_caller() -> Result<()> {
    run(Command::new(env!("CARGO")).args(["test", "--quiet", "--test=under_faults", "--no-run"]))
}
