//! `cargo xtask bench`: compares the package with others, measures each step of a call natively, and writes
//! benches/RESULTS.md.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::size;
use crate::run::{cargo, root, run, say};
use crate::test::browsers;
use crate::{build, node};

/// The measurements of `benches/one_call.rs`, in the order of a call.
const STEPS: [&str; 6] = ["validate", "query", "sign", "sign, new secret", "sign: cryptography only", "parse"];

/// Measures everything. With `quick`, every contender is verified and runs once, and nothing is written.
pub(crate) fn bench(quick: bool) -> Result<()> {
    build::build()?;
    node::install_peers()?;
    let mut command = Command::new("node");
    // The SDK prints warnings about older Node versions.
    command.arg("benches/bench.mjs").env("CHROME", browsers::chromium()?).env("NODE_NO_WARNINGS", "1");
    if quick {
        command.arg("--quick");
    } else {
        let sizes: Vec<Value> =
            size::bundles(true)?.iter().map(|(name, sizes)| json!({ "name": name, "sizes": sizes })).collect();
        let named = root().join("target/size/named.wasm");
        build::wasm::build_with_names(&named)?;
        let measured = json!({ "sizes": sizes, "native": native()?, "named": named });
        command.env("STS_WEB_BENCH", measured.to_string());
    }
    run(&mut command)
}

/// Runs criterion. Returns its samples of each step, in nanoseconds per call.
fn native() -> Result<Vec<Value>> {
    say("measuring natively");
    run(cargo().args(["bench", "--quiet", "--package=sts-web", "--bench=one_call"]))?;
    STEPS
        .iter()
        .map(|name| {
            // Criterion replaces characters that are invalid in file names.
            let folder = root().join("target/criterion").join(name.replace(':', "_"));
            Ok(json!({ "name": name, "nanoseconds": samples(&folder.join("new/sample.json"))? }))
        })
        .collect()
}

fn samples(file: &Path) -> Result<Vec<f64>> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let sample: Value = serde_json::from_str(&text)?;
    let numbers =
        |name: &str| sample[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect::<Vec<_>>();
    Ok(numbers("times").iter().zip(numbers("iters")).map(|(time, iterations)| time / iterations).collect())
}
