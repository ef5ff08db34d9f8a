//! Conversions to and from the types of other crates, each behind a feature of that crate's name.
//!
//! | feature | for |
//! |---|---|
//! | `aws-credential-types` | the AWS SDK for Rust: its clients take a provider of this crate, and this crate takes one of the SDK |
//! | `http` | requests and responses of the crate `http`, which most HTTP libraries use |

#[cfg(all(feature = "aws-credential-types", not(all(target_family = "wasm", target_os = "unknown"))))]
#[cfg_attr(docsrs, doc(cfg(feature = "aws-credential-types")))]
pub mod aws_credential_types;
#[cfg(feature = "http")]
mod http;
