//! AWS STS for the web platform.

#![cfg_attr(not(feature = "npm"), forbid(unsafe_code))]
#![cfg_attr(feature = "npm", deny(unsafe_code))]

pub mod client;
pub mod console;
pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod export;
pub mod http;
pub mod identity;
pub mod model;
pub mod percent;
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

/// Whether `text` has `part` in it. `str::contains` brings a search algorithm for long texts, of 4 KB in the wasm.
pub(crate) fn holds(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes())
}
