//! Providers of `sts-web` as those of other crates, one file each, to be copied.

pub mod object_store;
pub mod reqsign;
