//! Conversions to and from the types of other crates, each behind the feature with the name of that crate.
//!
//! | feature | for |
//! |---|---|
//! | `aws-credential-types` | the AWS SDK for Rust: this crate's providers in its clients, and its providers in this crate's clients |
//! | `http` | requests and responses of the crate `http`, which most HTTP libraries use |
//! | `tower` | a layer that signs the requests of `reqwest`, `hyper` and others |
//!
//! There are no adapters for `object_store` and `opendal`, because each adds more than a hundred packages, and their frequent
//! breaking releases would be breaking changes of this crate. `examples/recipes` in the repository has a provider of ten
//! lines for each of them, to copy.

#[cfg(all(feature = "aws-credential-types", not(all(target_family = "wasm", target_os = "unknown"))))]
#[cfg_attr(docsrs, doc(cfg(feature = "aws-credential-types")))]
pub mod aws_credential_types;
#[cfg(feature = "http")]
mod http;
#[cfg(all(feature = "tower", not(all(target_family = "wasm", target_os = "unknown"))))]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub mod tower;
