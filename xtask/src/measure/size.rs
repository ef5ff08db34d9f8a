//! `cargo xtask size`: download sizes of the package and the page, their budgets, and the sizes of comparable packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::wasm_functions;
use crate::build::{self, site, wasm};
use crate::node;
use crate::run::{output, root, run};

/// The package has to be smaller than the SDK that it replaces: at most this percentage of its browser bundle.
const SDK_PERCENT: u32 = 95;

/// Maximum number of bytes that a visit to the page downloads. Each file is compressed by itself, as a host does.
const PAGE_BUDGET: u32 = 70_000;

/// Bytes that each budget must have to spare, so that the next feature does not have to begin by saving bytes.
const HEADROOM: u32 = 1_000;

/// Raw, gzip and brotli, in bytes.
pub(super) type Sizes = [u32; 3];
pub(super) const BROTLI: usize = 2;

/// A limit on a download, in bytes after brotli.
struct Budget {
    name: &'static str,
    limit: u32,
    used: u32,
}

impl Budget {
    /// Prints the budget. Returns an error if it has less than [`HEADROOM`] to spare.
    fn check(&self) -> Result<()> {
        let Self { name, limit, used } = self;
        let spare = i64::from(*limit) - i64::from(*used);
        println!("{name}: {used} of {limit} bytes, {spare} to spare");
        if spare < i64::from(HEADROOM) {
            bail!("{name}: {spare} bytes to spare, less than {HEADROOM}");
        }
        Ok(())
    }
}

/// Prints the size of each part. Fails if a budget has too little to spare.
pub(crate) fn size(peers: bool) -> Result<()> {
    build::build()?;
    println!("{:<42}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip", "brotli");
    let javascript = measure(&bundle(&OWN[0], &root().join("pkg"))?)?;
    let wasm = measure(&root().join(WASM))?;
    let total = sum(javascript, wasm);
    print("JavaScript", javascript);
    print("wasm", wasm);
    print("together", total);
    let sdk = measure(&bundle(&PEERS[0], &root().join("pkg"))?)?;
    print(PEERS[0].name, sdk);
    let page = page()?;
    print("the page", page);
    for script in site::LOADED_ON_DEMAND {
        print(&format!("  on demand: {script}"), measure(&site::folder().join("js").join(script))?);
    }
    println!();
    for (name, sizes) in bundles(peers)? {
        print(name, sizes);
    }
    println!();
    wasm_functions::print_largest()?;
    println!();
    let package = Budget { name: "package", limit: sdk[BROTLI] * SDK_PERCENT / 100, used: total[BROTLI] };
    let page = Budget { name: "page", limit: PAGE_BUDGET, used: page[BROTLI] };
    // Both are printed, even if the first one fails.
    let checked = [package.check(), page.check()];
    checked.into_iter().collect()
}

/// Prints how many bytes each optimization level of `[profile.wasm.package]` in Cargo.toml saves, compared with the level of
/// the profile, and how many `src/substring.rs` saves.
pub(crate) fn levels() -> Result<()> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let (profile, packages) = optimization_levels(&manifest)?;
    build::build()?;
    let [_, _, shipped] = measure(&root().join(WASM))?;
    println!("{:<30}{shipped:>10} bytes, brotli", "as shipped");
    let levels =
        packages.into_iter().map(|package| (package, format!("profile.wasm.package.{package}.opt-level={profile}")));
    // Cargo adds these flags to the others.
    let search = "target.wasm32-unknown-unknown.rustflags=['--cfg=std_search']".to_owned();
    for (name, setting) in levels.chain([("src/substring.rs", search)]) {
        let [_, _, size] = measure(&wasm::build_with(&[setting], &root().join("target/size/levels"))?)?;
        println!("{name:<30}{:>10} bytes saved", i64::from(size) - i64::from(shipped));
    }
    Ok(())
}

/// Returns the optimization level of the profile `wasm`, quoted, and the packages with another one.
fn optimization_levels(manifest: &str) -> Result<(&str, Vec<&str>)> {
    let (_, rest) = manifest.split_once("[profile.wasm]\n").context("Cargo.toml has no [profile.wasm]")?;
    let level = rest.lines().find_map(|line| line.strip_prefix("opt-level = ")).context("it has no opt-level")?;
    let packages = manifest.lines().filter_map(|line| line.strip_prefix("[profile.wasm.package.")?.strip_suffix(']'));
    Ok((level, packages.collect()))
}

/// A module to bundle.
struct Entry {
    name: &'static str,
    source: &'static str,
    /// The platform's conditions for `exports` in package.json.
    conditions: &'static str,
    /// Whether the platform downloads `sts.wasm` as well.
    wasm: bool,
}

const fn own(name: &'static str, source: &'static str, conditions: &'static str, wasm: bool) -> Entry {
    Entry { name, source, conditions, wasm }
}

const fn peer(name: &'static str, source: &'static str, conditions: &'static str) -> Entry {
    Entry { name, source, conditions, wasm: false }
}

/// The conditions of esbuild, and of other bundlers in development.
const BROWSER: &str = "browser,module";
/// The conditions of Vite and webpack in production.
const BUNDLED: &str = "browser,module,production";
const WORKERD: &str = "workerd,worker,browser";
const WASM: &str = "pkg/dist/sts.wasm";

