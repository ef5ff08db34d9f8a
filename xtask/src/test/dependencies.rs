//! `cargo xtask dependencies`: checks licenses, sources, duplicates and advisories of all dependencies.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::node;
use crate::run::{cargo_tool, output, root, run, say};

/// Checks every lock file. Advisories are skipped if their databases cannot be reached.
pub(crate) fn check() -> Result<()> {
    let deny = cargo_tool("cargo-deny", CARGO_DENY)?;
    for manifest in LISTED {
        say(&format!("checking licenses, sources and duplicates of {manifest}"));
        rules(&deny, manifest, &["bans", "licenses", "sources"])?;
    }
    for manifest in EXAMPLES {
        say(&format!("checking licenses and sources of {manifest}"));
        rules(&deny, manifest, &["licenses", "sources"])?;
    }
    advisories(&deny)?;
    for folder in npm_folders()? {
        audit(&folder)?;
    }
    Ok(())
}

/// The workspaces whose direct dependencies `docs/DEPENDENCIES.md` lists.
const LISTED: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// The workspaces of the examples. The large crates that they use have duplicate dependencies.
const EXAMPLES: [&str; 2] = ["examples/wasm/Cargo.toml", "examples/recipes/Cargo.toml"];

fn rules(deny: &Path, manifest: &str, checks: &[&str]) -> Result<()> {
    run(Command::new(deny)
        .args(["--config=deny.toml", "--all-features", "--locked", "--manifest-path", manifest])
        .args([
            "check",
            // deny.toml covers all manifests, and no manifest uses all of its exceptions.
            "--allow=license-not-encountered",
            "--allow=license-exception-not-encountered",
            "--allow=unmatched-skip",
        ])
        .args(checks))
}

/// The version of cargo-deny to install.
const CARGO_DENY: &str = "0.20.2";

fn advisories(deny: &Path) -> Result<()> {
    if output(Command::new(deny).args(["--config=deny.toml", "fetch", "db"]).current_dir(root())).is_none() {
        say("skipping Rust's advisories: their database cannot be reached");
        return Ok(());
    }
    for manifest in LISTED.iter().chain(&EXAMPLES) {
        say(&format!("checking advisories for {manifest}"));
        run(Command::new(deny)
            .args(["--config=deny.toml", "--all-features", "--locked", "--manifest-path", manifest])
            .args(["check", "--disable-fetch", "advisories"]))?;
    }
    Ok(())
}

/// Returns the folders with npm packages.
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
    let report: Value = serde_json::from_slice(&printed.stdout).unwrap_or_default();
    if report.get("vulnerabilities").is_none() {
        say(&format!("skipping npm's advisories for {name}: the registry cannot be reached"));
        return Ok(());
    }
    say(&format!("npm advisories for {name}: {}", report["metadata"]["vulnerabilities"]));
    if !printed.status.success() {
        bail!("{name} depends on packages with advisories of severity high or critical; run npm audit there");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;

    use super::*;
    use crate::run::cargo;

    /// By name: the parts that use it, and its license.
    type Dependencies = BTreeMap<String, (BTreeSet<String>, String)>;

    #[test]
    fn every_direct_dependency_is_listed_with_its_license_and_nothing_else_is() {
        let mut expected = Dependencies::new();
        for manifest in LISTED {
            crates(manifest, &mut expected);
        }
        for folder in npm_folders().expect("the folders") {
            packages(&folder, &mut expected);
        }

        let text = fs::read_to_string(root().join("docs/DEPENDENCIES.md")).expect("the list");
        let mut listed = Dependencies::new();
        for line in text.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [name, users, why, license] = cells.as_slice() else { panic!("not a row: {line}") };
            assert!(!why.is_empty(), "{line}");
            let users = users.split(", ").map(str::to_owned).collect();
            let row = (users, (*license).to_owned());
            assert!(listed.insert(name.trim_matches('`').to_owned(), row).is_none(), "{name} is listed twice");
        }
        assert_eq!(listed, expected);
    }

    #[test]
    fn the_crates_rust_version_is_the_newest_that_one_of_its_dependencies_needs() {
        // With the default features only: an adapter needs the Rust version of the crate that it adapts to.
        let report = output(cargo().args(["metadata", "--locked", "--format-version=1"]).current_dir(root()));
        let metadata: Value = serde_json::from_str(&report.expect("cargo's metadata")).expect("JSON");
        let list = |value: &Value| value.as_array().expect("a list").clone();
        let packages: BTreeMap<_, _> =
            list(&metadata["packages"]).into_iter().map(|package| (package["id"].to_string(), package)).collect();
        let nodes: BTreeMap<_, _> =
            list(&metadata["resolve"]["nodes"]).into_iter().map(|node| (node["id"].to_string(), node)).collect();
        let (root, own) = packages.iter().find(|(_, package)| package["name"] == "sts-web").expect("the crate");

        // Clippy's lint `incompatible_msrv` verifies that the crate's own code needs no newer one.
        let mut newest = [0; 3];
        let (mut seen, mut queue) = (BTreeSet::new(), vec![root.clone()]);
        while let Some(id) = queue.pop() {
            if !seen.insert(id.clone()) {
                continue;
            }
            if id != *root {
                newest = newest.max(version(&packages[&id]["rust_version"]));
            }
            let is_linked = |of: &Value| list(&of["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
            queue.extend(list(&nodes[&id]["deps"]).iter().filter(|of| is_linked(of)).map(|of| of["pkg"].to_string()));
        }
        assert_eq!(version(&own["rust_version"]), newest);
    }

    /// Parses `1.88` to `[1, 88, 0]`. A missing version is all zeros.
    fn version(text: &Value) -> [u32; 3] {
        let mut numbers = text.as_str().unwrap_or_default().split('.').map(|number| number.parse().unwrap_or_default());
        std::array::from_fn(|_| numbers.next().unwrap_or_default())
    }

    fn add(to: &mut Dependencies, name: &str, user: &str, license: &str) {
        let (users, known) = to.entry(name.to_owned()).or_default();
        users.insert(user.to_owned());
        license.clone_into(known);
    }

    fn crates(manifest: &str, found: &mut Dependencies) {
        let report = output(
            cargo()
                .args(["metadata", "--locked", "--all-features", "--format-version=1", "--manifest-path", manifest])
                .current_dir(root()),
        );
        let metadata: Value = serde_json::from_str(&report.expect("cargo's metadata")).expect("JSON");
        let all = metadata["packages"].as_array().expect("packages");
        let license =
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
                let user = if dependency["kind"] == "dev" { "tests" } else { of_package };
                let name = &dependency["name"];
                add(found, name.as_str().expect("a name"), user, license(name).expect("a license"));
            }
        }
    }

    fn packages(folder: &Path, found: &mut Dependencies) {
        let user = folder.strip_prefix(root()).expect("a folder of this repository").display().to_string();
        let read =
            |file| -> Value { serde_json::from_slice(&fs::read(folder.join(file)).expect("the file")).expect("JSON") };
        let (package, lock) = (read("package.json"), read("package-lock.json"));
        for kind in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] {
            for (name, version) in package[kind].as_object().into_iter().flatten() {
                let locked = &lock["packages"][["node_modules/", name].concat()];
                let of_this_repository = locked["link"] == true;
                if !of_this_repository && !version.as_str().is_some_and(|version| version.starts_with("file:")) {
                    add(found, name, &user, locked["license"].as_str().expect("a license"));
                }
            }
        }
    }
}
