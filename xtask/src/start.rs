//! `cargo xtask start`: the page with the sandbox, from nothing to an address.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::run::root;
use crate::sandbox::Sandbox;
use crate::serve::Server;
use crate::{build, worker};

pub(crate) fn start(port: u16) -> Result<()> {
    build::build()?;
    let sandbox = Sandbox::start()?;
    let server = Server::start(port, &sandbox.story)?;
    println!("\nThe page:    http://{}/", server.address);
    println!("The sandbox: {}  (MiniStack with IAM enforced; no AWS account is touched)", sandbox.origin());
    println!("Ctrl-C ends both.");
    server.wait();
    Ok(())
}

/// The Worker in workerd, the page as its assets, and an issuer to sign in at.
pub(crate) fn start_worker(port: u16) -> Result<()> {
    build::build()?;
    worker::bundle()?;
    let sandbox = Sandbox::start()?;
    let mut child = Command::new("node")
        .arg(root().join("tests/worker/start.mjs"))
        .arg(port.to_string())
        .env("STS_WEB_SANDBOX", sandbox.story.to_string())
        // Open as long as this process lives: it ends when this one does.
        .stdin(Stdio::piped())
        .spawn()
        .context("Node could not be started")?;
    // Waiting would close it.
    let _input = child.stdin.take();
    let status = child.wait()?;
    if !status.success() {
        bail!("the Worker could not be started; if port {port} is taken, give another: --port N");
    }
    Ok(())
}
