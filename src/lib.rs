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
pub mod validate;
#[cfg(all(target_family = "wasm", feature = "npm"))]
#[allow(unreachable_pub, reason = "wasm-bindgen exports what is pub, wherever it stands")]
mod wasm;

pub use client::{Client, Config};
pub use credentials::Credentials;
pub use error::{Error, ErrorKind};
