//! `cargo xtask size --url`: how many bytes a URL parser from another crate would add to the download, compared with
//! `src/url.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::size::{BROTLI, measure};
use crate::node;
use crate::run::{cargo, root, run};

/// A parser, its dependencies, and a function that uses every part of a URL that the crate needs.
struct Parser {
    name: &'static str,
    dependencies: &'static str,
    source: &'static str,
}

/// The first one, which parses nothing, is the baseline of the others.
const PARSERS: [Parser; 4] = [
    Parser { name: "none", dependencies: "", source: "fn lengths(url: &str) -> Option<usize> { Some(url.len()) }" },
    Parser {
        name: "src/url.rs",
        dependencies: "percent-encoding = { version = \"2\", default-features = false }",
        source: r#"
#[path = "SOURCE"] #[allow(dead_code)] mod url;
pub struct Error;
pub enum ErrorKind { Configuration }
impl Error { fn new(_: ErrorKind, _: &str, _: String) -> Self { Self } }
fn lengths(url: &str) -> Option<usize> {
    let url = url::Url::parse(url).ok()?;
    Some(url.scheme.len() + url.authority.len() + url.host.len() + url.path.len() + url.query.len())
}"#,
    },
    Parser {
        name: "the crate http",
        dependencies: "http = { version = \"1\", default-features = false, features = [\"std\"] }",
        source: r"
fn lengths(url: &str) -> Option<usize> {
    let url: http::Uri = url.parse().ok()?;
    let authority = url.authority()?;
    Some(url.scheme_str()?.len() + authority.host().len() + authority.as_str().len() + url.port_u16()? as usize
        + url.path().len() + url.query()?.len())
}",
    },
    Parser {
        name: "the crate url",
        dependencies: "url = { version = \"2\", default-features = false, features = [\"std\"] }",
        source: r"
fn lengths(url: &str) -> Option<usize> {
    let url = url::Url::parse(url).ok()?;
    Some(url.scheme().len() + url.authority().len() + url.host_str()?.len() + url.port()? as usize
        + url.path().len() + url.query()?.len())
}",
    },
];

/// Prints how many bytes each parser adds to a module, after brotli.
pub(crate) fn url_parsers() -> Result<()> {
    let mut empty = None;
    for parser in &PARSERS {
        let size = i64::from(measure(&build(parser)?)?[BROTLI]);
        println!("{:<20}{:>10} bytes, brotli", parser.name, size - *empty.get_or_insert(size));
    }
    Ok(())
}

/// Builds a module that exports the parser, optimized for size as the package's is.
fn build(parser: &Parser) -> Result<PathBuf> {
    const MANIFEST: &str = "[package]\nname = \"parser\"\nedition = \"2024\"\n[workspace]\n\
        [lib]\ncrate-type = [\"cdylib\"]\n\
        [profile.release]\nopt-level = \"z\"\nlto = \"fat\"\ncodegen-units = 1\npanic = \"abort\"\n[dependencies]\n";
    const EXPORT: &str = r#"
#[unsafe(no_mangle)]
pub unsafe extern "C" fn parse(start: *const u8, length: usize) -> usize {
    let bytes = unsafe { std::slice::from_raw_parts(start, length) };
    std::str::from_utf8(bytes).ok().and_then(lengths).unwrap_or_default() + shared(bytes)
}
/// Uses what the rest of the package uses anyway, so that no parser is charged for it: allocator, formatting, strings.
fn shared(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let (first, second) = text.split_once(':').or_else(|| text.rsplit_once('.')).unwrap_or_default();
    format!("{} {:?}", first.to_ascii_lowercase(), second.parse::<u16>()).len()
}
"#;
    let folder = root().join("target/size/url").join(parser.name.replace(['/', ' '], "-"));
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), [MANIFEST, parser.dependencies, "\n"].concat())?;
    let source = parser.source.replace("SOURCE", &root().join("src/url.rs").display().to_string());
    fs::write(folder.join("src/lib.rs"), source + EXPORT)?;
    let target = root().join("target/size/url/target");
    run(cargo().args(["build", "--quiet", "--release", "--target=wasm32-unknown-unknown", "--target-dir"]).args([
        target.as_os_str(),
        "--manifest-path".as_ref(),
        folder.join("Cargo.toml").as_os_str(),
    ]))?;
    optimized(&target.join("wasm32-unknown-unknown/release/parser.wasm"), &folder.join("parser.wasm"))
}

fn optimized(compiled: &Path, product: &Path) -> Result<PathBuf> {
    run(node::package_command("binaryen/bin/wasm-opt")
        .args(["-Oz", "--all-features", "--strip-debug", "--strip-producers", "--strip-target-features"])
        .arg(compiled)
        .arg("-o")
        .arg(product))?;
    Ok(product.to_owned())
}
