//! Everything that has side effects: network, clock, timer and random numbers.
//!
//! A custom transport implements [`Transport`]. This one gets its responses from a function, as a test would:
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use sts_web::Error;
//! use sts_web::http::{Request, Response};
//! use sts_web::transport::Transport;
//!
//! struct Mock(fn(&Request) -> Response);
//!
//! impl Transport for Mock {
//!     async fn send(&self, request: Request, _timeout: Duration) -> Result<Response, Error> {
//!         Ok((self.0)(&request))
//!     }
//!
//!     fn now(&self) -> SystemTime {
//!         SystemTime::UNIX_EPOCH
//!     }
//!
//!     async fn sleep(&self, _duration: Duration) {}
//!
//!     fn random(&self) -> f64 {
//!         0.5
//!     }
//! }
//!
//! let mock = Mock(|_| Response { status: 503, headers: Vec::new(), body: Vec::new() });
//! let client = sts_web::Client::with(sts_web::Config::new("eu-central-1"), None, mock)?;
//! # Ok::<(), Error>(())
//! ```

#[cfg(all(target_family = "wasm", feature = "fetch"))]
mod fetch;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(all(target_family = "wasm", feature = "fetch"))]
mod web;

use std::future::Future;
use std::time::{Duration, SystemTime};

#[cfg(feature = "reqwest")]
pub use self::reqwest::Reqwest;
#[cfg(all(target_family = "wasm", feature = "fetch"))]
pub use fetch::Fetch;

use crate::Error;
use crate::http::{Request, Response};

/// Network, clock, timer and random numbers of a client.
///
/// Dropping a future cancels its operation: that is how a call is aborted.
pub trait Transport: MaybeSend + MaybeSync {
    /// Sends `request` and reads the complete response within `timeout`. It must not follow redirects: it returns the
    /// redirect response or an error.
    ///
    /// # Errors
    /// [`ErrorKind::Network`](crate::ErrorKind::Network), [`ErrorKind::Timeout`](crate::ErrorKind::Timeout), or
    /// [`too_large`](crate::response::too_large) as soon as the body exceeds
    /// [`MAX_BODY`](crate::response::MAX_BODY).
    fn send(&self, request: Request, timeout: Duration) -> impl Future<Output = Result<Response, Error>> + MaybeSend;

    /// Returns this machine's time.
    fn now(&self) -> SystemTime;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend;

    /// Returns a random number from 0 to 1. It need not be cryptographically secure.
    fn random(&self) -> f64;
}

impl<T: Transport> Transport for std::sync::Arc<T> {
    fn send(&self, request: Request, timeout: Duration) -> impl Future<Output = Result<Response, Error>> + MaybeSend {
        T::send(self, request, timeout)
    }

    fn now(&self) -> SystemTime {
        T::now(self)
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend {
        T::sleep(self, duration)
    }

    fn random(&self) -> f64 {
        T::random(self)
    }
}

/// [`Send`] on native targets. In wasm, where JavaScript values stay on one thread, every type.
#[cfg(not(target_family = "wasm"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_family = "wasm"))]
impl<T: Send + ?Sized> MaybeSend for T {}

/// [`Sync`] on native targets. In wasm, every type.
#[cfg(not(target_family = "wasm"))]
pub trait MaybeSync: Sync {}
#[cfg(not(target_family = "wasm"))]
impl<T: Sync + ?Sized> MaybeSync for T {}

/// `Send` on native targets. In wasm, where JavaScript values stay on one thread, every type.
#[cfg(target_family = "wasm")]
pub trait MaybeSend {}
#[cfg(target_family = "wasm")]
impl<T: ?Sized> MaybeSend for T {}

/// `Sync` on native targets. In wasm, every type.
#[cfg(target_family = "wasm")]
pub trait MaybeSync {}
#[cfg(target_family = "wasm")]
impl<T: ?Sized> MaybeSync for T {}

/// The error for a request that failed on the network. `reason` is the platform's message.
#[cfg(any(feature = "reqwest", target_family = "wasm"))]
pub(crate) fn network_error(reason: &str) -> Error {
    Error::new(crate::ErrorKind::Network, "NetworkError", format!("the endpoint could not be reached: {reason}"))
}

/// The error for a response that is not complete within `timeout`, e.g. `10000 ms`.
#[cfg(any(feature = "reqwest", target_family = "wasm"))]
pub(crate) fn timeout_error(timeout: &str) -> Error {
    Error::new(crate::ErrorKind::Timeout, "TimeoutError", format!("no complete response within {timeout}"))
}

#[cfg(any(feature = "reqwest", all(target_family = "wasm", feature = "fetch")))]
fn timeout_text(timeout: Duration) -> String {
    format!("{} ms", crate::retry::whole_milliseconds(timeout))
}
