//! AWS STS for the web platform.

#![cfg_attr(not(feature = "npm"), forbid(unsafe_code))]
#![cfg_attr(feature = "npm", deny(unsafe_code))]

pub mod credentials;
pub mod error;
pub mod http;
pub mod model;
pub mod query;
pub mod response;
pub mod validate;

pub use credentials::Credentials;
pub use error::{Error, ErrorKind};
