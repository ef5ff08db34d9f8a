//! What visitors download: the browser's entry point as a bundler would ship it, and the wasm; against the budget.

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use crate::build;
use crate::node;
use crate::run::{files_below, output, root, run};
use crate::site;

/// Bytes, after brotli: wasm and JavaScript together. As the design asks.
const BUDGET: u32 = 40_000;

/// Bytes, after brotli: all files that a visit to the page loads, each compressed by itself, as a host sends them.
const PAGE_BUDGET: u32 = 70_000;

/// Prints each part's size; over the budget it fails.
pub(crate) fn size() -> Result<()> {
    build::build()?;
    let entry = root().join("target/size-entry.js");
    fs::write(&entry, "export { STS } from \"../pkg/dist/entry/browser.js\";\n")?;
    let bundle = root().join("target/size-bundle.js");
    run(node::package_command("esbuild/bin/esbuild")
        .arg(&entry)
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=error"])
        .arg(format!("--outfile={}", bundle.display())))?;
    println!("{:<12}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip", "brotli");
    let mut total = [0; 3];
    for (name, path) in [("JavaScript", bundle), ("wasm", root().join("pkg/dist/sts.wasm"))] {
        let sizes = measure(&path)?;
        print(name, sizes);
        total = std::array::from_fn(|index| total[index] + sizes[index]);
    }
    print("together", total);
    println!("budget      {BUDGET:>30}");
    let page = page()?;
    print("the page", page);
    println!("budget      {PAGE_BUDGET:>30}");
    for ([_, _, brotli], budget) in [(total, BUDGET), (page, PAGE_BUDGET)] {
        if brotli > budget {
            bail!("over the budget by {} bytes", brotli - budget);
        }
    }
    Ok(())
}

/// All files of the page, but for those that a host and an auditor read, and the script that only a Worker's page loads.
fn page() -> Result<[u32; 3]> {
    let mut total = [0; 3];
    for file in files_below(&site::folder())? {
        if ["_headers", "SHA256SUMS", "js/worker.js"].iter().any(|other| file.ends_with(other)) {
            continue;
        }
        let sizes = measure(&file)?;
        total = std::array::from_fn(|index| total[index] + sizes[index]);
    }
    Ok(total)
}

fn print(name: &str, [raw, gzip, brotli]: [u32; 3]) {
    println!("{name:<12}{raw:>10}{gzip:>10}{brotli:>10}");
}

/// Raw, gzip and brotli at their best, by Node's zlib.
fn measure(path: &std::path::Path) -> Result<[u32; 3]> {
    const SCRIPT: &str = "const z=require('node:zlib'),d=require('node:fs').readFileSync(process.argv[1]);\
        console.log(d.length,z.gzipSync(d,{level:9}).length,z.brotliCompressSync(d).length)";
    let printed = output(Command::new("node").args(["-e", SCRIPT]).arg(path)).unwrap_or_default();
    let sizes: Vec<u32> = printed.split(' ').filter_map(|number| number.parse().ok()).collect();
    match sizes.as_slice() {
        [raw, gzip, brotli] => Ok([*raw, *gzip, *brotli]),
        _ => bail!("{} could not be measured", path.display()),
    }
}
