//! Installs packages of Debian and Ubuntu that the tests need.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::run::{on_path, output, run, say};

/// Installs Debian packages if this process runs as root. Otherwise returns an error with the command to run: xtask never
/// calls sudo.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let is_root = output(Command::new("id").arg("-u")).as_deref() == Some("0");
    if on_path(&["apt-get"]).is_none() {
        bail!("missing: {}; install it with the package manager of your system", packages.join(", "));
    }
    if !is_root {
        bail!("{}", install_command(packages));
    }
    say(&format!("installing {} with apt", packages.join(", ")));
    let apt = |arguments: &[&str]| {
        run(Command::new("apt-get")
            .args(["-qq", "-o=Dpkg::Use-Pty=0"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null()))
    };
    apt(&["update"])
        .and_then(|()| apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat()))
        .with_context(|| install_command(packages))
}

fn install_command(packages: &[&str]) -> String {
    let (names, list) = (packages.join(", "), packages.join(" "));
    format!("missing: {names}; run: sudo apt-get install --no-install-recommends {list}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_package_comes_with_the_command_that_installs_it() {
        let expected = "missing: xvfb, xauth; run: sudo apt-get install --no-install-recommends xvfb xauth";
        assert_eq!(install_command(&["xvfb", "xauth"]), expected);
    }
}
