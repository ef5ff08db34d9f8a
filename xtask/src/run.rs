//! Other programs, files, and whether there is anything to do.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Says what is being done, for builds and installs that take a while.
pub(crate) fn say(what: &str) {
    eprintln!("→ {what}");
}

/// Runs a program in the repository's root; its failure is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.current_dir(root()).stdin(Stdio::null()).status();
    let status = status.with_context(|| format!("{name} could not be started"))?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}

/// What a program prints, or `None` where it is not there or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first of `names` on the PATH.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| places.iter().map(move |place| place.join(name))).find(|file| file.is_file())
}

/// Every file below `folder`, sorted.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Does `work`, unless the content of `inputs` is what it was when it last succeeded and `product` is there.
pub(crate) fn if_changed(
    name: &str,
    inputs: &[PathBuf],
    product: &Path,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = root().join("target/stamps").join(name);
    let hash = content_hash(inputs)?;
    if product.exists() && fs::read_to_string(&stamp).is_ok_and(|known| known == hash) {
        return Ok(());
    }
    // Work that fails half way leaves nothing that counts as done.
    let _ = fs::remove_file(&stamp);
    work()?;
    fs::create_dir_all(root().join("target/stamps"))?;
    fs::write(stamp, hash)?;
    Ok(())
}

fn content_hash(inputs: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for input in inputs {
        input.hash(&mut hasher);
        fs::read(input).with_context(|| format!("reading {}", input.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_failed_is_done_again_even_when_its_inputs_are_as_before() {
        let folder = root().join("target/if-changed");
        fs::create_dir_all(&folder).expect("a folder");
        let (input, product) = (folder.join("input"), folder.join("product"));
        let build = |text: &str, work: &dyn Fn() -> Result<()>| {
            fs::write(&input, text).expect("the input");
            if_changed("if-changed", std::slice::from_ref(&input), &product, work)
        };
        let good = || Ok(fs::write(&product, "good")?);
        let half_way = || {
            fs::write(&product, "bad")?;
            anyhow::bail!("half way")
        };
        build("a", &good).expect("built");
        build("a", &|| anyhow::bail!("done already")).expect("nothing to do");
        build("b", &half_way).expect_err("failed");
        build("a", &good).expect("built again");
        assert_eq!(fs::read_to_string(&product).expect("the product"), "good");
        fs::remove_dir_all(&folder).expect("removed");
        fs::remove_file(root().join("target/stamps/if-changed")).expect("removed");
    }
}
