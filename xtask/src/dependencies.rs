//! `cargo xtask dependencies`: licences, sources and duplicates of what is compiled, and what is known against any of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::node;
use crate::run::{output, root, run, say};

/// Checks what every lock file pins. Lists of known faults are read where they can be reached.
pub(crate) fn check() -> Result<()> {
    let deny = cargo_deny()?;
    for manifest in MANIFESTS {
        say(&format!("the licences, sources and duplicates of {manifest}"));
        run(Command::new(&deny)
            .args(["--config=deny.toml", "--all-features", "--locked", "--manifest-path", manifest])
            .args([
                "check",
                // deny.toml is for all manifests, and each has its own part of it.
                "--allow=license-not-encountered",
                "--allow=license-exception-not-encountered",
                "--allow=unmatched-skip",
                "bans",
                "licenses",
                "sources",
            ]))?;
    }
    advisories(&deny)?;
    for folder in npm_folders()? {
        audit(&folder)?;
    }
    Ok(())
}

/// The workspaces of this repository.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// The version that is installed.
const CARGO_DENY: &str = "0.20.2";

fn cargo_deny() -> Result<PathBuf> {
    let folder = root().join("target/tools");
    let program = folder.join("bin/cargo-deny");
    if output(Command::new(&program).arg("--version")).is_none_or(|version| !version.ends_with(CARGO_DENY)) {
        say("compiling cargo-deny, which takes some minutes");
        // Unoptimised: it is compiled far longer than it runs.
        run(Command::new(env!("CARGO"))
            .args(["install", "--debug", "--quiet", "--locked", "--version", CARGO_DENY, "cargo-deny", "--root"])
            .arg(&folder)
            .env("CARGO_TARGET_DIR", folder.join("target")))?;
        // The program is all that is used of it.
        std::fs::remove_dir_all(folder.join("target"))?;
    }
    Ok(program)
}

fn advisories(deny: &Path) -> Result<()> {
    if output(Command::new(deny).args(["--config=deny.toml", "fetch", "db"]).current_dir(root())).is_none() {
        say("the database of Rust's advisories cannot be reached from here: not checked");
        return Ok(());
    }
    for manifest in MANIFESTS {
        say(&format!("the advisories on {manifest}"));
        run(Command::new(deny)
            .args(["--config=deny.toml", "--all-features", "--locked", "--manifest-path", manifest])
            .args(["check", "--disable-fetch", "advisories"]))?;
    }
    Ok(())
}

/// Folders with packages of npm.
fn npm_folders() -> Result<Vec<PathBuf>> {
    let files =
        output(Command::new("git").args(["ls-files", "package-lock.json", "*/package-lock.json"]).current_dir(root()));
    let files = files.context("git could not list the files")?;
    Ok(files.lines().filter_map(|file| Some(root().join(Path::new(file).parent()?))).collect())
}

fn audit(folder: &Path) -> Result<()> {
    let name = folder.strip_prefix(root())?.display();
    let printed = Command::new(node::NPM)
        .args(["audit", "--json", "--audit-level=high"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()?;
    let told: Value = serde_json::from_slice(&printed.stdout).unwrap_or_default();
    if told.get("vulnerabilities").is_none() {
        say(&format!("npm's registry does not answer whether anything is known against {name}: not checked"));
        return Ok(());
    }
    say(&format!("what is known against {name}: {}", told["metadata"]["vulnerabilities"]));
    if !printed.status.success() {
        bail!("that is high or critical");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;

    use super::*;

    /// By name, where it is used and its licence.
    type Dependencies = BTreeMap<String, (BTreeSet<String>, String)>;

    #[test]
    fn every_direct_dependency_is_listed_with_its_licence_and_nothing_else_is() {
        let mut expected = Dependencies::new();
        for manifest in MANIFESTS {
            crates(manifest, &mut expected);
        }
        for folder in npm_folders().expect("the folders") {
            packages(&folder, &mut expected);
        }

        let text = fs::read_to_string(root().join("docs/DEPENDENCIES.md")).expect("the list");
        let mut listed = Dependencies::new();
        for line in text.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [name, places, why, licence] = cells.as_slice() else { panic!("not a row: {line}") };
            assert!(!why.is_empty(), "{line}");
            let places = places.split(", ").map(str::to_owned).collect();
            let row = (places, (*licence).to_owned());
            assert!(listed.insert(name.trim_matches('`').to_owned(), row).is_none(), "{name} is there twice");
        }
        assert_eq!(listed, expected);
    }

    fn add(to: &mut Dependencies, name: &str, place: &str, licence: &str) {
        let (places, known) = to.entry(name.to_owned()).or_default();
        places.insert(place.to_owned());
        licence.clone_into(known);
    }

    fn crates(manifest: &str, found: &mut Dependencies) {
        let told = output(
            Command::new(env!("CARGO"))
                .args(["metadata", "--locked", "--all-features", "--format-version=1", "--manifest-path", manifest])
                .current_dir(root()),
        );
        let metadata: Value = serde_json::from_str(&told.expect("cargo's metadata")).expect("JSON");
        let all = metadata["packages"].as_array().expect("packages");
        let licence =
            |name: &Value| all.iter().find(|one| one["name"] == *name).and_then(|one| one["license"].as_str());
        let member =
            |one: &&Value| metadata["workspace_members"].as_array().is_some_and(|ids| ids.contains(&one["id"]));
        for package in all.iter().filter(member) {
            let of_package = match package["name"].as_str().expect("a name") {
                "sts-web" => "crate",
                other => other.trim_start_matches("sts-web-"),
            };
            let registered = |one: &&Value| !one["source"].is_null();
            for dependency in package["dependencies"].as_array().expect("a list").iter().filter(registered) {
                let place = if dependency["kind"] == "dev" { "tests" } else { of_package };
                let name = &dependency["name"];
                add(found, name.as_str().expect("a name"), place, licence(name).expect("a licence"));
            }
        }
    }

    fn packages(folder: &Path, found: &mut Dependencies) {
        let place = folder.strip_prefix(root()).expect("a folder of this repository").display().to_string();
        let read =
            |file| -> Value { serde_json::from_slice(&fs::read(folder.join(file)).expect("the file")).expect("JSON") };
        let (package, lock) = (read("package.json"), read("package-lock.json"));
        for kind in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] {
            for (name, version) in package[kind].as_object().into_iter().flatten() {
                if !version.as_str().is_some_and(|version| version.starts_with("file:")) {
                    let licence = &lock["packages"][["node_modules/", name].concat()]["license"];
                    add(found, name, &place, licence.as_str().expect("a licence"));
                }
            }
        }
    }
}
