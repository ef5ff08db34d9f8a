//! The one place that touches the world: network, clock, timer and chance.

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

/// How a client reaches the world. Whoever has another network, or a clock of their own for tests, implements it.
///
/// A future that is dropped stops what it does: that is how calls are given up.
pub trait Transport: MaybeSend + MaybeSync {
    /// Sends `request` and reads the response to its end, within `timeout`. Redirects are never followed: the
    /// response is the redirect, or an error.
    ///
    /// # Errors
    /// [`ErrorKind::Network`](crate::ErrorKind::Network), [`ErrorKind::Timeout`](crate::ErrorKind::Timeout), or
    /// [`too_large`](crate::response::too_large) as soon as the body goes beyond
    /// [`MAX_BODY`](crate::response::MAX_BODY).
    fn send(&self, request: Request, timeout: Duration) -> impl Future<Output = Result<Response, Error>> + MaybeSend;

    /// This machine's time.
    fn now(&self) -> SystemTime;

    /// Waits.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend;

    /// A number from 0 to 1, by chance. Not for secrets.
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

/// [`Send`] where there are threads; anything in wasm, whose JavaScript values stay where they are.
#[cfg(not(target_family = "wasm"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_family = "wasm"))]
impl<T: Send + ?Sized> MaybeSend for T {}

/// [`Sync`] where there are threads; anything in wasm.
#[cfg(not(target_family = "wasm"))]
pub trait MaybeSync: Sync {}
#[cfg(not(target_family = "wasm"))]
impl<T: Sync + ?Sized> MaybeSync for T {}

/// `Send` where there are threads; anything in wasm, whose JavaScript values stay where they are.
#[cfg(target_family = "wasm")]
pub trait MaybeSend {}
#[cfg(target_family = "wasm")]
impl<T: ?Sized> MaybeSend for T {}

/// `Sync` where there are threads; anything in wasm.
#[cfg(target_family = "wasm")]
pub trait MaybeSync {}
#[cfg(target_family = "wasm")]
impl<T: ?Sized> MaybeSync for T {}

/// The error for a request that did not reach its end. `why` is the platform's word for it.
#[cfg(any(feature = "reqwest", target_family = "wasm"))]
pub(crate) fn network_error(why: &str) -> Error {
    Error::new(crate::ErrorKind::Network, "NetworkError", ["the endpoint could not be reached: ", why].concat())
}

/// The error for an answer that did not come within `allowed`, in words.
#[cfg(any(feature = "reqwest", target_family = "wasm"))]
pub(crate) fn timeout_error(allowed: &str) -> Error {
    Error::new(crate::ErrorKind::Timeout, "TimeoutError", ["no whole answer came within ", allowed].concat())
}

#[cfg(any(feature = "reqwest", all(target_family = "wasm", feature = "fetch")))]
fn in_words(timeout: Duration) -> String {
    [&crate::retry::whole_milliseconds(timeout).to_string(), " ms"].concat()
}