const OWN: [Entry; 7] = [
    own("sts-web, browser", "export { STS } from 'sts-web';", BROWSER, true),
    own("sts-web, browser, bundled", "export { STS } from 'sts-web';", BUNDLED, true),
    own("sts-web, workerd", "export { STS } from 'sts-web';", WORKERD, true),
    own("sts-web, node", "export { STS } from 'sts-web';", "node", false),
    own("sts-web/inline", "export { STS } from 'sts-web/inline';", BROWSER, false),
    own("sts-web/aws4fetch", "export { AwsClient } from 'sts-web/aws4fetch';", BROWSER, false),
    own("sts-web/aws-sdk", "export { STSClient, AssumeRoleCommand } from 'sts-web/aws-sdk';", BROWSER, true),
];

const SDK: &str = "export { STSClient, AssumeRoleCommand } from '@aws-sdk/client-sts';";

const PEERS: [Entry; 7] = [
    peer("@aws-sdk/client-sts, browser", SDK, BROWSER),
    peer("@aws-sdk/client-sts, workerd", SDK, WORKERD),
    peer("@aws-sdk/client-sts, STS, browser", "export { STS } from '@aws-sdk/client-sts';", BROWSER),
    peer("aws4fetch", "export { AwsClient } from 'aws4fetch';", BROWSER),
    peer(
        "aws4fetch, fast-xml-parser",
        "export { AwsClient } from 'aws4fetch'; export { XMLParser } from 'fast-xml-parser';",
        BROWSER,
    ),
    peer(
        "@smithy/signature-v4, sha256-js",
        "export { SignatureV4 } from '@smithy/signature-v4'; export { Sha256 } from '@aws-crypto/sha256-js';",
        BROWSER,
    ),
    peer("aws4, node", "export { default } from 'aws4';", "node"),
];

/// Returns the size of every entry point, including the wasm that it loads, and with `peers` of comparable packages.
pub(crate) fn bundles(peers: bool) -> Result<Vec<(&'static str, Sizes)>> {
    let wasm = measure(&root().join(WASM))?;
    let mut sizes = Vec::new();
    for entry in &OWN {
        let bundle = measure(&bundle(entry, &root().join("pkg"))?)?;
        sizes.push((entry.name, if entry.wasm { sum(bundle, wasm) } else { bundle }));
    }
    if peers {
        node::install_peers()?;
        for entry in &PEERS {
            sizes.push((entry.name, measure(&bundle(entry, &root().join("benches"))?)?));
        }
    }
    Ok(sizes)
}

/// Bundles `entry` with the packages that are installed in the folder `project`.
fn bundle(entry: &Entry, project: &Path) -> Result<PathBuf> {
    let folder = root().join("target/size");
    fs::create_dir_all(&folder)?;
    let source = project.join(".size-entry.mjs");
    let bundle = folder.join(entry.name.replace(['/', ' '], "-") + ".js");
    fs::write(&source, entry.source)?;
    let platform = if entry.conditions == "node" { "node" } else { "browser" };
    let bundled = run(node::package_command("esbuild/bin/esbuild")
        .arg(&source)
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=error", "--external:*.wasm"])
        // Loaded only if the wasm file is missing.
        .args(entry.wasm.then_some("--external:*/inlined.js"))
        // pkg/tsconfig.json would resolve `sts-web` to its sources instead of its entry points.
        .arg("--tsconfig-raw={}")
        .arg(format!("--platform={platform}"))
        .arg(format!("--conditions={}", entry.conditions))
        .arg(format!("--outfile={}", bundle.display())));
    fs::remove_file(&source)?;
    bundled.map(|()| bundle)
}

/// The files that every visit loads. The scripts that are loaded on demand are printed beside it, and the readable modules and
/// source maps are for auditors and debuggers.
fn page() -> Result<Sizes> {
    const LOADED: [&str; 6] = ["index.html", "style.css", "icon.svg", "worker.json", "js/page.js", "sts.wasm"];
    LOADED.iter().try_fold([0; 3], |total, file| Ok(sum(total, measure(&site::folder().join(file))?)))
}

fn sum(one: Sizes, other: Sizes) -> Sizes {
    std::array::from_fn(|index| one[index] + other[index])
}

fn print(name: &str, [raw, gzip, brotli]: Sizes) {
    println!("{name:<42}{raw:>10}{gzip:>10}{brotli:>10}");
}

/// Measures a file with the strongest compression of Node's zlib.
pub(super) fn measure(path: &Path) -> Result<Sizes> {
    const SCRIPT: &str = "const z=require('node:zlib'),d=require('node:fs').readFileSync(process.argv[1]);\
        console.log(d.length,z.gzipSync(d,{level:9}).length,z.brotliCompressSync(d).length)";
    let printed = output(Command::new("node").args(["-e", SCRIPT]).arg(path)).unwrap_or_default();
    let sizes: Vec<u32> = printed.split(' ').filter_map(|number| number.parse().ok()).collect();
    match sizes.as_slice() {
        [raw, gzip, brotli] => Ok([*raw, *gzip, *brotli]),
        _ => bail!("{} could not be measured", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_levels_to_measure_are_those_of_the_manifest() {
        let manifest = "[profile.wasm]\nopt-level = \"z\"\n\n[profile.wasm.package.sha2]\nopt-level = 3\n";
        assert_eq!(optimization_levels(manifest).expect("levels"), ("\"z\"", vec!["sha2"]));
    }

    #[test]
    fn a_budget_keeps_a_thousand_bytes_to_spare() {
        let check = |used| Budget { name: "page", limit: PAGE_BUDGET, used }.check().map_err(|error| error.to_string());
        assert_eq!(check(69_000), Ok(()));
        assert_eq!(check(69_001), Err("page: 999 bytes to spare, less than 1000".to_owned()));
        assert_eq!(check(70_500), Err("page: -500 bytes to spare, less than 1000".to_owned()));
    }
}
