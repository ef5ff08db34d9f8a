//! From Rust to the npm package: wasm, its JavaScript glue, optimised; and the TypeScript around it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use base64ct::{Base64, Encoding};

use crate::run::{if_changed, output, root, run, say};
use crate::{node, site, typescript};

/// SIMD makes SHA-256 and text faster, and every current engine has it. References to JavaScript's values would come with
/// a table for them, and none cross.
const TARGET_FEATURES: &str = "target-feature=+simd128,-reference-types";

/// The standard library is built along, its variants for size where it has them. Not stable yet, as are the flags below:
/// hence the variable `RUSTC_BOOTSTRAP`. Without the library's source the module is larger and otherwise the same.
const BUILT_STANDARD_LIBRARY: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];

/// Panics are traps without words, no text tells where they happened or prints values, and functions of libraries are
/// compiled where they are called, so that what a call does not use falls away.
const SMALLER: [&str; 5] = [
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Zfmt-debug=none",
    "-Zlocation-detail=none",
    "-Zcross-crate-inline-threshold=yes",
];

/// Makes `pkg/dist` and `target/site`. What did not change is not made again.
pub(crate) fn build() -> Result<()> {
    let pkg = root().join("pkg");
    node::install(&pkg, &pkg.join("node_modules/typescript"))?;
    check_wasm_target()?;
    wasm()?;
    typescript::take_version()?;
    typescript::generate()?;
    typescript::compile()?;
    site::assemble()
}

fn check_wasm_target() -> Result<()> {
    let installed = output(Command::new("rustup").args(["target", "list", "--installed"]).current_dir(root()));
    if installed.is_some_and(|targets| !targets.contains("wasm32-unknown-unknown")) {
        say("installing Rust's wasm32-unknown-unknown target");
        run(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"]))?;
    }
    if !standard_library_source() {
        say("installing the source of Rust's standard library");
        // Without it the module is larger, and otherwise the same.
        let _ = run(Command::new("rustup").args(["component", "add", "rust-src"]));
    }
    Ok(())
}

fn wasm() -> Result<()> {
    say("compiling to wasm");
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"));
    // So that the module is the same wherever it is built, and tells nobody where.
    let mut flags =
        vec![format!("-C{TARGET_FEATURES}"), format!("--remap-path-prefix={}=", root().canonicalize()?.display())];
    flags.extend(home.ok().map(|home| format!("--remap-path-prefix={home}/registry/src=")));
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet", "--lib", "--package=sts-web", "--profile=wasm"]);
    command.args(["--target=wasm32-unknown-unknown", "--no-default-features", "--features=npm"]);
    if standard_library_source() {
        command.env("RUSTC_BOOTSTRAP", "1").args(BUILT_STANDARD_LIBRARY);
        flags.extend(SMALLER.map(str::to_owned));
    }
    let quoted: Vec<_> = flags.iter().map(|flag| format!("'{flag}'")).collect();
    let setting = format!("target.wasm32-unknown-unknown.rustflags=[{}]", quoted.join(","));
    run(command.args(["--config", &setting]))?;
    let compiled = root().join("target/wasm32-unknown-unknown/wasm/sts_web.wasm");
    let product = root().join("pkg/dist/sts.wasm");
    // What is done to the module stands in this file.
    let sources = [compiled.clone(), root().join("xtask/src/build.rs")];
    if_changed("wasm", &sources, &product, || bind(&compiled, &product))
}

/// Whether rustup has installed the component rust-src, as `rust-toolchain.toml` asks for.
fn standard_library_source() -> bool {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root()));
    sysroot.is_some_and(|sysroot| Path::new(&sysroot).join("lib/rustlib/src/rust/library/std").exists())
}

fn bind(compiled: &Path, product: &Path) -> Result<()> {
    say("making its JavaScript glue, and optimising");
    let bound = root().join("target/glue");
    // Every current engine can encode into memory.
    let options =
        ["--target=web", "--omit-default-module-path", "--encode-into=always", "--out-name=glue", "--out-dir"];
    let arguments = ["wasm-bindgen"].iter().chain(&options).map(Into::into);
    let arguments = arguments.chain([bound.clone().into_os_string(), compiled.into()]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments.collect::<Vec<std::ffi::OsString>>())?;

    let generated = root().join("pkg/src/generated");
    fs::create_dir_all(&generated)?;
    fs::create_dir_all(product.parent().context("a folder")?)?;
    fs::copy(bound.join("glue.d.ts"), generated.join("glue.d.ts"))?;
    fs::copy(bound.join("glue.js"), generated.join("glue.js"))?;
    optimise(&["--strip-debug", "--strip-producers", "--strip-target-features"], product)?;
    inline(product, &generated)
}

/// The module, optimised. What `more` asks for decides whether it keeps its functions' names.
pub(crate) fn optimise(more: &[&str], product: &Path) -> Result<()> {
    run(node::package_command("binaryen/bin/wasm-opt")
        // The first addresses are the far end of the stack: nothing points there.
        .arg("--low-memory-unused")
        .args(["--flatten", "--rereloop", "-O4", "-O3", "--gufa", "-O3", "--reorder-functions", "--reorder-locals"])
        .args(more)
        .arg(root().join("target/glue/glue_bg.wasm"))
        .arg("-o")
        .arg(product))
}

/// The wasm as JavaScript, for the entry point of tools that move no files.
fn inline(wasm: &Path, generated: &Path) -> Result<()> {
    let base64 = Base64::encode_string(&fs::read(wasm)?);
    fs::write(generated.join("inline.js"), format!("export const base64 = \"{base64}\";\n"))?;
    fs::write(generated.join("inline.d.ts"), "export declare const base64: string;\n")?;
    Ok(())
}
