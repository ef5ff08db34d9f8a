//! `cargo xtask scale`: latency and throughput of requests to the Worker, for worker/SCALE.md.

use std::process::Command;

use anyhow::Result;

use crate::build;
use crate::run::{root, run};
use crate::test::Sandbox;

/// Builds the Worker and measures it, with the sandbox in place of AWS. `quick` sends each request a few times only.
pub(crate) fn scale(quick: bool) -> Result<()> {
    build::build()?;
    build::worker::bundle()?;
    let sandbox = Sandbox::start()?;
    let script = root().join("tests/worker/scale.mjs");
    run(Command::new("node").arg(script).args(quick.then_some("--quick")).envs(sandbox.variables()?))
}
