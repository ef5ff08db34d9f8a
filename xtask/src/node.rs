//! Node, the npm packages that the build and the tests take, and Chromium.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{if_changed, on_path, output, root, run, say};

/// Checks that Node is there and new enough.
pub(crate) fn check() -> Result<()> {
    let version = output(Command::new("node").arg("--version"));
    let numbers = version.as_deref().and_then(|version| {
        let mut numbers = version.trim_start_matches('v').split('.').map(|number| number.parse::<u32>().ok());
        Some((numbers.next()??, numbers.next()??))
    });
    match (numbers, version) {
        // Its test runner ends what hangs from 20.11 on.
        (Some(numbers), _) if numbers >= (20, 11) => Ok(()),
        (_, Some(version)) => {
            bail!("Node is {version}; install Node 20.11 or newer, from nodejs.org or your system's packages")
        }
        (_, None) => bail!("Node is missing; install Node 20 or newer, from nodejs.org or your system's packages"),
    }
}

/// What npm is called.
pub(crate) const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Installs what the `package-lock.json` in `folder` pins. `product` is one of the packages.
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

/// Installs what the package is measured beside.
pub(crate) fn install_peers() -> Result<()> {
    let folder = root().join("benches");
    install(&folder, &folder.join("node_modules/aws4"))
}

/// A command of an installed npm package, as `binaryen/bin/wasm-opt`.
pub(crate) fn package_command(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(root().join("pkg/node_modules").join(script));
    command
}

const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Chromium: what `CHROME` names, else one on the PATH, else Debian's package.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROME") {
        return Ok(PathBuf::from(named));
    }
    if let Some(found) = on_path(&CHROMIUM) {
        return Ok(found);
    }
    install_from_debian(&["chromium", "chromium-driver"])?;
    on_path(&CHROMIUM).context("Chromium is missing; install it, or name it in the variable CHROME")
}

/// Chromium's driver: what `CHROMEDRIVER` names, else one on the PATH, else Debian's package.
pub(crate) fn chromedriver() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMEDRIVER") {
        return Ok(PathBuf::from(named));
    }
    if on_path(&["chromedriver"]).is_none() {
        install_from_debian(&["chromium-driver"])?;
    }
    on_path(&["chromedriver"]).context("chromedriver is missing; install it, or name it in the variable CHROMEDRIVER")
}

/// Firefox: what `FIREFOX` names, else one on the PATH, else Debian's package.
pub(crate) fn firefox() -> Result<PathBuf> {
    const FIREFOX: [&str; 2] = ["firefox-esr", "firefox"];
    if let Some(named) = std::env::var_os("FIREFOX") {
        return Ok(PathBuf::from(named));
    }
    if on_path(&FIREFOX).is_none() {
        install_from_debian(&["firefox-esr"])?;
    }
    on_path(&FIREFOX).context("Firefox is missing; install it, or name it in the variable FIREFOX")
}

/// A browser with the engine `WebKit`, for its driver: what `MINIBROWSER` names, else that of Debian's package.
pub(crate) fn minibrowser() -> Result<PathBuf> {
    if on_path(&["WebKitWebDriver"]).is_none() || on_path(&["xvfb-run"]).is_none() {
        install_from_debian(&["webkit2gtk-driver", "xvfb", "xauth"])?;
    }
    if let Some(named) = std::env::var_os("MINIBROWSER") {
        return Ok(PathBuf::from(named));
    }
    // /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser
    let below = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    below("/usr/lib".into())
        .flat_map(below)
        .map(|folder| folder.join("MiniBrowser"))
        .find(|file| file.exists())
        .context("WebKit's MiniBrowser is missing; name it in the variable MINIBROWSER")
}

/// Installs Debian packages, where there is apt and leave to use it.
pub(crate) fn install_from_debian(packages: &[&str]) -> Result<()> {
    let missing = format!("{} is missing; install it with your system's packages", packages.join(", "));
    if on_path(&["apt-get"]).is_none() {
        bail!("{missing}");
    }
    let root_user = output(Command::new("id").arg("-u")).as_deref() == Some("0");
    let sudo = !root_user && output(Command::new("sudo").args(["-n", "true"])).is_some();
    if !root_user && !sudo {
        bail!("{missing}");
    }
    say(&format!("installing {} with apt", packages.join(", ")));
    let apt = |arguments: &[&str]| {
        let mut command = if sudo { Command::new("sudo") } else { Command::new("apt-get") };
        if sudo {
            command.args(["-n", "apt-get"]);
        }
        run(command
            .args(["-qq", "-o=Dpkg::Use-Pty=0"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(std::process::Stdio::null()))
    };
    apt(&["update"])
        .and_then(|()| apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat()))
        .context(missing)
}
