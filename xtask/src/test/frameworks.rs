//! Tools that the packed package is built and run with: `tests/frameworks`.

use std::process::Command;

use anyhow::Result;

use super::sandbox::Sandbox;
use super::{browsers, runners};
use crate::build;
use crate::run::{root, run};

/// Returns the command of the suite: the tools that break most often and install fast.
pub(crate) fn tests() -> Result<Command> {
    // All tools are in one test file.
    runners::node_within("tests/frameworks", 1200, 1)
}

/// Runs all tools, or those whose names begin with one of `names`, and writes their results to tests/FRAMEWORKS.md.
pub(crate) fn matrix(names: &[&str]) -> Result<()> {
    build::build()?;
    let sandbox = Sandbox::start()?;
    run(Command::new("node")
        .arg(root().join("tests/frameworks/matrix.mjs"))
        .args(names)
        .envs(sandbox.variables()?)
        .env("CHROME", browsers::chromium()?))
}
