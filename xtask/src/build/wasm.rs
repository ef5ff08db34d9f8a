//! Builds the wasm module and its JavaScript glue.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use base64ct::{Base64, Encoding};

use crate::node;
use crate::run::{cargo, if_changed, output, root, run, say};

/// SIMD makes SHA-256 and string operations faster, and every current engine supports it. Reference types would add a table
/// for JavaScript values, which this module does not use.
const TARGET_FEATURES: &str = "target-feature=+simd128,-reference-types";

/// Builds the standard library as well, optimized for size. This and the flags below are unstable; `RUSTC_BOOTSTRAP` enables
/// them in the pinned stable compiler.
const BUILT_STANDARD_LIBRARY: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];

/// Panics trap without a message, `Debug` output and source locations are left out, and library functions are inlined across
/// crates, so that unused branches are removed.
const SMALLER: [&str; 5] = [
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Zfmt-debug=none",
    "-Zlocation-detail=none",
    "-Zcross-crate-inline-threshold=yes",
];

/// Installs the wasm32 target. Returns an error if the toolchain lacks the source of the standard library.
pub(super) fn check_toolchain() -> Result<()> {
    install_target("wasm32-unknown-unknown")?;
    require_standard_library(&sysroot()?)
}

/// Returns the folder of the toolchain.
pub(super) fn sysroot() -> Result<PathBuf> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root()));
    sysroot.map(PathBuf::from).context("rustc is missing; install Rust with rustup, from rustup.rs")
}

/// Installs a target of the compiler, unless it is installed.
pub(crate) fn install_target(target: &str) -> Result<()> {
    let installed = output(Command::new("rustup").args(["target", "list", "--installed"]).current_dir(root()));
    if installed.is_some_and(|targets| !targets.contains(target)) {
        say(&format!("installing Rust's {target} target"));
        run(Command::new("rustup").args(["target", "add", target]))?;
    }
    Ok(())
}

/// Returns an error if the toolchain in `sysroot` lacks the component rust-src, which rust-toolchain.toml lists.
fn require_standard_library(sysroot: &Path) -> Result<()> {
    if !sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").exists() {
        bail!(
            "the source of Rust's standard library is missing from {}; run `rustup component add rust-src`",
            sysroot.display()
        );
    }
    Ok(())
}

/// Writes `pkg/dist/sts.wasm` and its JavaScript glue.
pub(super) fn build() -> Result<()> {
    let compiled = compile(&[])?;
    let product = root().join("pkg/dist/sts.wasm");
    // This file has the flags of the tools that process the module.
    let sources = [compiled.clone(), root().join("xtask/src/build/wasm.rs")];
    if_changed("wasm", &sources, &product, || package(&compiled, &product))
}

/// Builds the shipped module with other settings of cargo, e.g. `profile.wasm.opt-level="s"`, to measure it. Does not change
/// the package.
pub(crate) fn build_with(settings: &[String], folder: &Path) -> Result<PathBuf> {
    let compiled = compile(settings)?;
    bind(&compiled, folder)?;
    let product = folder.join("sts.wasm");
    optimize(folder, &STRIPPED, &product)?;
    Ok(product)
}

/// Builds the shipped module with the names of its functions, to measure it.
pub(crate) fn build_with_names(product: &Path) -> Result<()> {
    optimize(&glue_folder(), &["-g"], product)
}

