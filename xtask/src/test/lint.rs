//! `cargo xtask lint`: checks formatting, lints and types of all TypeScript, JavaScript, CSS and HTML.

use anyhow::Result;

use crate::run::{run, say};
use crate::{build, node};

/// Folders whose JavaScript TypeScript checks. `pkg` and `worker` are checked when they are compiled.
const CHECKED: [&str; 2] = ["tests", "www"];

/// Runs Biome and the TypeScript compiler. Returns an error if either reports one.
pub(crate) fn lint() -> Result<()> {
    // The tests import the package, whose types the build generates.
    build::build()?;
    node::install_peers()?;
    node::install_fuzzers()?;
    say("checking formatting and lints with Biome");
    run(node::package_command("@biomejs/biome/bin/biome").args(["ci", "--diagnostic-level=error"]))?;
    for folder in CHECKED {
        say(&format!("checking the types in {folder}"));
        run(node::package_command("typescript/bin/tsc").args(["--project", folder]))?;
    }
    Ok(())
}
