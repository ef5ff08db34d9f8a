//! Release notes, bills of materials, and commands with which anyone can verify a release.

pub(crate) mod notes;
mod reproduce;
mod sbom;

pub(crate) use reproduce::{reproduce, verify};
pub(crate) use sbom::sbom;
