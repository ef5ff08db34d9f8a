//! Builds `pkg/dist/cjs`, for programs that call `require`: older Node versions, Jest, and TypeScript's `module: commonjs`.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::node;
use crate::run::{files_in, remove, run};

/// The modules of the package that can be required, and their files in `cjs`. The wasm is inlined.
const MODULES: [(&str, &str); 4] = [
    ("entry/inline.js", "index.js"),
    ("entry/slim.js", "slim.js"),
    ("aws4fetch.js", "aws4fetch.js"),
    ("trust-policy/index.js", "trust-policy/index.js"),
];

/// Bundles each module of `dist`, and copies the declarations: in a folder with `"type": "commonjs"`, TypeScript reads them
/// as those of `CommonJS` modules.
pub(super) fn build(dist: &Path) -> Result<()> {
    let folder = dist.join("cjs");
    remove(&folder)?;
    let declarations: Vec<_> =
        files_in(dist)?.into_iter().filter(|file| file.to_string_lossy().ends_with(".d.ts")).collect();
    for file in declarations {
        let copy = folder.join(file.strip_prefix(dist)?);
        fs::create_dir_all(copy.parent().unwrap_or(&folder))?;
        fs::copy(&file, copy)?;
    }
    for (module, file) in MODULES {
        bundle(dist, &dist.join(module), &folder.join(file))?;
    }
    fs::write(folder.join("slim.d.ts"), "export * from \"./entry/slim.js\";\n")?;
    fs::write(folder.join("package.json"), "{ \"type\": \"commonjs\" }\n")?;
    Ok(())
}

fn bundle(dist: &Path, module: &Path, file: &Path) -> Result<()> {
    run(node::package_command("esbuild/bin/esbuild")
        .arg(module)
        .args(["--bundle", "--format=cjs", "--platform=neutral", "--target=es2022", "--log-level=warning"])
        // A module that uses the package requires it at run time, instead of containing a second copy.
        .args(["--tsconfig-raw={}", "--external:sts-web"])
        .arg(format!("--inject:{}", dist.join("text-encoding.js").display()))
        .arg(format!("--outfile={}", file.display())))
}
