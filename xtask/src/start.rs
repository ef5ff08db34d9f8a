//! `cargo xtask start`: serves the page with the sandbox.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::build;
use crate::run::root;
use crate::test::{Sandbox, Server};

pub(crate) fn start(port: u16) -> Result<()> {
    // The first build takes minutes, so a port that is not available is reported before it.
    let listener = Server::listen(port)?;
    build::build()?;
    let sandbox = Sandbox::start()?;
    let server = Server::start(listener, &sandbox.settings)?;
    println!("\nThe page:    http://{}/", server.address);
    println!("The sandbox: {}  (MiniStack with IAM enforced; no AWS account is touched)", sandbox.origin());
    println!("Press Ctrl-C to stop both.");
    server.wait();
    Ok(())
}

/// Runs the Worker in workerd, with the page as its assets and a local identity provider.
pub(crate) fn start_worker(port: u16) -> Result<()> {
    drop(Server::listen(port)?);
    build::build()?;
    build::worker::bundle()?;
    let sandbox = Sandbox::start()?;
    let mut child = Command::new("node")
        .arg(root().join("tests/worker/start.mjs"))
        .arg(port.to_string())
        .envs(sandbox.variables()?)
        // It exits when this pipe closes, which is when this process ends.
        .stdin(Stdio::piped())
        .spawn()
        .context("Node could not be started")?;
    // `wait` would close the pipe.
    let _input = child.stdin.take();
    let status = child.wait()?;
    if !status.success() {
        bail!("the Worker could not be started");
    }
    Ok(())
}
