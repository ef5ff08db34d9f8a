//! AWS STS for the web platform: signs Query requests with Signature Version 4, sends them and reads the XML answers,
//! natively and in WebAssembly.
//!
//! ```no_run
//! use sts_web::model::AssumeRoleInput;
//! use sts_web::{Client, Credentials};
//!
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
//! # The way of one call
//!
//! input → [`validate`] → [`query`] → [`sign`] → [`transport`] → [`response`] → output, tried again as [`retry`] says.
//! [`Client`] goes that way. Every step but the transport is sans-IO, with time as a parameter, and public: whoever
//! has a transport of their own drives [`call`], or calls the steps one by one.
//!
//! # Where things are
//!
//! - [`model`]: every operation of STS as data, and its typed input and output.
//! - [`credentials`], [`provider`]: keys, and role keys that renew themselves.
//! - [`endpoint`]: a region's URL and signing region.
//! - [`error`]: the one error type, with a hint for people.
//! - [`export`], [`console`], [`identity`]: keys for shells and files, links into the console, logins to EKS and Vault.
//!
//! # Features
//!
//! `reqwest` (default) is the transport for native programs, and brings `fetch`, the transport over the platform's own in
//! wasm32. `npm` adds the JavaScript face that the npm package is built from.

#![cfg_attr(not(feature = "npm"), forbid(unsafe_code))]
#![cfg_attr(feature = "npm", deny(unsafe_code))]

pub mod call;
pub mod client;
pub mod console;
pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod export;
pub mod http;
pub mod identity;
pub mod model;
pub mod provider;
pub mod query;
pub mod response;
pub mod retry;
pub mod sign;
pub mod timestamp;
pub mod transport;
mod url;
pub mod validate;
#[cfg(all(target_family = "wasm", feature = "npm"))]
#[allow(unreachable_pub, reason = "wasm-bindgen exports what is pub, wherever it stands")]
mod wasm;

pub use client::{Client, Config};
pub use credentials::Credentials;
pub use error::{Error, ErrorKind};
