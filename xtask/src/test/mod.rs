//! `cargo xtask test`: runs every suite with the sandbox, and prints one summary.

pub(crate) mod browsers;
mod debian;
mod dependencies;
mod faults;
mod frameworks;
mod fuzz;
mod lint;
mod mutants;
mod python;
mod recipes;
mod runners;
mod sandbox;
mod serve;

pub(crate) use dependencies::check as dependencies;
pub(crate) use faults::table as faults;
pub(crate) use frameworks::matrix as frameworks;
pub(crate) use fuzz::{Budget, fuzz, minimize};
pub(crate) use lint::lint;
pub(crate) use mutants::mutants;
pub(crate) use recipes::recipes;
pub(crate) use sandbox::Sandbox;
pub(crate) use serve::Server;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::build;
use crate::run::{root, say};
use runners::SEED;

/// A test suite and the command that runs it.
struct Suite {
    name: &'static str,
    command: fn() -> Result<Command>,
}

const SUITES: [Suite; 11] = [
    Suite { name: "rust", command: || Ok(runners::rust()) },
    Suite { name: "wasm-node", command: runners::wasm_in_node },
    Suite { name: "wasm-browser", command: runners::wasm_in_chromium },
    Suite { name: "wasi", command: runners::wasi },
    Suite { name: "rust-examples", command: runners::rust_examples },
    Suite { name: "package", command: runners::package },
    Suite { name: "frameworks", command: frameworks::tests },
    Suite { name: "page", command: runners::page },
    Suite { name: "worker", command: runners::worker },
    Suite { name: "faults", command: faults::tests },
    Suite { name: "fuzz", command: runners::fuzz },
];

struct Outcome {
    name: &'static str,
    passed: usize,
    failed: usize,
    seconds: u64,
}

/// Runs every suite, or the one called `only`. A failure does not stop the others.
pub(crate) fn test(only: Option<&str>) -> Result<()> {
    let chosen: Vec<&Suite> = SUITES.iter().filter(|suite| only.is_none_or(|only| only == suite.name)).collect();
    if chosen.is_empty() {
        bail!("the suites are: {}", SUITES.map(|suite| suite.name).join(", "));
    }
    build::build()?;
    let mut sandbox = Sandbox::start()?;
    let mut outcomes = Vec::new();
    for (index, suite) in chosen.iter().enumerate() {
        if index > 0 {
            sandbox.reset()?;
        }
        outcomes.push(run_suite(suite, &sandbox)?);
    }
    summarize(&outcomes)
}

fn run_suite(suite: &Suite, sandbox: &Sandbox) -> Result<Outcome> {
    say(&format!("testing: {}", suite.name));
    let started = Instant::now();
    let server = Server::start(Server::listen(0)?, &sandbox.settings)?;
    let seed = std::env::var(SEED).unwrap_or_else(|_| "1".to_owned());
    let mut command = match (suite.command)() {
        Ok(command) => command,
        // For example, a browser is missing. The other suites still run.
        Err(error) => {
            eprintln!("error: {error:#}");
            return Ok(Outcome { name: suite.name, passed: 0, failed: 1, seconds: started.elapsed().as_secs() });
        }
    };
    command
        .current_dir(root())
        .envs(sandbox.variables()?)
        .env(SEED, &seed)
        .env("PROPTEST_RNG_SEED", &seed)
        .env("STS_WEB_SITE", format!("http://{}", server.address))
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command.spawn().context("the suite could not be started")?;
    let output = BufReader::new(child.stdout.take().context("its output")?);
    let (mut passed, mut failed) = (0, 0);
    for line in output.lines() {
        let line = line?;
        println!("{line}");
        if let Some((more_passed, more_failed)) = counts(&line) {
            passed += more_passed;
            failed += more_failed;
        }
    }
    if !child.wait()?.success() && failed == 0 {
        // A runner that crashes without a summary counts as one failure.
        failed = 1;
    }
    Ok(Outcome { name: suite.name, passed, failed, seconds: started.elapsed().as_secs() })
}

/// Parses the summary of Rust's, wasm-bindgen's or Node's test runner. Returns the numbers of passed and failed tests.
fn counts(line: &str) -> Option<(usize, usize)> {
    let number_before = |text: &str| {
        let before = line.split(text).next()?.trim_end().rsplit(' ').next()?;
        before.parse::<usize>().ok()
    };
    let number_after = |text: &str| line.strip_prefix(text)?.trim().parse::<usize>().ok();
    if line.starts_with("test result: ") {
        return Some((number_before(" passed")?, number_before(" failed")?));
    }
    if let Some(passed) = number_after("# pass ") {
        return Some((passed, 0));
    }
    // Node reports tests that exceed their timeout as cancelled.
    Some((0, number_after("# fail ").or_else(|| number_after("# cancelled "))?))
}

fn summarize(outcomes: &[Outcome]) -> Result<()> {
    println!("\n{:<14}{:>8}{:>8}{:>9}", "suite", "passed", "failed", "seconds");
    for outcome in outcomes {
        println!("{:<14}{:>8}{:>8}{:>9}", outcome.name, outcome.passed, outcome.failed, outcome.seconds);
    }
    let passed: usize = outcomes.iter().map(|outcome| outcome.passed).sum();
    let failed: usize = outcomes.iter().map(|outcome| outcome.failed).sum();
    println!("\n{passed} passed, {failed} failed");
    if let Some(outcome) = outcomes.iter().find(|outcome| outcome.passed + outcome.failed == 0) {
        bail!("the suite {} ran no test", outcome.name);
    }
    if failed > 0 {
        bail!("{failed} tests failed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summaries_of_all_runners_are_counted() {
        assert_eq!(counts("test result: ok. 64 passed; 1 failed; 0 ignored; 0 measured"), Some((64, 1)));
        assert_eq!(counts("# pass 12"), Some((12, 0)));
        assert_eq!(counts("# fail 3"), Some((0, 3)));
        assert_eq!(counts("# cancelled 2"), Some((0, 2)));
        assert_eq!(counts("ok 1 - # pass it on"), None);
        assert_eq!(counts("test some::test ... ok"), None);
    }
}
