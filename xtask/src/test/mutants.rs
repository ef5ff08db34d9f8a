//! `cargo xtask mutants`: cargo-mutants makes one change to the code at a time, and a test must fail.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::{cargo_tool, root, say};

/// The version of cargo-mutants, pinned because each version generates other mutants.
const VERSION: &str = "27.1.0";

/// Lists every mutant that survives, with the reason.
const REASONS: &str = "tests/MUTANTS.md";

/// Tests every mutant that `.cargo/mutants.toml` selects, and prints a summary. Returns an error if a mutant survives without a
/// reason in tests/MUTANTS.md, or if a reason has no mutant.
pub(crate) fn mutants() -> Result<()> {
    let tool = cargo_tool("cargo-mutants", VERSION)?;
    say("testing mutants, which takes half an hour");
    let mut command = Command::new(tool);
    let ended = command.args(["mutants", "--output=target"]).current_dir(root()).status()?;
    // 2 and 3 mean that mutants were missed or timed out; both are counted below.
    if !matches!(ended.code(), Some(0 | 2 | 3)) {
        bail!("cargo-mutants failed ({ended})");
    }
    let outcomes = fs::read_to_string(root().join("target/mutants.out/outcomes.json"))?;
    let outcomes =
        outcomes_in(&serde_json::from_str(&outcomes)?).context("cargo-mutants wrote an unexpected format")?;
    print(&outcomes);
    compare(&outcomes, &fs::read_to_string(root().join(REASONS))?)
}

/// A mutant, e.g. `src/raw/query.rs: replace + with - in Form::value`, and its outcome.
struct Outcome {
    mutant: String,
    module: String,
    summary: String,
}

fn outcomes_in(report: &Value) -> Option<Vec<Outcome>> {
    let mutants = report["outcomes"].as_array()?.iter().filter(|outcome| outcome["scenario"]["Mutant"].is_object());
    let outcome = |outcome: &Value| {
        let mutant = &outcome["scenario"]["Mutant"];
        let file = mutant["file"].as_str()?;
        // `FILE:LINE:COLUMN: WHAT` becomes `FILE: WHAT`, because line numbers change with every edit.
        let (_, what) = mutant["name"].as_str()?.split_once(": ")?;
        let module = file.strip_prefix("src/")?.split('/').next()?.to_owned();
        Some(Outcome { mutant: [file, ": ", what].concat(), module, summary: outcome["summary"].as_str()?.to_owned() })
    };
    mutants.map(outcome).collect()
}

fn print(outcomes: &[Outcome]) {
    const SUMMARIES: [&str; 4] = ["CaughtMutant", "MissedMutant", "Timeout", "Unviable"];
    let line = |module: &str, [caught, missed, timeout, unviable]: [String; 4]| {
        println!("| {module:<12} | {caught:>6} | {missed:>6} | {timeout:>7} | {unviable:>8} |");
    };
    let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for outcome in outcomes {
        modules.entry(&outcome.module).or_default().push(&outcome.summary);
        modules.entry("total").or_default().push(&outcome.summary);
    }
    line("module", ["caught", "missed", "timeout", "unviable"].map(str::to_owned));
    println!("| ------------ | -----: | -----: | ------: | -------: |");
    for (module, found) in modules {
        line(module, SUMMARIES.map(|summary| found.iter().filter(|found| **found == summary).count().to_string()));
    }
}

/// Compares the mutants that survive with the reasons in tests/MUTANTS.md.
fn compare(outcomes: &[Outcome], reasons: &str) -> Result<()> {
    let missed = outcomes.iter().filter(|outcome| outcome.summary == "MissedMutant").map(|outcome| &*outcome.mutant);
    let explained = reasons.lines().filter_map(|line| Some(line.strip_prefix("- `")?.split_once("`: ")?.0));
    // Several mutants of a function can have the same name, so their numbers are compared.
    let mut balance: BTreeMap<&str, i32> = BTreeMap::new();
    missed.for_each(|mutant| *balance.entry(mutant).or_default() += 1);
    explained.for_each(|mutant| *balance.entry(mutant).or_default() -= 1);
    balance.retain(|_, count| *count != 0);
    for (mutant, count) in &balance {
        let what = if *count > 0 { "survives without a reason" } else { "has a reason but does not survive" };
        println!("{what}: {mutant}");
    }
    if !balance.is_empty() {
        bail!("{} mutants and {REASONS} do not agree", balance.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes() -> Vec<Outcome> {
        let outcome = |name: &str, file: &str, summary: &str| {
            let mutant = serde_json::json!({ "name": name, "file": file });
            serde_json::json!({ "scenario": { "Mutant": mutant }, "summary": summary })
        };
        let baseline = serde_json::json!({ "scenario": "Baseline", "summary": "Success" });
        let all = [
            baseline,
            outcome("src/a/b.rs:9:1: replace c -> u8 with 1", "src/a/b.rs", "CaughtMutant"),
            outcome("src/a/b.rs:7:13: delete ! in d", "src/a/b.rs", "MissedMutant"),
        ];
        outcomes_in(&serde_json::json!({ "outcomes": all })).expect("the form of cargo-mutants")
    }

    #[test]
    fn a_mutant_is_known_by_its_file_and_change_and_counted_in_its_module() {
        let outcomes = outcomes();
        let known: Vec<_> = outcomes.iter().map(|outcome| (&*outcome.mutant, &*outcome.module)).collect();
        assert_eq!(known, [("src/a/b.rs: replace c -> u8 with 1", "a"), ("src/a/b.rs: delete ! in d", "a")]);
    }

    #[test]
    fn each_survivor_has_a_reason_and_each_reason_a_survivor() {
        let reason = "- `src/a/b.rs: delete ! in d`: d is never called with such a thing.\n";
        assert!(compare(&outcomes(), reason).is_ok());
        assert!(compare(&outcomes(), "none").is_err());
        assert!(compare(&outcomes(), &reason.repeat(2)).is_err());
        assert!(compare(&outcomes(), &[reason, "- `src/a/b.rs: delete ! in e`: gone.\n"].concat()).is_err());
    }
}
