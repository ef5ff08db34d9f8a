//! `cargo xtask bench`: the package beside its peers, and each step of a call natively; written to benches/RESULTS.md.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::run::{root, run, say};
use crate::{build, node, size};

/// What `benches/one_call.rs` measures, in the order of the call.
const STEPS: [&str; 6] = ["validate", "query", "sign", "sign, new secret", "sign: cryptography only", "parse"];

/// Measures all. If `quick`, every contender is verified and had a turn, and nothing is written.
pub(crate) fn bench(quick: bool) -> Result<()> {
    build::build()?;
    node::install_peers()?;
    let mut command = Command::new("node");
    // The SDK warns of this Node's age.
    command.arg("benches/bench.mjs").env("CHROME", node::chromium()?).env("NODE_NO_WARNINGS", "1");
    if quick {
        command.arg("--quick");
    } else {
        let sizes: Vec<Value> =
            size::bundles(true)?.iter().map(|(name, sizes)| json!({ "name": name, "sizes": sizes })).collect();
        let named = root().join("target/size/named.wasm");
        build::optimise(&["-g"], &named)?;
        let given = json!({ "sizes": sizes, "native": native()?, "named": named });
        command.env("STS_WEB_BENCH", given.to_string());
    }
    run(&mut command)
}

/// The samples that criterion took of each step, as nanoseconds for one.
fn native() -> Result<Vec<Value>> {
    say("natively");
    run(Command::new(env!("CARGO")).args(["bench", "--quiet", "--package=sts-web", "--bench=one_call"]))?;
    STEPS
        .iter()
        .map(|name| {
            // Criterion's folders have no colons and commas in their names.
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
