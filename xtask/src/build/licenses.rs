//! `THIRD-PARTY-LICENSES.txt` of the npm package: the licenses of everything that is compiled into the wasm module.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::wasm::sysroot;
use crate::run::{cargo, if_changed, output, root};

/// Writes the file, unless it was written for the same versions.
pub(super) fn collect() -> Result<()> {
    let file = root().join("pkg/dist/THIRD-PARTY-LICENSES.txt");
    let sources = [root().join("Cargo.lock"), root().join("xtask/src/build/licenses.rs")];
    if_changed("licenses", &sources, &file, || Ok(fs::write(&file, contents()?)?))
}

/// Returns the text of the file. Crates with the same license share it.
fn contents() -> Result<String> {
    let mut crates_by_text = BTreeMap::<String, BTreeSet<String>>::new();
    for (name, folder) in crates()? {
        crates_by_text.entry(license(&folder)?).or_default().insert(name);
    }
    let mit = fs::read_to_string(root().join("LICENSE-MIT"))?;
    let permission = mit.find("Permission is hereby granted").context("LICENSE-MIT is not the MIT license")?;
    let std = format!("Copyright (c) The Rust Project Contributors\n\n{}", &mit[permission..]);
    crates_by_text.entry(std).or_default().insert("the standard library of Rust".to_owned());
    let builtins = fs::read_to_string(sysroot()?.join("lib/rustlib/src/rust/library/compiler-builtins/LICENSE.txt"))?;
    crates_by_text.entry(builtins).or_default().insert("compiler-builtins of Rust".to_owned());

    let mut file =
        "sts.wasm, and the JavaScript that inlines it, contain these programs, under these licenses.\n".to_owned();
    for (text, crates) in crates_by_text {
        let crates: Vec<_> = crates.into_iter().collect();
        file.push_str(&["\n", &"=".repeat(80), "\n\n", &crates.join(", "), "\n\n", text.trim(), "\n"].concat());
    }
    Ok(file)
}

/// Returns the crates that the module is compiled from, with their folders.
fn crates() -> Result<Vec<(String, PathBuf)>> {
    let features = ["--no-default-features", "--features=npm"];
    let platform = "wasm32-unknown-unknown";
    let tree = output(
        cargo()
            .args(["tree", "--locked", "--package=sts-web", "--target", platform, "--edges=normal,no-proc-macro"])
            .args(["--prefix=none", "--format={p}"])
            .args(features)
            .current_dir(root()),
    );
    let tree = tree.context("cargo could not list the crates of the module")?;
    let linked: BTreeSet<_> = tree.lines().filter_map(|line| line.split(" v").next()).collect();
    let metadata = output(
        cargo().args(["metadata", "--locked", "--format-version=1", "--filter-platform", platform]).current_dir(root()),
    );
    let metadata: Value = serde_json::from_str(&metadata.context("cargo has no metadata")?)?;
    let packages = metadata["packages"].as_array().context("packages")?;
    let third_party = packages.iter().filter(|package| !package["source"].is_null());
    let found = third_party.filter_map(|package| {
        let (name, version) = (package["name"].as_str()?, package["version"].as_str()?);
        let folder = Path::new(package["manifest_path"].as_str()?).parent()?;
        linked.contains(name).then(|| (format!("{name} {version}"), folder.to_owned()))
    });
    Ok(found.collect())
}

/// Returns the license text of a crate: the MIT license if the crate offers a choice, otherwise all of its licenses.
fn license(folder: &Path) -> Result<String> {
    let entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    let mut files: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).filter(|path| is_license(path)).collect();
    files.sort();
    if let Some(mit) = files.iter().find(|file| file.to_string_lossy().ends_with("MIT")) {
        files = vec![mit.clone()];
    }
    if files.is_empty() {
        bail!("{} has no file with its license", folder.display());
    }
    let texts = files.iter().map(fs::read_to_string).collect::<std::io::Result<Vec<_>>>()?;
    Ok(texts.join("\n").replace("\r\n", "\n"))
}

fn is_license(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_uppercase()).unwrap_or_default();
    path.is_file() && ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|prefix| name.starts_with(prefix))
}