fn compile(settings: &[String]) -> Result<PathBuf> {
    say("compiling to wasm");
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"));
    // A commit builds the same bytes in every folder, because the module does not contain the folder's path.
    let mut flags =
        vec![format!("-C{TARGET_FEATURES}"), format!("--remap-path-prefix={}=", root().canonicalize()?.display())];
    flags.extend(home.ok().map(|home| format!("--remap-path-prefix={home}/registry/src=")));
    flags.extend(SMALLER.map(str::to_owned));
    let quoted: Vec<_> = flags.iter().map(|flag| format!("'{flag}'")).collect();
    let flags = format!("target.wasm32-unknown-unknown.rustflags=[{}]", quoted.join(","));
    run(cargo()
        // Rust programs link the crate as an rlib. Only this build compiles it to a wasm module.
        .args(["rustc", "--quiet", "--lib", "--crate-type=cdylib", "--package=sts-web", "--profile=wasm"])
        .args(["--target=wasm32-unknown-unknown", "--no-default-features", "--features=npm"])
        .args(BUILT_STANDARD_LIBRARY)
        .args([&flags].into_iter().chain(settings).flat_map(|setting| ["--config", setting]))
        .env("RUSTC_BOOTSTRAP", "1"))?;
    Ok(root().join("target/wasm32-unknown-unknown/wasm/sts_web.wasm"))
}

/// Generates the glue, optimizes the module, and puts both into the package.
fn package(compiled: &Path, product: &Path) -> Result<()> {
    let folder = glue_folder();
    bind(compiled, &folder)?;
    let generated = root().join("pkg/src/generated");
    fs::create_dir_all(&generated)?;
    fs::create_dir_all(product.parent().context("a folder")?)?;
    fs::write(generated.join("glue.js"), load_nothing_on_import(&fs::read_to_string(folder.join("glue.js"))?)?)?;
    fs::write(generated.join("glue.d.ts"), declare_instantiate(&fs::read_to_string(folder.join("glue.d.ts"))?)?)?;
    optimize(&folder, &STRIPPED, product)?;
    inline(product, &generated)
}

/// Replaces the functions of the glue that load the module. The package's entry points load it; the glue instantiates it.
/// Importing the glue calls no platform API, because some platforms lack an API that only the first call needs.
fn load_nothing_on_import(glue: &str) -> Result<String> {
    const INSTANTIATE: &str = "\
let wasm;

/** Instantiates the module, which may come from another realm, unless there is an instance. Returns the instance's exports. */
export function instantiate(module) {
    if (wasm === undefined) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextEncoder = new TextEncoder();
        wasm = new WebAssembly.Instance(module, __wbg_get_imports()).exports;
    }
    return wasm;
}
";
    let (glue, _) =
        glue.split_once("let wasmModule, wasmInstance, wasm;\n").context("the glue has no variable wasm")?;
    let decoder =
        "let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });\ncachedTextDecoder.decode();\n";
    let glue = replace_once(glue, decoder, "let cachedTextDecoder;\n")?;
    let glue = replace_once(&glue, "const cachedTextEncoder = new TextEncoder();\n", "let cachedTextEncoder;\n")?;
    // Every call passes `realloc`.
    let without_realloc = between(&glue, "    if (realloc === undefined) {\n", "        return ptr;\n    }\n")?;
    let mut glue = glue.replace(without_realloc, "");
    // The package frees these objects itself, without `using`.
    for class in ["Client", "PendingCall"] {
        glue = replace_once(&glue, &dispose(class), "")?;
    }
    // The package frees every call itself, so calls need no finalization registry.
    let glue = replace_once(&glue, "        PendingCallFinalization.register(obj, obj.__wbg_ptr, obj);\n", "")?;
    let glue = replace_once(&glue, "        PendingCallFinalization.unregister(this);\n", "")?;
    let registry = between(&glue, "const PendingCallFinalization = ", ";\n")?;
    Ok(replace_once(&glue, registry, "")? + INSTANTIATE)
}

/// Returns the line of the glue that lets `using` free an object.
fn dispose(class: &str) -> String {
    format!("if (Symbol.dispose) {class}.prototype[Symbol.dispose] = {class}.prototype.free;\n")
}

/// Declares what [`load_nothing_on_import`] adds, without the namespace `WebAssembly`, which TypeScript lacks on Node.
fn declare_instantiate(declarations: &str) -> Result<String> {
    let (declarations, _) =
        declarations.split_once("export type InitInput").context("the glue's types have no InitInput")?;
    let instantiate = "\
/** Instantiates the module unless there is an instance. Returns the instance's exports. */
export function instantiate(module?: object): { readonly memory: { readonly buffer: ArrayBuffer } };
";
    Ok(declarations.to_owned() + instantiate)
}

