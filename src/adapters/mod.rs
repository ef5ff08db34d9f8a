//! Conversions to and from the types of other crates, each behind the feature with the name of that crate.
//!
//! | feature | for |
//! |---|---|
//! | `aws-credential-types` | the AWS SDK for Rust: this crate's providers in its clients, and its providers in this crate's clients |
//! | `http` | requests and responses of the crate `http`, which most HTTP libraries use |

#[cfg(all(feature = "aws-credential-types", not(all(target_family = "wasm", target_os = "unknown"))))]
#[cfg_attr(docsrs, doc(cfg(feature = "aws-credential-types")))]
pub mod aws_credential_types;
#[cfg(feature = "http")]
mod http;
