//! `cargo xtask reproduce` and `cargo xtask verify`: the same commit builds the same bytes, on every machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::node::NPM;
use crate::run::{files_in, output, root, run, say};

/// The npm packages: their names, and their folders.
const PACKAGES: [(&str, &str); 3] =
    [("sts-web", "pkg"), ("sts-web-worker", "worker"), ("create-sts-web-worker", "worker/create")];

/// The hash of each file, by name.
type Hashes = BTreeMap<String, String>;

/// Builds the current commit twice, in two folders and with two home directories. Returns an error if a file differs.
/// Writes the hashes to `target/reproduce/SHA256SUMS`.
pub(crate) fn reproduce() -> Result<()> {
    let folder = fresh_folder("reproduce")?;
    let first = build(&folder.join("one"), "HEAD", Some(&folder.join("home")))?;
    let second = build(&folder.join("a/longer path/to/another"), "HEAD", Some(&folder.join("home of another")))?;
    compare(&first, &second, "the first build", "the second")?;
    let sums: String = first.iter().map(|(name, hash)| [hash, "  ", name, "\n"].concat()).collect();
    fs::write(folder.join("SHA256SUMS"), sums)?;
    println!("two builds of the same commit have the same {} files", first.len());
    Ok(())
}

/// Builds the tag of a release and compares each file with the packages that npm serves. Prints the hashes of the page, to
/// compare them with those of the GitHub release.
pub(crate) fn verify(version: &str) -> Result<()> {
    let folder = fresh_folder("verify")?;
    let mut built = build(&folder.join("source"), &format!("v{version}"), None)?;
    let page = built.split_off("target/site/");
    let mut served = Hashes::new();
    for (name, _) in PACKAGES {
        let tarball = pack(&[&format!("{name}@{version}")], root(), &folder.join("npm"))?;
        add_tarball(&tarball, name, &mut served)?;
    }
    compare(&built, &served, "the build", "npm")?;
    println!("npm serves the {} files that v{version} builds; the page's are:\n", built.len());
    for (name, hash) in page {
        println!("{hash}  {}", name.trim_start_matches("target/site/"));
    }
    Ok(())
}

/// Clones `revision` into `folder` and builds it there. Returns the hash of every file of the packages and the page.
fn build(folder: &Path, revision: &str, home: Option<&Path>) -> Result<Hashes> {
    say(&format!("building {revision} in {}", folder.display()));
    run(Command::new("git").args(["clone", "--quiet"]).arg(root()).arg(folder))?;
    run(Command::new("git").arg("-C").arg(folder).args([
        "-c",
        "advice.detachedHead=false",
        "checkout",
        "--quiet",
        revision,
    ]))
    .with_context(|| format!("there is no {revision}; fetch the tags with `git fetch --tags`"))?;
    let status = command("cargo", folder, home)?.args(["xtask", "build"]).status()?;
    if !status.success() {
        bail!("the build in {} failed", folder.display());
    }
    let mut hashes = Hashes::new();
    for (name, package) in PACKAGES {
        let tarball = pack(&[], &folder.join(package), &folder.join("target/packed"))?;
        add_tarball(&tarball, name, &mut hashes)?;
    }
    add_files(&folder.join("target/site"), "target/site", &mut hashes)?;
    Ok(hashes)
}

/// Returns a command for another checkout: without the variables that cargo and rustup set for this one, and with the home
/// directory `home`.
fn command(program: &str, folder: &Path, home: Option<&Path>) -> Result<Command> {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO")) {
        command.env_remove(name);
    }
    command.env_remove("RUSTUP_TOOLCHAIN");
    if let Some(home) = home {
        fs::create_dir_all(home)?;
        // Uses the toolchains that are installed on this machine.
        let rustup = output(Command::new("rustup").args(["show", "home"])).context("rustup is missing")?;
        command
            .env("HOME", home)
            .env("USERPROFILE", home)
            .env("CARGO_HOME", home.join(".cargo"))
            .env("RUSTUP_HOME", rustup);
    }
    Ok(command)
}

/// Packs the npm package of a folder, or the one that `arguments` name. Returns the tarball.
fn pack(arguments: &[&str], folder: &Path, destination: &Path) -> Result<PathBuf> {
    fs::create_dir_all(destination)?;
    let command = [&["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination"], &[][..]].concat();
    let printed = output(Command::new(NPM).args(command).arg(destination).args(arguments).current_dir(folder));
    let printed = printed.with_context(|| format!("npm could not pack {}", arguments.join(" ")))?;
    Ok(destination.join(printed.lines().last().context("npm printed no name")?))
}

/// Adds the files in a package. The tarball itself is not compared, because its bytes depend on the version of zlib.
fn add_tarball(tarball: &Path, name: &str, hashes: &mut Hashes) -> Result<()> {
    let folder = tarball.with_extension("unpacked");
    fs::create_dir_all(&folder)?;
    run(Command::new("tar").arg("-xzf").arg(tarball).arg("-C").arg(&folder))?;
    add_files(&folder.join("package"), name, hashes)
}

fn add_files(folder: &Path, name: &str, hashes: &mut Hashes) -> Result<()> {
    for file in files_in(folder)? {
        let hash = base16ct::lower::encode_string(&Sha256::digest(fs::read(&file)?));
        let path = file.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        hashes.insert(format!("{name}/{path}"), hash);
    }
    Ok(())
}

/// Returns an error that lists the files that differ.
fn compare(one: &Hashes, other: &Hashes, one_name: &str, other_name: &str) -> Result<()> {
    let mut differences = Vec::new();
    for name in one.keys().chain(other.keys().filter(|name| !one.contains_key(*name))) {
        match (one.get(name), other.get(name)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(_), Some(_)) => differences.push(format!("{name} differs")),
            (Some(_), None) => differences.push(format!("{name} is only in {one_name}")),
            (None, _) => differences.push(format!("{name} is only in {other_name}")),
        }
    }
    if !differences.is_empty() {
        bail!("{one_name} and {other_name} are not the same:\n{}", differences.join("\n"));
    }
    Ok(())
}

/// Creates an empty folder in `target`.
fn fresh_folder(name: &str) -> Result<PathBuf> {
    let folder = root().join("target").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_listed() {
        let hashes = |files: &[(&str, &str)]| {
            files.iter().map(|(name, hash)| ((*name).to_owned(), (*hash).to_owned())).collect::<Hashes>()
        };
        let built = hashes(&[("same", "1"), ("changed", "2"), ("missing", "3")]);
        let served = hashes(&[("same", "1"), ("changed", "4"), ("added", "5")]);
        let error = compare(&built, &served, "the build", "npm").expect_err("different").to_string();
        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(
            lines,
            [
                "the build and npm are not the same:",
                "changed differs",
                "missing is only in the build",
                "added is only in npm"
            ]
        );
        compare(&built, &built, "the build", "npm").expect("the same");
    }
}
