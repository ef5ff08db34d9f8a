//! Credential providers that assume a role, cache its credentials and refresh them before they expire.
//!
//! ```no_run
//! use sts_web::model::AssumeRoleInput;
//! use sts_web::provider::{ProvideCredentials, assume_role};
//! use sts_web::{Client, Credentials};
//!
//! # #[cfg(feature = "reqwest")]
//! # async fn example() -> Result<(), sts_web::Error> {
//! let client = Client::new("eu-central-1", Credentials::new("AKIA…", "the secret"))?;
//! let provider = assume_role(
//!     client,
//!     AssumeRoleInput {
//!         role_arn: "arn:aws:iam::123456789012:role/test-role".into(),
//!         role_session_name: "s3-access-example".into(),
//!         ..AssumeRoleInput::default()
//!     },
//! );
//! let credentials = provider.credentials().await?;
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::model::{AssumeRoleInput, AssumeRoleWithWebIdentityInput};
use crate::transport::{MaybeSend, MaybeSync, Transport};
use crate::{Client, Credentials, Error, Secret};

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
mod environment;
#[cfg(all(feature = "profile", not(all(target_family = "wasm", target_os = "unknown"))))]
#[cfg_attr(docsrs, doc(cfg(feature = "profile")))]
pub mod profile;

pub use crate::transport::BoxFuture;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use environment::{Environment, from_env};

/// A source of credentials. A client requests credentials once per call.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a credential provider",
    note = "pass `Credentials`, a provider such as that of `provider::assume_role`, or an `Arc` or `Box` of one"
)]
pub trait ProvideCredentials: MaybeSend + MaybeSync {
    /// Returns credentials that are currently valid.
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>>;
}

/// Static credentials.
impl ProvideCredentials for Credentials {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}

impl<P: ProvideCredentials + ?Sized> ProvideCredentials for std::sync::Arc<P> {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        (**self).credentials()
    }
}

impl<P: ProvideCredentials + ?Sized> ProvideCredentials for Box<P> {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        (**self).credentials()
    }
}

/// How long before they expire cached credentials are refreshed. A quarter of their lifetime, if that is shorter.
pub const REFRESH_MARGIN: Duration = Duration::from_secs(5 * 60);

/// Delay before the next attempt to refresh credentials after a failure.
const FAILURE_COOLDOWN: Duration = Duration::from_secs(10);

/// A source of new credentials, without a cache. [`Cached`] turns it into a provider.
pub trait IssueCredentials: MaybeSend + MaybeSync {
    /// Requests new credentials from the server.
    fn issue(&self) -> BoxFuture<'_, Result<Credentials, Error>>;

    /// Returns the current time, which expirations are compared with.
    fn now(&self) -> SystemTime;
}

/// A provider that caches the credentials of `I` and refreshes them before they expire.
///
/// The npm package's providers behave in the same way, and both are tested with `tests/vectors/cached-credentials.json`:
///
/// - **Fresh** credentials are served from the cache. They are fresh until [`REFRESH_MARGIN`], or a quarter of their
///   lifetime if that is less, before their expiration. Credentials without an expiration stay fresh.
/// - **Stale** credentials are still valid. One caller refreshes them and waits; all others get the cached ones. If the
///   refresh fails, that caller gets the cached ones, too, and no other refresh starts for 10 seconds.
/// - **Without valid credentials**, all callers wait for one request and share its result, even if it is an error. After an
///   error, the next caller sends a new request.
/// - [`Self::refresh`] requests new credentials now; [`Self::invalidate`] empties the cache.
/// - The current time is that of [`IssueCredentials::now`]. With STS it is corrected by the known clock skew.
/// - In a Cloudflare Worker, do not share it between requests: the platform cancels the I/O of a request that has been
///   responded to, and others would wait forever for a request for credentials that it has started.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use sts_web::provider::{BoxFuture, Cached, IssueCredentials, ProvideCredentials};
/// use sts_web::{Credentials, Error};
///
/// struct Broker;
///
/// impl IssueCredentials for Broker {
///     fn issue(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
///         Box::pin(async {
///             let in_an_hour = self.now() + Duration::from_secs(3600);
///             Ok(Credentials::new("ASIAEXAMPLE", "secret").with_session_token("token").with_expiration(in_an_hour))
///         })
///     }
///
///     fn now(&self) -> SystemTime {
///         SystemTime::now()
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// let provider = Cached::new(Broker).with_refresh_margin(Duration::from_secs(600));
/// assert_eq!(provider.credentials().await?.access_key_id(), "ASIAEXAMPLE");
/// provider.invalidate(); // e.g. after the server has rejected them
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Cached<I> {
    issuer: I,
    refresh_margin: Duration,
    cache: Mutex<Cache>,
    in_flight: async_lock::Mutex<()>,
}

#[derive(Debug, Default)]
struct Cache {
    credentials: Option<Credentials>,
    /// How long before their expiration the credentials are refreshed.
    margin: Duration,
    /// Number of completed requests. It shows a waiter whether the request of another caller has completed.
    requests: u64,
    error: Option<Error>,
    cooldown_until: Option<SystemTime>,
}

enum CacheState {
    /// Serve the credentials.
    Fresh(Credentials),
    /// Refresh the credentials, and serve them if that fails.
    Stale(Credentials),
    /// Wait for a request.
    Missing,
}

impl<I: IssueCredentials> Cached<I> {
    /// Creates a provider with an empty cache.
    #[must_use]
    pub fn new(issuer: I) -> Self {
        Self { issuer, refresh_margin: REFRESH_MARGIN, cache: Mutex::default(), in_flight: async_lock::Mutex::new(()) }
    }

