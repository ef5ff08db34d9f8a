//! `cargo xtask sbom`: software bills of materials as JSON, in the format of `CycloneDX`.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::node::NPM;
use crate::run::{cargo_tool, output, root, run, say};

/// The version of cargo-cyclonedx to install.
const VERSION: &str = "0.5.9";

/// Writes three files to `target/sbom`: for the crate, for the npm package, whose only dependencies are those of the wasm
/// module, and for the Worker's package.
pub(crate) fn sbom() -> Result<()> {
    let folder = root().join("target/sbom");
    fs::create_dir_all(&folder)?;
    let tool = cargo_tool("cargo-cyclonedx", VERSION)?;
    let builds: [(&str, &[&str]); 2] =
        [("crate", &[]), ("package", &["--no-default-features", "--features=npm", "--target=wasm32-unknown-unknown"])];
    for (name, arguments) in builds {
        run(Command::new(&tool)
            .args([
                "cyclonedx",
                "--format=json",
                "--quiet",
                "--no-build-deps",
                "--override-filename=sbom",
                "--manifest-path=Cargo.toml",
            ])
            .args(arguments))?;
        // cargo-cyclonedx writes a file beside the manifest of each member of the workspace.
        fs::rename(root().join("sbom.json"), folder.join(format!("{name}.cdx.json")))?;
        fs::remove_file(root().join("xtask/sbom.json"))?;
    }
    let worker = output(
        Command::new(NPM)
            .args(["sbom", "--sbom-format=cyclonedx", "--omit=dev", "--package-lock-only"])
            .current_dir(root().join("worker")),
    );
    fs::write(folder.join("worker.cdx.json"), worker.context("npm could not write the Worker's bill of materials")?)?;
    say("wrote target/sbom");
    Ok(())
}
