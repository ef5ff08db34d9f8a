//! The sandbox: `tests/sandbox/sandbox.py`, which exits when its standard input closes.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::python;
use crate::run::{root, say};

/// A running MiniStack. It exits when this is dropped, or when this process ends for any reason.
pub(crate) struct Sandbox {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Endpoint, credentials and roles, for the page and the tests.
    pub(crate) settings: Value,
}

impl Sandbox {
    /// Returns the environment variables of programs that use the sandbox: its settings, and the Python that manages it.
    pub(crate) fn variables(&self) -> Result<[(&'static str, std::ffi::OsString); 2]> {
        let python = python::environment()?;
        Ok([("STS_WEB_SANDBOX", self.settings.to_string().into()), ("STS_WEB_PYTHON", python.into())])
    }

    pub(crate) fn start() -> Result<Self> {
        let python = python::environment()?;
        say("starting the sandbox");
        let log = std::fs::File::create(root().join("target/sandbox.log"))?;
        let mut child = Command::new(python)
            .arg(root().join("tests/sandbox/sandbox.py"))
            .arg(free_port()?.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("the sandbox could not be started")?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().context("its output")?);
        let mut sandbox = Self { child, input, output, settings: Value::Null };
        sandbox.settings = sandbox.read_settings()?;
        Ok(sandbox)
    }

    /// Deletes everything and creates the initial users, roles and buckets again.
    pub(crate) fn reset(&mut self) -> Result<()> {
        self.input.as_mut().context("its input")?.write_all(b"reset\n")?;
        self.settings = self.read_settings()?;
        Ok(())
    }

    /// Returns the endpoint, which the page must be allowed to reach.
    pub(crate) fn origin(&self) -> &str {
        self.settings["endpoint"].as_str().unwrap_or_default()
    }

    fn read_settings(&mut self) -> Result<Value> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).context("the sandbox did not start; see target/sandbox.log")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
