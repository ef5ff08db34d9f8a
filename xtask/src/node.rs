//! Node, and the npm packages of the build and the tests.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::run::{if_changed, output, root, run, say};

/// Returns an error if Node is missing or too old.
pub(crate) fn check() -> Result<()> {
    let version = output(Command::new("node").arg("--version"));
    let numbers = version.as_deref().and_then(|version| {
        let mut numbers = version.trim_start_matches('v').split('.').map(|number| number.parse::<u32>().ok());
        Some((numbers.next()??, numbers.next()??))
    });
    match (numbers, version) {
        // From 20.11 on, the test runner ends tests that hang.
        (Some(numbers), _) if numbers >= (20, 11) => Ok(()),
        (_, Some(version)) => {
            bail!("Node is {version}; install Node 20.11 or newer, from nodejs.org or your system's packages")
        }
        (_, None) => bail!("Node is missing; install Node 20.11 or newer, from nodejs.org or your system's packages"),
    }
}

/// The name of npm's program.
pub(crate) const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Installs the packages that `package-lock.json` in `folder` pins. `product` is the folder of one of them.
pub(crate) fn install(folder: &Path, product: &Path) -> Result<()> {
    check()?;
    let lock = [folder.join("package-lock.json")];
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if_changed(&format!("npm-{name}"), &lock, product, || {
        say(&format!("installing the npm packages of {name}"));
        run(Command::new(NPM)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
            .arg(folder))
    })
}

/// Installs the packages that the benchmarks compare this one with.
pub(crate) fn install_peers() -> Result<()> {
    let folder = root().join("benches");
    install(&folder, &folder.join("node_modules/aws4"))
}

/// Installs the packages of the fuzz targets in JavaScript.
pub(crate) fn install_fuzzers() -> Result<()> {
    let folder = root().join("fuzz/javascript");
    install(&folder, &folder.join("node_modules/fast-check"))
}

/// Returns a command that runs a script of an npm package in `pkg`, e.g. `binaryen/bin/wasm-opt`.
pub(crate) fn package_command(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(root().join("pkg/node_modules").join(script));
    command
}
