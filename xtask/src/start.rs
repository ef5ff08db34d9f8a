//! `cargo xtask start`: the page with the sandbox, from nothing to an address.

use anyhow::Result;

use crate::build;
use crate::sandbox::Sandbox;
use crate::serve::Server;

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
