//! `cargo xtask fuzz`: runs each target in `fuzz/` for a number of seconds of CPU time, or in the tests on the same inputs.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::runners::SEED;
use super::{debian, python};
use crate::run::{cargo, files_in, on_path, output, remove, root, run, say};
use crate::{build, node};

/// Coverage for libFuzzer: a counter per edge, and the operands of comparisons. Sanitizers are left out, because the code is
/// safe Rust and runs several times as fast without them. `cargo fuzz run` adds its own.
const FLAGS: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// The outcome of a run of one target.
struct Outcome {
    target: String,
    executions: u64,
    seconds: f64,
    found: bool,
}

/// How long each target runs.
#[derive(Clone, Copy)]
pub(crate) enum Budget {
    /// CPU time, with what earlier runs have found.
    Seconds(u32),
    /// The same inputs on every machine, however fast it is: a test must not fail by chance.
    SameInputs,
}

/// The executions of a libFuzzer target, and the rounds of a target in JavaScript, for [`Budget::SameInputs`].
const EXECUTIONS: u32 = 30_000;
const ROUNDS: u32 = 2;

/// Fuzzes the target `only`, or all of them, within `budget` each. Returns an error if one finds a failure.
pub(crate) fn fuzz(only: Option<&str>, budget: Budget) -> Result<()> {
    let in_rust = targets(RUST)?;
    let all = [in_rust.clone(), targets(JAVASCRIPT)?].concat();
    let chosen: Vec<&String> = all.iter().filter(|target| only.is_none_or(|only| only == *target)).collect();
    if chosen.is_empty() {
        bail!("the targets are: {}", all.join(", "));
    }
    let mut outcomes = Vec::new();
    let (in_rust, in_javascript): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|target| in_rust.contains(target));
    if !in_rust.is_empty() {
        let programs = build_in_rust()?;
        for target in in_rust {
            say(&format!("fuzzing: {target}"));
            outcomes.push(target_in(&programs, target, budget).with_context(|| format!("the target {target}"))?);
        }
    }
    if !in_javascript.is_empty() {
        build::build()?;
        node::install_fuzzers()?;
        for target in in_javascript {
            say(&format!("fuzzing: {target}"));
            outcomes.push(script(target, budget).with_context(|| format!("the target {target}"))?);
        }
    }
    summarize(&outcomes)
}

/// The folders with the targets in Rust and in JavaScript, one file each.
const RUST: &str = "fuzz/fuzz_targets";
const JAVASCRIPT: &str = "fuzz/javascript/targets";

fn targets(folder: &str) -> Result<Vec<String>> {
    let files = files_in(&root().join(folder))?;
    Ok(files.iter().filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned())).collect())
}

/// Builds the targets. Returns the folder that contains them.
fn build_in_rust() -> Result<PathBuf> {
    // libFuzzer is compiled from C++.
    if std::env::var_os("CXX").is_none() && on_path(&["c++", "g++", "clang++"]).is_none() {
        debian::install(&["g++"])?;
    }
    say("building the fuzz targets");
    let version = output(Command::new("rustc").arg("-vV").current_dir(root())).context("rustc's version")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc's host")?;
    let folder = root().join("target/fuzz");
    run(cargo()
        .args(["build", "--quiet", "--release", "--locked", "--manifest-path=fuzz/Cargo.toml"])
        // With an explicit target, build scripts and macros are not instrumented.
        .arg(format!("--target={host}"))
        .arg("--target-dir")
        .arg(&folder)
        .env("RUSTFLAGS", FLAGS.join(" ")))?;
    Ok(folder.join(host).join("release"))
}

/// Returns the seed of random inputs, or `None` for one by chance.
fn seed(budget: Budget) -> Option<String> {
    std::env::var(SEED).ok().or_else(|| matches!(budget, Budget::SameInputs).then(|| "1".to_owned()))
}

