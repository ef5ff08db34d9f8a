//! `cargo xtask recipes`: the recipes for large crates, whose dependencies take minutes to compile.

use anyhow::Result;

use super::sandbox::Sandbox;
use crate::run::{cargo, root, run};

/// Builds `examples/recipes`, and runs its tests against the sandbox.
pub(crate) fn recipes() -> Result<()> {
    let sandbox = Sandbox::start()?;
    run(cargo()
        .args(["test", "--locked", "--manifest-path=examples/recipes/Cargo.toml", "--target-dir=target/recipes"])
        .current_dir(root())
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .envs(sandbox.variables()?))
}
