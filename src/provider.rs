//! Role credentials that renew themselves: cached, refreshed early, one call in flight for any number of waiters.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use secrecy::SecretString;

use crate::model::{AssumeRoleInput, AssumeRoleWithWebIdentityInput};
use crate::transport::{MaybeSend, MaybeSync, Transport};
use crate::{Client, Credentials, Error};

/// A future on the heap, [`Send`] where there are threads.
#[cfg(not(target_family = "wasm"))]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A future on the heap.
#[cfg(target_family = "wasm")]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Where a client gets the credentials that it signs with. It is asked once for each call.
pub trait ProvideCredentials: MaybeSend + MaybeSync {
    /// Credentials that are valid now.
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>>;
}

/// Keys that stay the same.
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

/// From here on before expiry, fresh keys are asked for.
pub const REFRESH_MARGIN: Duration = Duration::from_mins(5);

/// Until here before expiry, the keys at hand are still given out when no fresh ones can be had.
pub const LAST_MARGIN: Duration = Duration::from_mins(1);

/// After a failed refresh, how long the keys at hand are given out before the next try.
const PAUSE: Duration = Duration::from_secs(10);

/// Asks once for keys. [`Cached`] makes a provider of it.
pub trait IssueCredentials: MaybeSend + MaybeSync {
    /// Keys, fresh from the server.
    fn issue(&self) -> BoxFuture<'_, Result<Credentials, Error>>;

    /// The time by the clock that the keys' expiry is measured with.
    fn now(&self) -> SystemTime;
}

/// A provider that asks `I` for keys when it has none, and again before they expire.
///
/// From five minutes before expiry one of the askers renews the keys while the others get those at hand; if that
/// fails, the keys at hand serve until one minute before expiry. Without usable keys all askers wait for one call and
/// share its result, be it an error.
#[derive(Debug)]
pub struct Cached<I> {
    issuer: I,
    held: Mutex<Held>,
    in_flight: async_lock::Mutex<()>,
}

#[derive(Debug, Default)]
struct Held {
    credentials: Option<Credentials>,
    /// How often keys were asked for; tells a waiter that somebody else's call has ended meanwhile.
    calls: u64,
    failure: Option<Error>,
    paused_until: Option<SystemTime>,
}

/// What to do with the keys at hand.
enum Found {
    /// Give them out.
    Fresh(Credentials),
    /// Renew them, and give them out if that fails.
    Ageing(Credentials),
    /// Wait for others. `calls` tells whether somebody's call has ended meanwhile.
    Nothing { calls: u64 },
}

impl<I: IssueCredentials> Cached<I> {
    /// A provider with nothing cached yet.
    #[must_use]
    pub fn new(issuer: I) -> Self {
        Self { issuer, held: Mutex::default(), in_flight: async_lock::Mutex::new(()) }
    }

    async fn get(&self) -> Result<Credentials, Error> {
        match self.look() {
            Found::Fresh(keys) => Ok(keys),
            Found::Ageing(keys) => Ok(self.renewed().await.unwrap_or(keys)),
            Found::Nothing { calls } => {
                let _flight = self.in_flight.lock().await;
                match self.result_since(calls) {
                    Some(result) => result,
                    None => self.call().await,
                }
            }
        }
    }

    fn look(&self) -> Found {
        let (held, now) = (self.held(), self.issuer.now());
        match &held.credentials {
            Some(keys) if keys.is_valid_for(REFRESH_MARGIN, now) => Found::Fresh(keys.clone()),
            Some(keys) if keys.is_valid_for(LAST_MARGIN, now) => {
                let paused = held.paused_until.is_some_and(|until| now < until);
                if paused { Found::Fresh(keys.clone()) } else { Found::Ageing(keys.clone()) }
            }
            _ => Found::Nothing { calls: held.calls },
        }
    }

    /// Fresh keys in place of ageing ones; `None` where they cannot be had, or somebody else is getting them.
    async fn renewed(&self) -> Option<Credentials> {
        let _flight = self.in_flight.try_lock()?;
        self.call().await.ok()
    }

    /// What the call of another asker gave, if one has ended since `calls` were counted.
    fn result_since(&self, calls: u64) -> Option<Result<Credentials, Error>> {
        let held = self.held();
        if held.calls == calls {
            return None;
        }
        match (&held.failure, &held.credentials) {
            (Some(error), _) => Some(Err(error.clone())),
            (None, keys) => keys.clone().map(Ok),
        }
    }

    async fn call(&self) -> Result<Credentials, Error> {
        let result = self.issuer.issue().await;
        let mut held = self.held();
        held.calls += 1;
        held.failure = result.as_ref().err().cloned();
        held.paused_until = result.is_err().then(|| self.issuer.now() + PAUSE);
        if let Ok(credentials) = &result {
            held.credentials = Some(credentials.clone());
        }
        result
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // A panic elsewhere leaves whole credentials or none.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I: IssueCredentials> ProvideCredentials for Cached<I> {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(self.get())
    }
}

/// Keys of a role, from `AssumeRole`.
#[derive(Debug)]
pub struct Role<T> {
    client: Client<T>,
    input: AssumeRoleInput,
}

/// A provider that assumes the role that `input` names, through `client`.
///
/// The client's own credentials may come from a provider too: that is role chaining.
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

/// Where a web identity token comes from, each time keys are asked for: a file, a metadata service, a sign-in.
pub trait ProvideToken: MaybeSend + MaybeSync {
    /// A token that is valid now.
    fn token(&self) -> BoxFuture<'_, Result<SecretString, Error>>;
}

impl<F> ProvideToken for F
where
    F: Fn() -> Result<SecretString, Error> + MaybeSend + MaybeSync,
{
    fn token(&self) -> BoxFuture<'_, Result<SecretString, Error>> {
        Box::pin(std::future::ready(self()))
    }
}

/// Keys of a role, from `AssumeRoleWithWebIdentity`.
pub struct WebIdentity<T, P> {
    client: Client<T>,
    input: AssumeRoleWithWebIdentityInput,
    token: P,
}

/// A provider that assumes the role that `input` names with the token that `token` gives; the one in `input` is not
/// used. The client needs no credentials.
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
