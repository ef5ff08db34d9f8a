//! Assembles the page in `target/site`: the files of `www/`, its scripts minified, and the readable modules beside them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest, Sha256};

use crate::node;
use crate::run::{files_in, if_changed, remove, root, run};

/// The folder of the page, as a static host serves it.
pub(crate) fn folder() -> PathBuf {
    root().join("target/site")
}

/// The module that a page loads, in `source/js`.
const ENTRY_POINT: &str = "page.js";

/// The modules that it imports when they are needed: `broker.js` if a Worker serves the page, `credentials-parser.js` with the
/// first credentials that are pasted or dropped, `exports.js` with the first that are shown, `error-advice.js` with the first
/// error, `access-denied.js` with the first call that AWS denies, `trust-policy-check.js` when it is opened.
pub(crate) const LOADED_ON_DEMAND: [&str; 6] = [
    "broker.js",
    "credentials-parser.js",
    "exports.js",
    "error-advice.js",
    "access-denied.js",
    "trust-policy-check.js",
];

/// Writes `target/site`:
///
/// - `js/`: one minified script per module that is loaded, with its source map;
/// - `source/`: the readable modules as in `www/js` and `pkg/dist`, from which `js/` can be rebuilt;
/// - `sts.wasm` and the other files of `www/`;
/// - `SHA256SUMS`: the hash of each file.
///
/// Leaves it as it is if nothing has changed, since a server or a test may be reading it.
pub(crate) fn assemble() -> Result<()> {
    let site = folder();
    let mut inputs = files_in(&root().join("www"))?;
    inputs.extend(files_in(&root().join("pkg/dist"))?);
    // This file has the options of esbuild.
    inputs.extend(["pkg/package-lock.json", "xtask/src/build/site.rs"].map(|file| root().join(file)));
    if_changed("site", &inputs, &site.join("SHA256SUMS"), || write(&site))
}

fn write(site: &Path) -> Result<()> {
    remove(site)?;
    let www = root().join("www");
    copy(&www, site, |file| !file.starts_with("js") && !has_extension(file, &["md", "ts"]) && !is_configuration(file))?;
    copy(&www.join("js"), &site.join("source/js"), |_| true)?;
    copy(&root().join("pkg/dist"), &site.join("source/sts-web"), is_used_by_the_page)?;
    // The package's browser entry point loads `sts.wasm` from the parent folder of its script.
    fs::copy(root().join("pkg/dist/sts.wasm"), site.join("sts.wasm"))?;
    minify(site)?;
    fs::write(site.join("SHA256SUMS"), hashes(site)?)?;
    Ok(())
}

/// Bundles and minifies the scripts. www/README.md has the same command for those who verify the page.
fn minify(site: &Path) -> Result<()> {
    let sources = site.join("source/js");
    run(node::package_command("esbuild/bin/esbuild")
        .arg(sources.join(ENTRY_POINT))
        .args(LOADED_ON_DEMAND.map(|script| sources.join(script)))
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--charset=utf8", "--legal-comments=none"])
        // The source map refers to the sources, which are files of the page, instead of containing them.
        .args(["--sourcemap", "--sources-content=false"])
        // The page is always served with its wasm file.
        .args(LOADED_ON_DEMAND.map(|script| format!("--external:./{script}")))
        .args(["--external:*/inlined.js", "--log-level=error"])
        .arg(format!("--outdir={}", site.join("js").display())))
}

/// Configuration of the tools that check `www/`.
fn is_configuration(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "tsconfig.json" || name == "package.json")
}

/// Whether the browser's entry point imports this file of `pkg/dist`.
fn is_used_by_the_page(file: &Path) -> bool {
    let of_the_browser = ["browser.js", "wasm-file.js", "shared-timer.js"];
    let other_entry_point = file.starts_with("entry") && !of_the_browser.iter().any(|name| file.ends_with(name));
    let inlined = file.ends_with("generated/inline.js") || file.ends_with("inlined.js") || file.starts_with("cjs");
    has_extension(file, &["js", "wasm"]) && !other_entry_point && !inlined
}

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().is_some_and(|extension| extensions.iter().any(|one| extension == *one))
}

/// A line per file, in the format of `sha256sum`.
fn hashes(site: &Path) -> Result<String> {
    let mut lines = Vec::new();
    // A Worker generates the response to worker.json.
    for file in files_in(site)?.into_iter().filter(|file| !file.ends_with("worker.json")) {
        let hash = base16ct::lower::encode_string(&Sha256::digest(fs::read(&file)?));
        let name = file.strip_prefix(site)?.to_string_lossy().replace('\\', "/");
        lines.push((name, hash));
    }
    lines.sort();
    Ok(lines.iter().map(|(name, hash)| [hash, "  ", name, "\n"].concat()).collect())
}

/// Copies the files in `from` whose path, relative to `from`, `wanted` accepts.
pub(super) fn copy(from: &Path, to: &Path, wanted: impl Fn(&Path) -> bool) -> Result<()> {
    for file in files_in(from)? {
        let relative = file.strip_prefix(from)?;
        if wanted(relative) {
            let target = to.join(relative);
            fs::create_dir_all(target.parent().unwrap_or(to))?;
            fs::copy(&file, target)?;
        }
    }
    Ok(())
}
