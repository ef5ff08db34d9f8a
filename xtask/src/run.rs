//! The repository's root, other programs, files, and skipping steps whose inputs have not changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};

/// Returns the root of the repository that the command runs in: the workspace that contains the current directory, even if
/// this program was built elsewhere and copied.
///
/// # Panics
///
/// Outside of a workspace. `main` calls [`find_root`] first, which returns an error then.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        find_root(&std::env::current_dir().expect("a current directory")).expect("main has verified that there is one")
    });
    &ROOT
}

/// Finds the workspace's root in `folder` and its parents.
pub(crate) fn find_root(folder: &Path) -> Result<PathBuf> {
    let is_root = |folder: &&Path| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.lines().any(|line| line == "[workspace]") && folder.join("xtask/Cargo.toml").is_file()
    };
    let root = folder
        .ancestors()
        .find(is_root)
        .with_context(|| format!("{} is not inside a checkout of sts-web; run cargo xtask in one", folder.display()))?;
    Ok(root.to_owned())
}

/// Returns a command that runs cargo: the one that runs this program, if any.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Prints a line of progress to standard error.
pub(crate) fn say(what: &str) {
    eprintln!("→ {what}");
}

/// Runs a program in the repository's root. Returns an error if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.current_dir(root()).stdin(Stdio::null()).status();
    let status = status.with_context(|| format!("{name} could not be started"))?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}

/// Returns what a program prints to standard output, or `None` if it is missing or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Finds the first program in `names` that is on the PATH.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

/// Returns a program from crates.io, compiled on the first call and kept in `target/tools`.
pub(crate) fn cargo_tool(name: &str, version: &str) -> Result<PathBuf> {
    let folder = root().join("target/tools").join(format!("{name}-{version}"));
    let program = folder.join("bin").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    if !program.exists() {
        say(&format!("compiling {name}, which takes some minutes"));
        // Compiling it takes far longer than running it, so it is not optimized.
        run(cargo()
            .args(["install", "--debug", "--quiet", "--locked", "--version", version, name, "--root"])
            .arg(&folder)
            .env("CARGO_TARGET_DIR", folder.join("target")))?;
        // Only the program is needed.
        fs::remove_dir_all(folder.join("target"))?;
    }
    Ok(program)
}

/// Returns every file nested in `folder`, sorted.
pub(crate) fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_in(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Removes a folder, if there is one.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// Runs `work`, unless `product` exists and the content of `inputs` has not changed since `work` last succeeded.
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
    // If `work` fails halfway, the next run starts over.
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
    fn the_root_is_that_of_the_checkout_in_which_the_command_runs() {
        let copy = root().join("target/copied-checkout");
        let nested = copy.join("src/model");
        fs::create_dir_all(&nested).expect("a folder");
        fs::create_dir_all(copy.join("xtask")).expect("a folder");
        // Without a manifest, it belongs to the workspace that contains it.
        assert_eq!(find_root(&nested).expect("a root"), root());
        for manifest in ["Cargo.toml", "xtask/Cargo.toml"] {
            fs::copy(root().join(manifest), copy.join(manifest)).expect("copied");
        }
        assert_eq!(find_root(&nested).expect("a root"), copy);
        fs::remove_dir_all(&copy).expect("removed");
    }

    #[test]
    fn outside_of_a_checkout_there_is_no_root() {
        let error = find_root(Path::new("/")).expect_err("no root").to_string();
        assert_eq!(error, "/ is not inside a checkout of sts-web; run cargo xtask in one");
    }

    #[test]
    fn a_step_that_failed_runs_again_even_with_unchanged_inputs() {
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
