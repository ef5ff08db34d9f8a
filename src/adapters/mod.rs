//! Conversions to and from the types of other crates, each behind the feature with the name of that crate.
//!
//! | feature | for |
//! |---|---|
//! | `aws-credential-types` | the AWS SDK for Rust: this crate's providers in its clients, and its providers in this crate's clients |
//! | `http` | requests and responses of the crate `http`, which most HTTP libraries use |
//! | `tower` | a layer that signs the requests of `reqwest`, `hyper` and others |
//!
//! `object_store` and `opendal` have no feature: their types come with the HTTP stack of the crate, more than a hundred
//! packages, and change with each of its frequent breaking releases. `examples/recipes` of the repository has a provider
//! for each, of ten lines, to copy.

#[cfg(all(feature = "aws-credential-types", not(all(target_family = "wasm", target_os = "unknown"))))]
#[cfg_attr(docsrs, doc(cfg(feature = "aws-credential-types")))]
pub mod aws_credential_types;
#[cfg(feature = "http")]
mod http;
#[cfg(all(feature = "tower", not(all(target_family = "wasm", target_os = "unknown"))))]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub mod tower;
