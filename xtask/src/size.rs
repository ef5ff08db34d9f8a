//! What visitors download: the browser's entry point as a bundler would ship it, and the wasm; against the budget. And
//! what every other entry point weighs, beside its peers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::run::{output, root, run};
use crate::{build, node, site, wasm_functions};

/// Bytes, after brotli: wasm and JavaScript together. As the design asks.
const BUDGET: u32 = 40_000;

/// Bytes, after brotli: all files that a visit to the page loads, each compressed by itself, as a host sends them.
const PAGE_BUDGET: u32 = 70_000;

/// Raw, gzip and brotli, in bytes.
type Sizes = [u32; 3];

/// Prints each part's size; over the budget it fails.
pub(crate) fn size(peers: bool) -> Result<()> {
    build::build()?;
    println!("{:<42}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip", "brotli");
    let javascript = measure(&bundle(&OWN[0], &root().join("pkg"))?)?;
    let wasm = measure(&root().join(WASM))?;
    let total = sum(javascript, wasm);
    print("JavaScript", javascript);
    print("wasm", wasm);
    print("together", total);
    println!("budget      {BUDGET:>60}");
    let page = page()?;
    print("the page", page);
    println!("budget      {PAGE_BUDGET:>60}");
    println!();
    for (name, sizes) in bundles(peers)? {
        print(name, sizes);
    }
    println!();
    wasm_functions::print_largest()?;
    for ([_, _, brotli], budget) in [(total, BUDGET), (page, PAGE_BUDGET)] {
        if brotli > budget {
            bail!("over the budget by {} bytes", brotli - budget);
        }
    }
    Ok(())
}

/// Something to bundle: `source` is an entry's text, and `conditions` are those of the platform it is for.
struct Entry {
    name: &'static str,
    source: &'static str,
    conditions: &'static str,
    /// Whether the wasm file goes with it.
    wasm: bool,
}

const fn own(name: &'static str, source: &'static str, conditions: &'static str, wasm: bool) -> Entry {
    Entry { name, source, conditions, wasm }
}

const fn peer(name: &'static str, source: &'static str, conditions: &'static str) -> Entry {
    Entry { name, source, conditions, wasm: false }
}

const BROWSER: &str = "browser";
const WORKERD: &str = "workerd,worker,browser";
const WASM: &str = "pkg/dist/sts.wasm";

const OWN: [Entry; 6] = [
    own("sts-web, browser", "export { STS } from 'sts-web';", BROWSER, true),
    own("sts-web, workerd", "export { STS } from 'sts-web';", WORKERD, true),
    own("sts-web, node", "export { STS } from 'sts-web';", "node", true),
    own("sts-web/inline", "export { STS } from 'sts-web/inline';", BROWSER, false),
    own("sts-web/aws4fetch", "export { AwsClient } from 'sts-web/aws4fetch';", BROWSER, true),
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

/// The bundle of every entry point with its wasm; and of the peers.
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

/// Bundles `entry` as if it stood in the folder `beside`, whose packages it finds.
fn bundle(entry: &Entry, beside: &Path) -> Result<PathBuf> {
    let folder = root().join("target/size");
    fs::create_dir_all(&folder)?;
    let source = beside.join(".size-entry.mjs");
    let bundle = folder.join(entry.name.replace(['/', ' '], "-") + ".js");
    fs::write(&source, entry.source)?;
    let platform = if entry.conditions == "node" { "node" } else { "browser" };
    let bundled = run(node::package_command("esbuild/bin/esbuild")
        .arg(&source)
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=error", "--external:*.wasm"])
        // Not pkg's, by which `sts-web` would be its sources, without the entry point.
        .arg("--tsconfig-raw={}")
        .arg(format!("--platform={platform}"))
        .arg(format!("--conditions={}", entry.conditions))
        .arg(format!("--outfile={}", bundle.display())));
    fs::remove_file(&source)?;
    bundled.map(|()| bundle)
}

/// The files that a visit loads. The readable modules and source maps are for auditors and debuggers, and `broker.js` for
/// pages that a Worker serves.
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

/// Raw, gzip and brotli at their best, by Node's zlib.
fn measure(path: &Path) -> Result<Sizes> {
    const SCRIPT: &str = "const z=require('node:zlib'),d=require('node:fs').readFileSync(process.argv[1]);\
        console.log(d.length,z.gzipSync(d,{level:9}).length,z.brotliCompressSync(d).length)";
    let printed = output(Command::new("node").args(["-e", SCRIPT]).arg(path)).unwrap_or_default();
    let sizes: Vec<u32> = printed.split(' ').filter_map(|number| number.parse().ok()).collect();
    match sizes.as_slice() {
        [raw, gzip, brotli] => Ok([*raw, *gzip, *brotli]),
        _ => bail!("{} could not be measured", path.display()),
    }
}
