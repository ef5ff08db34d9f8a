//! Python, which runs the sandbox, and boto3, which the tests compare this project with.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::run::{if_changed, output, root, run, say};

/// Returns the Python of a virtual environment with the packages of `tests/sandbox/requirements.txt`.
pub(crate) fn environment() -> Result<PathBuf> {
    let system = find().context("Python is missing or too old; install Python 3.11 or newer, with its venv module")?;
    let folder = root().join("target/python");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let requirements = root().join("tests/sandbox/requirements.txt");
    if_changed("python", std::slice::from_ref(&requirements), &python, || {
        say("installing the sandbox (MiniStack)");
        run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&folder))
            .context("the virtual environment could not be created; install Python's venv module (python3-venv)")?;
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&requirements))
    })?;
    Ok(python)
}

fn find() -> Option<&'static str> {
    const NEW_ENOUGH: &str = "import sys, venv; sys.exit(sys.version_info < (3, 11))";
    let new_enough = |name: &&str| output(Command::new(name).args(["-c", NEW_ENOUGH])).is_some();
    ["python3", "python3.13", "python3.12", "python3.11", "python"].into_iter().find(new_enough)
}