/// Returns the part of `text` from `start` to the next `end`, including both.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Result<&'a str> {
    let from = text.find(start).with_context(|| format!("the glue has no `{}`", start.trim()))?;
    let length = text[from..].find(end).with_context(|| format!("the glue has no `{}`", end.trim()))?;
    Ok(&text[from..from + length + end.len()])
}

/// Replaces the only occurrence of `from`.
fn replace_once(text: &str, from: &str, to: &str) -> Result<String> {
    if text.matches(from).count() != 1 {
        bail!("wasm-bindgen has changed its glue, which no longer has `{}` exactly once", from.trim());
    }
    Ok(text.replace(from, to))
}

/// Returns the folder with the module and its glue before optimization.
fn glue_folder() -> PathBuf {
    root().join("target/glue")
}

/// Generates the JavaScript glue, and the module that it loads, in `folder`.
fn bind(compiled: &Path, folder: &Path) -> Result<()> {
    say("generating the JavaScript glue, and optimizing");
    // `TextEncoder.encodeInto` is supported by every current engine.
    let options =
        ["--target=web", "--omit-default-module-path", "--encode-into=always", "--out-name=glue", "--out-dir"];
    let arguments = ["wasm-bindgen"].iter().chain(&options).map(Into::into);
    let arguments = arguments.chain([folder.into(), compiled.into()]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments.collect::<Vec<std::ffi::OsString>>())
}

/// Options of wasm-opt for the shipped module.
const STRIPPED: [&str; 3] = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/// Optimizes the module in `folder` and writes it to `product`.
fn optimize(folder: &Path, more: &[&str], product: &Path) -> Result<()> {
    run(node::package_command("binaryen/bin/wasm-opt")
        // The first 1,024 bytes of memory are the unused end of the stack, so no pointer is below that.
        .arg("--low-memory-unused")
        .args(["--flatten", "--rereloop", "-O4", "-O3", "--gufa", "-O3", "--reorder-functions", "--reorder-locals"])
        .args(more)
        .arg(folder.join("glue_bg.wasm"))
        .arg("-o")
        .arg(product))
}

/// Writes the module as base64 in JavaScript, for the entry points that contain it.
fn inline(wasm: &Path, generated: &Path) -> Result<()> {
    let base64 = Base64::encode_string(&fs::read(wasm)?);
    fs::write(generated.join("inline.js"), format!("export const base64 = \"{base64}\";\n"))?;
    fs::write(generated.join("inline.d.ts"), "export declare const base64: string;\n")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glue_that_wasm_bindgen_has_changed_is_an_error() {
        let encoder = "const cachedTextEncoder = new TextEncoder();\n";
        let decoder =
            "let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });\ncachedTextDecoder.decode();\n";
        let branch = "    if (realloc === undefined) {\n        return ptr;\n    }\n";
        let call = "        PendingCallFinalization.register(obj, obj.__wbg_ptr, obj);\n        \
            PendingCallFinalization.unregister(this);\nconst PendingCallFinalization = registry;\n";
        let [client, pending] = ["Client", "PendingCall"].map(dispose);
        let glue =
            [decoder, encoder, branch, call, &client, &pending, "let wasmModule, wasmInstance, wasm;\n"].concat();
        let lazy = load_nothing_on_import(&glue).expect("as expected");
        assert!(lazy.starts_with("let cachedTextDecoder;\nlet cachedTextEncoder;\nlet wasm;\n"), "{lazy}");
        let error = load_nothing_on_import(&glue.replace("const", "var")).expect_err("changed").to_string();
        assert!(error.starts_with("wasm-bindgen has changed its glue"), "{error}");
    }

    #[test]
    fn without_the_source_of_the_standard_library_the_error_has_the_command_to_run() {
        let error = require_standard_library(&root().join("docs")).expect_err("no sysroot").to_string();
        assert!(error.ends_with("run `rustup component add rust-src`"), "{error}");
    }
}
