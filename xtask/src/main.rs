//! `cargo xtask`: builds, serves, tests and measures everything in this repository.

mod build;
mod codegen;
mod measure;
mod node;
mod release;
mod run;
mod start;
mod test;

use std::process::ExitCode;

use anyhow::Context;

const USAGE: &str = "\
cargo xtask build            build the npm packages (pkg/dist, worker/dist) and the page (target/site)
cargo xtask start [--worker] [--port N]
                             serve the page with the sandbox, on 127.0.0.1:8787; --worker: from the Worker
cargo xtask test [SUITE]     run all tests, or one suite
cargo xtask lint             check formatting, lints and types of TypeScript, JavaScript, CSS and HTML
cargo xtask bench [--quick]  compare this package with others, and write benches/RESULTS.md; --quick: verify them only
cargo xtask size [--peers]   print download sizes and their budgets; --peers: beside comparable packages
cargo xtask size --levels    print what each optimization level in Cargo.toml saves
cargo xtask size --url       print how many bytes a URL parser from another crate would add
cargo xtask scale [--quick]  measure requests to the Worker; --quick: only verify that they succeed
cargo xtask faults [SEED]    make 10,000 calls with a fault each, natively and in wasm, run the Worker for ten minutes while
                             everything fails at random, and write tests/FAULTS.md
cargo xtask frameworks [NAME…]
                             build and run the package with every tool, or some, and write tests/FRAMEWORKS.md
cargo xtask recipes          build and test examples/recipes, the adapters to large crates
cargo xtask mutants          find changes to the code that no test notices
cargo xtask dependencies     check licenses, sources, duplicates and advisories of all dependencies
cargo xtask fuzz [TARGET] [--seconds N | --same-inputs]
                             fuzz each target for 600 seconds of CPU time, or N, or with the inputs of the tests
cargo xtask fuzz --minimize  merge new inputs into the corpus, keeping the fewest files with the same coverage
cargo xtask reproduce        build the commit twice, in two folders and homes, and compare every file
cargo xtask verify VERSION   build the tag of a release, and compare every file with what npm serves
cargo xtask sbom             write the bills of materials of the crate, the package and the Worker to target/sbom
cargo xtask release-notes VERSION
                             print the section of CHANGELOG.md about a version";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run_command(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(arguments: &[&str]) -> anyhow::Result<()> {
    run::find_root(&std::env::current_dir()?)?;
    match arguments {
        ["build"] => build::build(),
        ["start", options @ ..] => start(options),
        ["test"] => test::test(None),
        ["test", suite] => test::test(Some(suite)),
        ["lint"] => test::lint(),
        ["bench"] => measure::bench(false),
        ["bench", "--quick"] => measure::bench(true),
        ["size"] => measure::size(false),
        ["size", "--peers"] => measure::size(true),
        ["size", "--levels"] => measure::levels(),
        ["size", "--url"] => measure::url_parsers(),
        ["scale"] => measure::scale(false),
        ["scale", "--quick"] => measure::scale(true),
        ["faults"] => test::faults(None),
        ["faults", seed] => test::faults(Some(seed)),
        ["frameworks", names @ ..] => test::frameworks(names),
        ["mutants"] => test::mutants(),
        ["recipes"] => test::recipes(),
        ["dependencies"] => test::dependencies(),
        ["reproduce"] => release::reproduce(),
        ["verify", version] => release::verify(version),
        ["sbom"] => release::sbom(),
        ["release-notes", version] => release::notes::print(version),
        ["fuzz", "--minimize"] => test::minimize(),
        ["fuzz", options @ ..] => start_fuzzing(options),
        // Cargo calls this to run tests in wasm.
        ["run-wasm-tests", rest @ ..] => {
            let arguments = std::iter::once("wasm-bindgen-test-runner").chain(rest.iter().copied());
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments)
        }
        _ => Err(anyhow::anyhow!("{USAGE}")),
    }
}

fn start_fuzzing(options: &[&str]) -> anyhow::Result<()> {
    let (target, rest) = match options {
        [target, rest @ ..] if !target.starts_with('-') => (Some(*target), rest),
        rest => (None, rest),
    };
    match rest {
        [] => test::fuzz(target, test::Budget::Seconds(600)),
        ["--seconds", seconds] => {
            test::fuzz(target, test::Budget::Seconds(seconds.parse().context("--seconds must be an integer")?))
        }
        ["--same-inputs"] => test::fuzz(target, test::Budget::SameInputs),
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
        ["--port", port] => serve(port.parse().context("--port must be an integer up to 65535")?),
        _ => Err(anyhow::anyhow!("{USAGE}")),
    }
}
