//! The one command of this repository: `cargo xtask build | start | test | size`, and what measures.

mod bench;
mod build;
mod dependencies;
mod faults;
mod fuzz;
mod mutants;
mod node;
mod operations;
mod python;
mod run;
mod sandbox;
mod serve;
mod site;
mod size;
mod start;
mod suites;
mod typescript;
mod wasm_functions;
mod worker;

use std::process::ExitCode;

use anyhow::Context;

const USAGE: &str = "\
cargo xtask build            makes the npm package (pkg/dist) and the page (target/site)
cargo xtask start [--worker] [--port N]
                             the page with the sandbox, on 127.0.0.1:8787; with --worker served by the Worker
cargo xtask test [SUITE]     all tests, or those of one suite
cargo xtask bench [--quick]  this package beside its peers, into benches/RESULTS.md; --quick only verifies that it can be
cargo xtask size [--peers]   what visitors download, against the budget; with --peers beside the peers
cargo xtask scale            what requests to the Worker cost
cargo xtask faults [SEED]    10,000 calls with a fault each, natively and in wasm; writes tests/FAULTS.md
cargo xtask mutants          which changes of the code no test notices
cargo xtask dependencies     licences, sources and duplicates of what is used, and what is known against it
cargo xtask fuzz [TARGET] [--seconds N]
                             each target for 600 seconds of the processor, or N
cargo xtask fuzz --minimize  the corpus, with what was found since, as few files as reach the same code";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["build"] => build::build(),
        ["start", options @ ..] => start(options),
        ["test"] => suites::test(None),
        ["test", suite] => suites::test(Some(suite)),
        ["bench"] => bench::bench(false),
        ["bench", "--quick"] => bench::bench(true),
        ["size"] => size::size(false),
        ["size", "--peers"] => size::size(true),
        ["scale"] => worker::scale(),
        ["faults"] => faults::table(None),
        ["faults", seed] => faults::table(Some(seed)),
        ["mutants"] => mutants::mutants(),
        ["dependencies"] => dependencies::check(),
        ["fuzz", "--minimize"] => fuzz::minimize(),
        ["fuzz", options @ ..] => start_fuzzing(options),
        // Called by cargo, for the tests in wasm.
        ["run-wasm-tests", rest @ ..] => {
            let arguments = std::iter::once("wasm-bindgen-test-runner").chain(rest.iter().copied());
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments)
        }
        _ => Err(anyhow::anyhow!("{USAGE}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start_fuzzing(options: &[&str]) -> anyhow::Result<()> {
    let (target, rest) = match options {
        [target, rest @ ..] if !target.starts_with('-') => (Some(*target), rest),
        rest => (None, rest),
    };
    match rest {
        [] => fuzz::fuzz(target, 600),
        ["--seconds", seconds] => fuzz::fuzz(target, seconds.parse().context("--seconds takes a whole number")?),
        _ => Err(anyhow::anyhow!("{USAGE}")),
    }
}

fn start(options: &[&str]) -> anyhow::Result<()> {
    let (serve, rest): (fn(u16) -> anyhow::Result<()>, _) = match options {
        ["--worker", rest @ ..] => (start::start_worker, rest),
        rest => (start::start, rest),
    };
    match rest {
        [] => serve(8787),
        ["--port", port] => serve(port.parse().context("--port takes a number up to 65535")?),
        _ => Err(anyhow::anyhow!("{USAGE}")),
    }
}
