//! AWS STS for the web platform: signs Query requests with Signature Version 4, sends them and parses the XML responses,
//! natively and in WebAssembly.
//!
//! ```no_run
//! use sts_web::model::AssumeRoleInput;
//! use sts_web::{Client, Credentials};
//!
//! # #[cfg(feature = "reqwest")]
//! # async fn example() -> Result<(), sts_web::Error> {
//! let client = Client::new("eu-central-1", Credentials::new("AKIA…", "the secret"))?;
//! let role = client
//!     .assume_role(&AssumeRoleInput {
//!         role_arn: "arn:aws:iam::123456789012:role/test-role".into(),
//!         role_session_name: "s3-access-example".into(),
//!         ..AssumeRoleInput::default()
//!     })
//!     .await?;
//! println!("{} until {:?}", role.credentials.access_key_id, role.credentials.expiration);
//! # Ok(())
//! # }
//! ```
//!
//! [The guide](guide) has a section for each task: getting started natively and in wasm, refreshing role credentials,
//! signing for other services, custom transports, and testing your code.
//!
//! # How one call works
//!
//! input → [`validate`](raw::validate) → [`query`](raw::query) → [`sign`] → [`transport`] → [`response`](raw::response) →
//! output, retried according to [`retry`](raw::retry).
//!
//! [`Client`] performs these steps. All of them except the transport are sans-IO: they do no I/O and take the time as a
//! parameter. Every step is public, so a program with its own I/O can drive [`raw::call`] or use the steps one by one.
//!
//! # Modules
//!
//! - [`client`]: the client, with a method for each operation.
//! - [`model`]: the operations of STS as data, and their typed inputs and outputs.
//! - [`credentials`], [`provider`]: credentials, and providers that assume a role and refresh its credentials.
//! - [`endpoint`], [`partition`]: the URL and the signing region for a region, and the table of partitions.
//! - [`sign`]: signatures, for any service.
//! - [`transport`], [`http`]: sending, over `reqwest`, `fetch` or a custom transport.
//! - [`error`]: the error type, with a hint on what to do next.
//! - [`export`], [`console`], [`identity`]: credentials for shells and files, links to the AWS console, logins to EKS
//!   and Vault.
//! - [`adapters`]: conversions to the types of other crates.
//! - [`timestamp`]: the timestamp formats of STS.
//! - [`raw`]: the other steps of a call, one module each.
//!
//! # Features
//!
//! - `reqwest` (default): the transport over `reqwest`, on native targets. In wasm it has no effect, except that it
//!   enables `fetch`.
//! - `fetch`: the transport over the platform's `fetch`, on wasm32-unknown-unknown. Elsewhere it has no effect.
//! - `profile`: profiles of the files in `~/.aws`, with role chains: [`provider`]. Not on wasm32-unknown-unknown.
//! - `aws-credential-types`, `http`, `tower`: [`adapters`] to these crates. The first one needs Rust 1.94.1.
//! - `npm`: the JavaScript bindings of the npm package. Not for Rust programs, and not covered by semantic versioning.
//!
//! There is no built-in transport for WASI: implement [`transport::Transport`], or drive [`raw::call`].
//!
//! # Types of other crates
//!
//! The public API contains types of two other crates: [`Zeroizing`] of `zeroize`, which is stable, and those of
//! `reqwest`, which is reexported if its feature is enabled. Secrets have a type of this crate, [`Secret`], because
//! outputs must be comparable and cloneable, and because another crate's new version would be a breaking change.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(feature = "npm"), forbid(unsafe_code))]
#![cfg_attr(feature = "npm", deny(unsafe_code))]
// AWS adds members and values over time. A type that is not `non_exhaustive` needs a reason.
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod adapters;
pub mod client;
pub mod console;
pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod export;
pub mod guide;
pub mod http;
pub mod identity;
pub mod model;
pub mod partition;
pub mod provider;
pub mod raw;
mod secret;
pub mod sign;
mod substring;
pub mod timestamp;
pub mod transport;
mod url;
#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "npm"))]
#[allow(unreachable_pub, reason = "wasm-bindgen exports `pub` items of private modules")]
mod wasm;

pub use client::{Client, Config};
pub use credentials::Credentials;
pub use error::{Error, ErrorKind};
pub use secret::Secret;
pub use zeroize::Zeroizing;

#[cfg(all(not(target_family = "wasm"), feature = "reqwest"))]
#[cfg_attr(docsrs, doc(cfg(feature = "reqwest")))]
pub use reqwest;
