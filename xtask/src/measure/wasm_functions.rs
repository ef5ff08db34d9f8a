//! Prints the largest functions of the wasm module, from a build that keeps their names.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::build::wasm;
use crate::run::root;

const FUNCTIONS_SHOWN: usize = 20;

/// Prints the size of the code by crate, and the largest functions.
pub(crate) fn print_largest() -> Result<()> {
    let module = root().join("target/size/named.wasm");
    wasm::build_with_names(&module)?;
    let functions = functions(&module)?;
    let all: usize = functions.iter().map(|(_, size)| size).sum();

    let mut crates: HashMap<&str, usize> = HashMap::new();
    for (name, size) in &functions {
        *crates.entry(crate_of(name)).or_default() += size;
    }
    println!("{:<42}{all:>10}", "code of the wasm, raw, by crate");
    for (name, size) in largest_first(crates.into_iter().collect()).iter().take(12) {
        println!("  {name:<40}{size:>10}");
    }
    println!("largest functions");
    for (name, size) in largest_first(functions).iter().take(FUNCTIONS_SHOWN) {
        println!("  {:<80}{size:>10}", name.chars().take(78).collect::<String>());
    }
    Ok(())
}

fn largest_first<T>(mut sizes: Vec<(T, usize)>) -> Vec<(T, usize)> {
    sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    sizes
}

/// Returns each function's name and the size of its body in bytes.
fn functions(module: &Path) -> Result<Vec<(String, usize)>> {
    let bytes = fs::read(module)?;
    let (mut imported, mut sizes, mut names) = (0_usize, Vec::new(), HashMap::new());
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => sizes.push(body.range().len()),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else { continue };
                for subsection in subsections {
                    let Name::Function(functions) = subsection? else { continue };
                    for function in functions {
                        let function = function?;
                        names.insert(function.index as usize, without_hashes(function.name));
                    }
                }
            }
            _ => {}
        }
    }
    let name = |index: usize| names.remove(&(imported + index)).unwrap_or_else(|| "unnamed".to_owned());
    Ok((0..sizes.len()).map(name).zip(sizes.iter().copied()).collect())
}

/// Removes the hashes of mangled names: `sha2[bdf8cafb1f8c37e2]::Sha256` becomes `sha2::Sha256`.
fn without_hashes(name: &str) -> String {
    let mut parts = name.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| match part.split_once(']') {
        Some((hash, rest)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => text + rest,
        _ => text + "[" + part,
    })
}

/// Returns the crate of a function: `quick_xml` for `<quick_xml::reader::Reader as …>::read_event`.
fn crate_of(name: &str) -> &str {
    let path = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let path = path.trim_start_matches("mut ").trim_start_matches("dyn ");
    match path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next() {
        // Functions that JavaScript calls. Most of the crate is inlined into them.
        _ if !name.contains("::") => "sts_web, as exports",
        Some("str" | "u8" | "u32" | "u64" | "i64") => "core",
        first => first.unwrap_or(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_without_hashes() {
        let name = "<quick_xml[3e989d4fa42aaf1e]::Reader<&[u8]>>::read[0]";
        assert_eq!(without_hashes(name), "<quick_xml::Reader<&[u8]>>::read[0]");
    }

    #[test]
    fn a_functions_crate_is_the_first_of_its_path() {
        assert_eq!(crate_of("sts_web::sign::Signer::sign"), "sts_web");
        assert_eq!(crate_of("<&mut quick_xml::Reader<R> as core::Debug>::fmt"), "quick_xml");
        assert_eq!(crate_of("<dyn core::any::Any>::is"), "core");
        assert_eq!(crate_of("<str>::to_owned"), "core");
        assert_eq!(crate_of("call_next"), "sts_web, as exports");
    }
}
