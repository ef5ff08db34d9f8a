//! AWS STS for the web platform.

#![cfg_attr(not(feature = "npm"), forbid(unsafe_code))]
#![cfg_attr(feature = "npm", deny(unsafe_code))]

pub mod credentials;
pub mod error;
pub mod http;

pub use credentials::Credentials;
pub use error::{Error, ErrorKind};
