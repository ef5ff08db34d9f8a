//! Adapters that make providers of `sts-web` usable in other crates, one file each, to copy.

pub mod object_store;
pub mod reqsign;
