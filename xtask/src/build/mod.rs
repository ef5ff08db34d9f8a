//! `cargo xtask build`: the npm packages in `pkg/dist` and `worker/dist`, and the page in `target/site`.

mod commonjs;
pub(crate) mod examples;
mod licenses;
pub(crate) mod site;
mod typescript;
pub(crate) mod wasm;
pub(crate) mod worker;

use anyhow::Result;

use crate::run::root;
use crate::{codegen, node};

/// Builds the packages and the page. Steps whose inputs have not changed are skipped.
pub(crate) fn build() -> Result<()> {
    let pkg = root().join("pkg");
    node::install(&pkg, &pkg.join("node_modules/typescript"))?;
    wasm::check_toolchain()?;
    wasm::build()?;
    typescript::set_version()?;
    codegen::generate()?;
    typescript::compile()?;
    licenses::collect()?;
    site::assemble()?;
    worker::package()
}
