//! `cargo xtask test`: every suite, with what it needs, and one summary.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::run::{root, say};
use crate::sandbox::Sandbox;
use crate::serve::Server;
use crate::{build, faults, node, python, worker};

/// A suite: its name, and the command that runs it.
struct Suite {
    name: &'static str,
    command: fn() -> Result<Command>,
}

const SUITES: [Suite; 8] = [
    Suite { name: "rust", command: || Ok(rust()) },
    Suite { name: "wasm-node", command: wasm_in_node },
    Suite { name: "wasm-browser", command: wasm_in_chromium },
    Suite { name: "package", command: || node_tests("tests/package") },
    Suite { name: "page", command: page },
    Suite { name: "worker", command: worker_tests },
    Suite { name: "faults", command: faults::tests },
    Suite { name: "fuzz", command: fuzz },
];

/// What chance begins with, in the suites that try inputs by chance: the same in every run, so that one which fails does so
/// for what was changed. Long runs of `cargo xtask faults` and `fuzz` begin where none did before.
pub(crate) const SEED: &str = "STS_WEB_SEED";

struct Outcome {
    name: &'static str,
    passed: usize,
    failed: usize,
    seconds: u64,
}

/// Runs every suite, or the one called `only`. All are run even when one fails.
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
    let server = Server::start(0, &sandbox.story)?;
    let seed = std::env::var(SEED).unwrap_or_else(|_| "1".to_owned());
    let mut command = (suite.command)()?;
    command
        .current_dir(root())
        .env("STS_WEB_SANDBOX", sandbox.story.to_string())
        .env("STS_WEB_PYTHON", python::environment()?)
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
        // It ended before it could count: one failure stands for that.
        failed = 1;
    }
    Ok(Outcome { name: suite.name, passed, failed, seconds: started.elapsed().as_secs() })
}

fn rust() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--workspace", "--no-fail-fast"]);
    command
}

fn wasm_in_node() -> Result<Command> {
    wasm_tests("node")
}

fn wasm_in_chromium() -> Result<Command> {
    let mut command = wasm_tests("browser")?;
    command.env("CHROMEDRIVER", node::chromedriver()?).env("WASM_BINDGEN_USE_BROWSER", "1");
    Ok(command)
}

fn wasm_tests(place: &str) -> Result<Command> {
    node::chromium()?;
    let xtask = std::env::current_exe()?;
    let runner = format!("{} run-wasm-tests", xtask.display());
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["test", "--target=wasm32-unknown-unknown", "--no-default-features", "--features=npm,fetch", "--test"])
        .arg(format!("wasm_{place}"))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("CARGO_PROFILE_TEST_DEBUG", "false");
    Ok(command)
}

fn page() -> Result<Command> {
    let mut command = node_tests("tests/browser")?;
    command.env("FIREFOX", node::firefox()?).env("MINIBROWSER", node::minibrowser()?);
    Ok(command)
}

fn worker_tests() -> Result<Command> {
    worker::bundle()?;
    node_tests("tests/worker")
}

/// Every target over its corpus, and a few seconds on from there.
fn fuzz() -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["fuzz", "--seconds", "3"]);
    Ok(command)
}

pub(crate) fn node_tests(folder: &str) -> Result<Command> {
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter=tap", "--test-concurrency=1"]);
    // In milliseconds, for a file of tests: one that hangs is ended and told, and the others go on.
    command.arg("--test-timeout=300000");
    let files = crate::run::files_below(&root().join(folder))?;
    command.args(files.iter().filter(|file| file.to_string_lossy().ends_with(".test.mjs")));
    command.env("CHROME", node::chromium()?);
    Ok(command)
}

/// The closing line of a runner, as passed and failed: Rust's and wasm-bindgen's, or Node's.
fn counts(line: &str) -> Option<(usize, usize)> {
    let number_before = |words: &str| {
        let before = line.split(words).next()?.trim_end().rsplit(' ').next()?;
        before.parse::<usize>().ok()
    };
    let number_after = |words: &str| line.strip_prefix(words)?.trim().parse::<usize>().ok();
    if line.starts_with("test result: ") {
        return Some((number_before(" passed")?, number_before(" failed")?));
    }
    if let Some(passed) = number_after("# pass ") {
        return Some((passed, 0));
    }
    // What was ended for its time counts as cancelled.
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
    let silent: Vec<_> = outcomes.iter().filter(|outcome| outcome.passed + outcome.failed == 0).collect();
    if let Some(outcome) = silent.first() {
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
    fn the_closing_lines_of_all_runners_are_counted() {
        assert_eq!(counts("test result: ok. 64 passed; 1 failed; 0 ignored; 0 measured"), Some((64, 1)));
        assert_eq!(counts("# pass 12"), Some((12, 0)));
        assert_eq!(counts("# fail 3"), Some((0, 3)));
        assert_eq!(counts("# cancelled 2"), Some((0, 2)));
        assert_eq!(counts("ok 1 - # pass it on"), None);
        assert_eq!(counts("test some::test ... ok"), None);
    }
}
