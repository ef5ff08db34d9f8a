//! `cargo xtask release-notes VERSION`: the section of a version in CHANGELOG.md, for its GitHub release.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::run::root;

/// Prints the notes of `version`, e.g. `1.2.3`.
pub(crate) fn print(version: &str) -> Result<()> {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).context("reading CHANGELOG.md")?;
    println!("{}", section(&changelog, version)?);
    Ok(())
}

/// Returns the text between the heading `## [version] - date` and the next heading of that level or the links at the end.
fn section<'a>(changelog: &'a str, version: &str) -> Result<&'a str> {
    let heading = format!("\n## [{version}]");
    let (_, rest) = changelog
        .split_once(&heading)
        .with_context(|| format!("CHANGELOG.md has no section `## [{version}]`; rename `## [Unreleased]` first"))?;
    // The rest of the heading is the date.
    let (_, body) = rest.split_once('\n').unwrap_or_default();
    let end = ["\n## ", "\n["].iter().filter_map(|next| body.find(next)).min().unwrap_or(body.len());
    let notes = body[..end].trim();
    if notes.is_empty() {
        bail!("the section `## [{version}]` of CHANGELOG.md is empty");
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "\
# Changelog

## [Unreleased]

## [1.10.0] - 2027-02-01

### Added

- A new operation.

## [1.1.0] - 2027-01-01

### Fixed

- [A link](https://example.com) in a line.

[Unreleased]: https://example.com/compare
";

    #[test]
    fn the_notes_of_a_version_are_its_section() {
        assert_eq!(section(CHANGELOG, "1.10.0").expect("notes"), "### Added\n\n- A new operation.");
        let last = "### Fixed\n\n- [A link](https://example.com) in a line.";
        assert_eq!(section(CHANGELOG, "1.1.0").expect("notes"), last);
    }

    #[test]
    fn a_version_without_notes_is_not_released() {
        let error = |version| section(CHANGELOG, version).expect_err("no notes").to_string();
        assert!(error("1.1").contains("has no section `## [1.1]`"), "{}", error("1.1"));
        assert_eq!(error("Unreleased"), "the section `## [Unreleased]` of CHANGELOG.md is empty");
    }
}