/// Runs a libFuzzer target, starting with its corpus, until it has used its budget.
fn target_in(programs: &Path, target: &str, budget: Budget) -> Result<Outcome> {
    let (seconds, inputs) = match budget {
        Budget::Seconds(seconds) => (seconds, new_inputs(target)),
        Budget::SameInputs => (0, root().join("target/fuzz-tested").join(target)),
    };
    if matches!(budget, Budget::SameInputs) {
        remove(&inputs)?;
    }
    let findings = root().join("fuzz/artifacts").join(target);
    for folder in [&inputs, &findings] {
        fs::create_dir_all(folder)?;
    }
    let mut outcome = Outcome { target: target.to_owned(), executions: 0, seconds: 0.0, found: false };
    loop {
        // libFuzzer counts wall-clock time. If other programs use the CPU as well, it takes several rounds.
        let left = (f64::from(seconds) - outcome.seconds).ceil();
        let before = children_seconds();
        let printed = Command::new(programs.join(target))
            .args([&inputs, &root().join("fuzz/corpus").join(target)])
            .args(["-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1", "-verbosity=0"])
            .arg(match budget {
                Budget::Seconds(_) => format!("-max_total_time={left}"),
                Budget::SameInputs => format!("-runs={EXECUTIONS}"),
            })
            .args(match budget {
                Budget::Seconds(_) => &[][..],
                // It would read the folder of new inputs again each second, and mutate inputs with operands of comparisons,
                // some of which are addresses.
                Budget::SameInputs => &["-reload=0", "-use_cmp=0"],
            })
            .args(seed(budget).map(|seed| format!("-seed={seed}")))
            .arg(format!("-artifact_prefix={}/", findings.display()))
            .current_dir(root())
            .stdin(Stdio::null())
            .output()?;
        let text = String::from_utf8_lossy(&printed.stderr);
        let executions = text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
        outcome.executions += executions.and_then(|number| number.trim().parse::<u64>().ok()).unwrap_or(0);
        outcome.seconds += children_seconds() - before;
        outcome.found = !printed.status.success();
        if outcome.found {
            eprintln!("{text}");
        }
        if outcome.found || outcome.seconds >= f64::from(seconds) {
            return Ok(outcome);
        }
    }
}

/// Runs a target in JavaScript. Its inputs are generated without coverage feedback, because no coverage-guided fuzzer runs
/// on every platform of Node.
fn script(target: &str, budget: Budget) -> Result<Outcome> {
    let arguments = match budget {
        Budget::Seconds(seconds) => vec![seconds.to_string()],
        Budget::SameInputs => vec!["Infinity".to_owned(), ROUNDS.to_string()],
    };
    let python = python::environment()?;
    let before = children_seconds();
    let mut child = Command::new("node")
        .arg(root().join(JAVASCRIPT).join(target).with_extension("mjs"))
        .args(arguments)
        .envs(seed(budget).map(|seed| (SEED, seed)))
        .env("STS_WEB_PYTHON", python)
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut printed = String::new();
    child.stdout.take().context("its output")?.read_to_string(&mut printed)?;
    let found = !child.wait()?.success();
    let seconds = children_seconds() - before;
    Ok(Outcome { target: target.to_owned(), executions: printed.trim().parse().unwrap_or(0), seconds, found })
}

/// Returns the CPU seconds that finished child processes have used. Without `/proc`, returns elapsed seconds.
fn children_seconds() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    // proc(5): after the program's name in brackets, the 14th and 15th number are cutime and cstime, in hundredths.
    let started = START.elapsed().as_secs_f64();
    let hundredths = fs::read_to_string("/proc/self/stat").ok().and_then(|stat| {
        let (_, numbers) = stat.rsplit_once(')')?;
        let numbers: Vec<&str> = numbers.split_whitespace().collect();
        Some(numbers.get(13)?.parse::<u32>().ok()? + numbers.get(14)?.parse::<u32>().ok()?)
    });
    hundredths.map_or(started, |hundredths| f64::from(hundredths) / 100.0)
}

fn summarize(outcomes: &[Outcome]) -> Result<()> {
    println!("\n| {:<20} | {:>11} | {:>11} | findings |", "target", "CPU-seconds", "executions");
    println!("|{:-<22}|{:->12}:|{:->12}:|---------:|", "", "", "");
    for Outcome { target, executions, seconds, found } in outcomes {
        println!("| {target:<20} | {seconds:>11.0} | {executions:>11} | {:>8} |", u8::from(*found));
    }
    let failed = outcomes.iter().filter(|outcome| outcome.found || outcome.executions == 0).count();
    // The format of Rust's test runner, which the summary of all suites parses.
    println!("\ntest result: {} passed; {failed} failed", outcomes.len() - failed);
    if failed > 0 {
        bail!("the failing inputs are in fuzz/artifacts, or printed above");
    }
    Ok(())
}

/// Merges new inputs into `fuzz/corpus`, keeping the fewest that cover code which the named inputs do not cover.
pub(crate) fn minimize() -> Result<()> {
    let programs = build_in_rust()?;
    for target in &targets(RUST)? {
        let kept = root().join("fuzz/corpus").join(target);
        let found = new_inputs(target);
        fs::create_dir_all(&found)?;
        for file in files_in(&kept)?.iter().filter(|file| is_found(file)) {
            fs::rename(file, found.join(file.file_name().context("its name")?))?;
        }
        run(Command::new(programs.join(target))
            .args(["-set_cover_merge=1", "-use_counters=0", "-verbosity=0"])
            .args([&kept, &found]))?;
    }
    Ok(())
}

/// Whether `input` has a name by libFuzzer, its SHA-1 hash, and not one that describes it.
fn is_found(input: &Path) -> bool {
    input
        .file_name()
        .is_some_and(|name| name.len() == 40 && name.to_string_lossy().bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Returns the folder for a target's new inputs, outside of the repository until [`minimize`] merges them.
fn new_inputs(target: &str) -> PathBuf {
    root().join("target/fuzz-corpus").join(target)
}
