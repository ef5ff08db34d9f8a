//! The browsers that the tests drive, and their drivers.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::debian::install;
use crate::run::on_path;

const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Returns Chromium: the program in `CHROME`, one on the PATH, or Debian's package.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROME") {
        return Ok(PathBuf::from(named));
    }
    if let Some(found) = on_path(&CHROMIUM) {
        return Ok(found);
    }
    install(&["chromium", "chromium-driver"])?;
    on_path(&CHROMIUM).context("Chromium is missing; install it, or set the variable CHROME")
}

/// Returns Chromium's driver: the program in `CHROMEDRIVER`, one on the PATH, or Debian's package.
pub(crate) fn chromedriver() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMEDRIVER") {
        return Ok(PathBuf::from(named));
    }
    if on_path(&["chromedriver"]).is_none() {
        install(&["chromium-driver"])?;
    }
    on_path(&["chromedriver"]).context("chromedriver is missing; install it, or set the variable CHROMEDRIVER")
}

/// Returns Firefox: the program in `FIREFOX`, one on the PATH, or Debian's package.
pub(crate) fn firefox() -> Result<PathBuf> {
    const FIREFOX: [&str; 2] = ["firefox-esr", "firefox"];
    if let Some(named) = std::env::var_os("FIREFOX") {
        return Ok(PathBuf::from(named));
    }
    if on_path(&FIREFOX).is_none() {
        install(&["firefox-esr"])?;
    }
    on_path(&FIREFOX).context("Firefox is missing; install it, or set the variable FIREFOX")
}

/// Returns a browser with the engine `WebKit`: the program in `MINIBROWSER`, or that of Debian's package.
pub(crate) fn minibrowser() -> Result<PathBuf> {
    if on_path(&["WebKitWebDriver"]).is_none() || on_path(&["xvfb-run"]).is_none() {
        install(&["webkit2gtk-driver", "xvfb", "xauth"])?;
    }
    if let Some(named) = std::env::var_os("MINIBROWSER") {
        return Ok(PathBuf::from(named));
    }
    // /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser
    let entries_of =
        |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries_of("/usr/lib".into())
        .flat_map(entries_of)
        .map(|folder| folder.join("MiniBrowser"))
        .find(|file| file.exists())
        .context("WebKit's MiniBrowser is missing; set the variable MINIBROWSER")
}