    /// Sets how long before their expiration credentials are refreshed: at most `margin`, and at most a quarter of their
    /// lifetime.
    #[must_use]
    pub fn with_refresh_margin(mut self, margin: Duration) -> Self {
        self.refresh_margin = margin;
        self
    }

    /// Requests new credentials, or waits for a request that is in flight, and returns the result.
    ///
    /// # Errors
    /// The issuer's. The cached credentials are kept.
    pub async fn refresh(&self) -> Result<Credentials, Error> {
        let requests = self.cache().requests;
        let _in_flight = self.in_flight.lock().await;
        match self.result_since(requests) {
            Some(result) => result,
            None => self.request().await,
        }
    }

    /// Removes the credentials from the cache. The next caller requests new ones.
    pub fn invalidate(&self) {
        self.cache().credentials = None;
    }

    async fn get(&self) -> Result<Credentials, Error> {
        match self.cache_state() {
            CacheState::Fresh(credentials) => Ok(credentials),
            CacheState::Stale(credentials) => Ok(self.try_refresh().await.unwrap_or(credentials)),
            CacheState::Missing => self.refresh().await,
        }
    }

    fn cache_state(&self) -> CacheState {
        let (cache, now) = (self.cache(), self.issuer.now());
        let valid = cache.credentials.as_ref().filter(|credentials| credentials.is_valid(now));
        let cooling_down = cache.cooldown_until.is_some_and(|until| now < until);
        match valid {
            Some(credentials) if cooling_down || credentials.is_valid_for(cache.margin, now) => {
                CacheState::Fresh(credentials.clone())
            }
            Some(credentials) => CacheState::Stale(credentials.clone()),
            None => CacheState::Missing,
        }
    }

    /// Refreshes the credentials. `None` if that fails or another caller is already refreshing them.
    async fn try_refresh(&self) -> Option<Credentials> {
        let _in_flight = self.in_flight.try_lock()?;
        self.request().await.ok()
    }

    /// The result of another caller's request, if one has completed since the count was `requests`.
    fn result_since(&self, requests: u64) -> Option<Result<Credentials, Error>> {
        let cache = self.cache();
        if cache.requests == requests {
            return None;
        }
        match (&cache.error, &cache.credentials) {
            (Some(error), _) => Some(Err(error.clone())),
            (None, credentials) => credentials.clone().map(Ok),
        }
    }

    async fn request(&self) -> Result<Credentials, Error> {
        let result = self.issuer.issue().await;
        let now = self.issuer.now();
        let mut cache = self.cache();
        cache.requests += 1;
        cache.error = result.as_ref().err().cloned();
        cache.cooldown_until = result.is_err().then(|| now + FAILURE_COOLDOWN);
        if let Ok(credentials) = &result {
            let lifetime = credentials.expiration().and_then(|expiration| expiration.duration_since(now).ok());
            cache.margin = self.refresh_margin.min(lifetime.unwrap_or_default() / 4);
            cache.credentials = Some(credentials.clone());
        }
        result
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // A panic cannot leave the cache inconsistent: credentials are replaced as a whole.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I: IssueCredentials> ProvideCredentials for Cached<I> {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(self.get())
    }
}

/// Issues role credentials with `AssumeRole`.
#[derive(Debug)]
pub struct Role<T> {
    client: Client<T>,
    input: AssumeRoleInput,
}

/// Returns a provider that assumes the role of `input` through `client`.
///
/// For role chaining, the client's own credentials can come from such a provider, too.
#[must_use]
pub fn assume_role<T: Transport>(client: Client<T>, input: AssumeRoleInput) -> Cached<Role<T>> {
    Cached::new(Role { client, input })
}

impl<T: Transport> IssueCredentials for Role<T> {
    fn issue(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async { Ok(Credentials::from(&self.client.assume_role(&self.input).await?.credentials)) })
    }

    fn now(&self) -> SystemTime {
        self.client.time()
    }
}

/// A source of web identity tokens, such as a file, a metadata service or a sign-in.
pub trait ProvideToken: MaybeSend + MaybeSync {
    /// Returns a token that is currently valid.
    fn token(&self) -> BoxFuture<'_, Result<Secret, Error>>;
}

impl<F> ProvideToken for F
where
    F: Fn() -> Result<Secret, Error> + MaybeSend + MaybeSync,
{
    fn token(&self) -> BoxFuture<'_, Result<Secret, Error>> {
        Box::pin(std::future::ready(self()))
    }
}

/// Issues role credentials with `AssumeRoleWithWebIdentity`.
pub struct WebIdentity<T, P> {
    client: Client<T>,
    input: AssumeRoleWithWebIdentityInput,
    token: P,
}

/// Returns a provider that assumes the role of `input` with a token from `token`, requested for each refresh. The token
/// in `input` is ignored. The client needs no credentials.
pub fn web_identity<T: Transport, P: ProvideToken>(
    client: Client<T>,
    input: AssumeRoleWithWebIdentityInput,
    token: P,
) -> Cached<WebIdentity<T, P>> {
    Cached::new(WebIdentity { client, input, token })
}

impl<T: Transport, P: ProvideToken> IssueCredentials for WebIdentity<T, P> {
    fn issue(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async {
            let web_identity_token = self.token.token().await?;
            let input = AssumeRoleWithWebIdentityInput { web_identity_token, ..self.input.clone() };
            Ok(Credentials::from(&self.client.assume_role_with_web_identity(&input).await?.credentials))
        })
    }

    fn now(&self) -> SystemTime {
        self.client.time()
    }
}

impl<T, P> fmt::Debug for WebIdentity<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebIdentity").field("role_arn", &self.input.role_arn).finish_non_exhaustive()
    }
}
