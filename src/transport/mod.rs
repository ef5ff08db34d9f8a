//! Everything that has side effects: network, clock, timer and random numbers.
//!
//! | transport | for |
//! |---|---|
//! | `Reqwest` | native programs with a tokio runtime |
//! | `Fetch` | JavaScript's platforms: pages, web workers, Node, Cloudflare Workers |
//! | [`BoxTransport`] | a transport that is chosen at run time |
//! | [`Fake`] | tests |
//! | a custom [`Transport`] | everything else |
//!
//! # Custom transports
//!
//! Implement [`Transport`]. [`network_error`], [`timeout_error`] and [`with_timeout`] create the errors that the client
//! retries, and [`too_large`] creates the error for a body larger than [`MAX_BODY`]. This transport wraps another one and
//! adds a header:
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use sts_web::http::{Request, Response};
//! use sts_web::transport::{Fake, Transport};
//! use sts_web::{Client, Error};
//!
//! struct Tagged<T>(T);
//!
//! impl<T: Transport> Transport for Tagged<T> {
//!     async fn send(&self, request: Request, timeout: Duration) -> Result<Response, Error> {
//!         // For a proxy. The request is already signed, so this header is not.
//!         self.0.send(request.with_header("x-team", "storage"), timeout).await
//!     }
//!
//!     fn now(&self) -> SystemTime {
//!         self.0.now()
//!     }
//!
//!     async fn sleep(&self, duration: Duration) {
//!         self.0.sleep(duration).await;
//!     }
//!
//!     fn random(&self) -> f64 {
//!         self.0.random()
//!     }
//! }
//!
//! let fake = Fake::new(|_request| Ok(Response { status: 503, headers: Vec::new(), body: Vec::new() }));
//! let client = Client::builder().region("eu-central-1").transport(Tagged(fake)).build()?;
//! # Ok::<(), Error>(())
//! ```

mod fake;
#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "fetch"))]
mod fetch;
#[cfg(all(not(target_family = "wasm"), feature = "reqwest"))]
mod reqwest;
#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "fetch"))]
mod web;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

pub use crate::raw::response::{MAX_BODY, too_large};
pub use fake::Fake;

#[cfg(all(not(target_family = "wasm"), feature = "reqwest"))]
#[cfg_attr(docsrs, doc(cfg(feature = "reqwest")))]
pub use self::reqwest::Reqwest;
#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "fetch"))]
#[cfg_attr(docsrs, doc(cfg(feature = "fetch")))]
pub use fetch::Fetch;

use crate::http::{Request, Response};
use crate::raw::retry::whole_milliseconds;
use crate::{Error, ErrorKind};

/// The transport of [`Client::new`](crate::Client::new): [`Reqwest`] natively, `Fetch` in wasm.
#[cfg(all(not(target_family = "wasm"), feature = "reqwest"))]
pub type DefaultTransport = Reqwest;
/// The transport of [`Client::new`](crate::Client::new): [`Fetch`] in wasm, `Reqwest` natively.
#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "fetch"))]
pub type DefaultTransport = Fetch;

/// A boxed future, [`Send`] except where JavaScript values stay on one thread.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A boxed future.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Network, clock, timer and random numbers of a client.
///
/// Dropping a future cancels its operation: that is how a call is aborted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a transport",
    note = "enable the feature `reqwest` or `fetch` for that of the platform, implement `Transport`, or use `Fake` in tests"
)]
pub trait Transport: MaybeSend + MaybeSync {
    /// Sends `request` and reads the complete response within `timeout`. It must not follow redirects: it returns the
    /// redirect response or an error.
    ///
    /// # Errors
    /// [`ErrorKind::Network`], [`ErrorKind::Timeout`], or
    /// [`too_large`] as soon as the body exceeds [`MAX_BODY`].
    fn send(&self, request: Request, timeout: Duration) -> impl Future<Output = Result<Response, Error>> + MaybeSend;

    /// Returns this machine's time.
    fn now(&self) -> SystemTime;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend;

    /// Returns a random number from 0 to 1. It need not be cryptographically secure.
    fn random(&self) -> f64;
}

impl<T: Transport> Transport for Arc<T> {
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

/// A [`Transport`] whose type is chosen at run time. Clones share it.
///
/// ```
/// # #[cfg(feature = "reqwest")] {
/// use sts_web::transport::{BoxTransport, Reqwest};
/// use sts_web::{Client, Credentials};
///
/// struct State {
///     client: Client<BoxTransport>,
/// }
///
/// let client = Client::builder()
///     .region("eu-central-1")
///     .credentials(Credentials::new("AKIA…", "the secret"))
///     .transport(BoxTransport::new(Reqwest::new()?))
///     .build()?;
/// let state = State { client };
/// # }
/// # Ok::<(), sts_web::Error>(())
/// ```
#[derive(Clone)]
pub struct BoxTransport(Arc<dyn DynTransport>);

impl BoxTransport {
    /// Boxes `transport`.
    #[must_use]
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self(Arc::new(transport))
    }
}

