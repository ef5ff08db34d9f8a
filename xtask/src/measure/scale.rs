//! `cargo xtask scale`: latency and throughput of requests to the Worker, for worker/SCALE.md.

use std::process::Command;

use anyhow::Result;

use crate::build;
use crate::run::{root, run};
use crate::test::Sandbox;

/// Builds the Worker and measures it, with the sandbox in place of AWS.
pub(crate) fn scale() -> Result<()> {
    build::build()?;
    build::worker::bundle()?;
    let sandbox = Sandbox::start()?;
    run(Command::new("node").arg(root().join("tests/worker/scale.mjs")).envs(sandbox.variables()?))
}
