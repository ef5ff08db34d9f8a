//! What a release consists of, and how a stranger verifies it.

pub(crate) mod notes;
mod reproduce;
mod sbom;

pub(crate) use reproduce::{reproduce, verify};
pub(crate) use sbom::sbom;