impl Transport for BoxTransport {
    fn send(&self, request: Request, timeout: Duration) -> impl Future<Output = Result<Response, Error>> + MaybeSend {
        self.0.boxed_send(request, timeout)
    }

    fn now(&self) -> SystemTime {
        self.0.dyn_now()
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend {
        self.0.boxed_sleep(duration)
    }

    fn random(&self) -> f64 {
        self.0.dyn_random()
    }
}

impl fmt::Debug for BoxTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxTransport").finish_non_exhaustive()
    }
}

/// [`Transport`] with boxed futures, which makes it dyn-compatible.
trait DynTransport: MaybeSend + MaybeSync {
    fn boxed_send(&self, request: Request, timeout: Duration) -> BoxFuture<'_, Result<Response, Error>>;
    fn dyn_now(&self) -> SystemTime;
    fn boxed_sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;
    fn dyn_random(&self) -> f64;
}

impl<T: Transport> DynTransport for T {
    fn boxed_send(&self, request: Request, timeout: Duration) -> BoxFuture<'_, Result<Response, Error>> {
        Box::pin(self.send(request, timeout))
    }

    fn dyn_now(&self) -> SystemTime {
        self.now()
    }

    fn boxed_sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(self.sleep(duration))
    }

    fn dyn_random(&self) -> f64 {
        self.random()
    }
}

/// [`Send`], except on wasm32-unknown-unknown, where JavaScript values stay on one thread: there, all types implement it.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub trait MaybeSend: Send {}
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl<T: Send + ?Sized> MaybeSend for T {}

/// [`Sync`], except on wasm32-unknown-unknown, where all types implement it.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub trait MaybeSync: Sync {}
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl<T: Sync + ?Sized> MaybeSync for T {}

/// `Send`, except on wasm32-unknown-unknown, where JavaScript values stay on one thread: there, all types implement it.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub trait MaybeSend {}
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
impl<T: ?Sized> MaybeSend for T {}

/// `Sync`, except on wasm32-unknown-unknown, where all types implement it.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub trait MaybeSync {}
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
impl<T: ?Sized> MaybeSync for T {}

/// Returns the error for a request that failed on the network: of kind [`ErrorKind::Network`], which is retried. Its
/// message contains those of `cause` and of its sources, and its [`source`](std::error::Error::source) is `cause`.
///
/// ```
/// use std::error::Error;
///
/// use sts_web::transport::network_error;
///
/// let cause = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// let error = network_error(cause);
/// assert!(error.is_retryable());
/// assert_eq!(error.message(), "the endpoint could not be reached: connection refused");
/// assert!(error.source().is_some_and(|source| source.is::<std::io::Error>()));
/// ```
pub fn network_error(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let cause = cause.into();
    network_failure(&description(&*cause)).with_source(cause)
}

/// Returns the error for a response that is not complete within `timeout`: of kind [`ErrorKind::Timeout`], which is
/// retried.
#[must_use]
pub fn timeout_error(timeout: Duration) -> Error {
    timeout_failure(&format!("{} ms", whole_milliseconds(timeout)))
}

/// Waits for `exchange`, at most until the timer `sleep` ends after `timeout`, and drops the one that is still pending.
///
/// ```
/// use std::future::{pending, ready};
/// use std::time::Duration;
///
/// use sts_web::ErrorKind;
/// use sts_web::transport::with_timeout;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let timeout = Duration::from_secs(10);
/// // A transport passes its own timer, e.g. `tokio::time::sleep(timeout)`.
/// let late = with_timeout(timeout, pending::<Result<(), _>>(), ready(())).await;
/// assert_eq!(late.unwrap_err().kind(), ErrorKind::Timeout);
/// # }
/// ```
///
/// # Errors
/// The error of `exchange`, or [`timeout_error`].
pub async fn with_timeout<T>(
    timeout: Duration,
    exchange: impl Future<Output = Result<T, Error>>,
    sleep: impl Future<Output = ()>,
) -> Result<T, Error> {
    let (mut exchange, mut sleep) = (pin!(exchange), pin!(sleep));
    poll_fn(|context| match exchange.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(result),
        Poll::Pending => sleep.as_mut().poll(context).map(|()| Err(timeout_error(timeout))),
    })
    .await
}

/// Like [`network_error`], with the platform's message as the cause.
pub(crate) fn network_failure(reason: &str) -> Error {
    Error::new(ErrorKind::Network, "NetworkError", ["the endpoint could not be reached: ", reason].concat())
}

/// Like [`timeout_error`], with the timeout as a string, e.g. `10000 ms`.
pub(crate) fn timeout_failure(timeout: &str) -> Error {
    Error::new(ErrorKind::Timeout, "TimeoutError", ["no complete response within ", timeout].concat())
}

/// Returns the messages of an error and of its sources, which `Display` of many errors does not print.
fn description(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    text
}
