//! The builder of a client, with a method for each setting.

use std::fmt;
use std::time::Duration;

use super::{Client, Config};
use crate::Error;
use crate::provider::ProvideCredentials;
use crate::transport::Transport;

/// A builder of clients, from [`Client::builder`].
///
/// ```
/// # #[cfg(feature = "reqwest")] {
/// use std::time::Duration;
///
/// use sts_web::{Client, Credentials};
///
/// let client = Client::builder()
///     .region("eu-central-1")
///     .credentials(Credentials::new("AKIA…", "the secret"))
///     .endpoint("http://127.0.0.1:4566")
///     .request_timeout(Duration::from_secs(3))
///     .build()?;
/// assert_eq!(client.endpoint().url(), "http://127.0.0.1:4566/");
/// # }
/// # Ok::<(), sts_web::Error>(())
/// ```
#[must_use]
pub struct Builder<T> {
    config: Config,
    credentials: Option<Box<dyn ProvideCredentials>>,
    transport: T,
}

/// Placeholder in a [`Builder`] for the platform's transport: `reqwest` natively, `fetch` in wasm. [`Builder::build`]
/// creates the transport, if the feature of that name is enabled.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct PlatformTransport;

impl<T> Builder<T> {
    /// Sets the region, e.g. `eu-central-1`. Required even with a custom endpoint, since it is part of every signature.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.config.endpoint.region = region.into();
        self
    }

    /// Sets the credentials, or a provider that returns them for each call. Without them, a client can only call the
    /// operations that are sent unsigned.
    pub fn credentials(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.credentials = Some(Box::new(provider));
        self
    }

    /// Sets a custom endpoint, e.g. `http://127.0.0.1:4566`.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.config.endpoint.endpoint = Some(url.into());
        self
    }

    /// Sets whether to use a FIPS endpoint.
    pub fn use_fips(mut self, use_fips: bool) -> Self {
        self.config.endpoint.use_fips = use_fips;
        self
    }

    /// Sets whether to use a dual-stack endpoint, which supports IPv4 and IPv6.
    pub fn use_dualstack(mut self, use_dualstack: bool) -> Self {
        self.config.endpoint.use_dualstack = use_dualstack;
        self
    }

    /// Sets whether the regions that predate regional STS endpoints use the legacy global endpoint.
    pub fn use_global(mut self, use_global: bool) -> Self {
        self.config.endpoint.use_global = use_global;
        self
    }

    /// Sets the maximum number of attempts of a call, including the first. 3 by default.
    pub fn max_attempts(mut self, max_attempts: u32) -> Self {
        self.config.max_attempts = max_attempts;
        self
    }

    /// Sets the timeout of one attempt. 10 seconds by default.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.config.request_timeout = timeout;
        self
    }

    /// Sets the known clock skew in milliseconds: the server's time minus this machine's.
    pub fn clock_offset(mut self, milliseconds: i64) -> Self {
        self.config.clock_offset = milliseconds;
        self
    }

    /// Sets whether inputs are validated before they are sent. On by default.
    pub fn validate(mut self, validate: bool) -> Self {
        self.config.validate = validate;
        self
    }

    /// Sets the transport. The default is the platform's.
    pub fn transport<U: Transport>(self, transport: U) -> Builder<U> {
        Builder { config: self.config, credentials: self.credentials, transport }
    }
}

impl<T: Transport> Builder<T> {
    /// Creates the client.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the region is missing or malformed, or if the
    /// endpoint options contradict each other.
    pub fn build(self) -> Result<Client<T>, Error> {
        Client::with(self.config, self.credentials, self.transport)
    }
}

#[cfg(all(not(target_family = "wasm"), feature = "reqwest"))]
#[cfg_attr(docsrs, doc(cfg(feature = "reqwest")))]
impl Builder<PlatformTransport> {
    /// Creates the client, over `reqwest`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the region is missing or malformed, if the
    /// endpoint options contradict each other, or if TLS cannot be initialized.
    pub fn build(self) -> Result<Client<crate::transport::Reqwest>, Error> {
        self.transport(crate::transport::Reqwest::new()?).build()
    }
}

#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "fetch"))]
#[cfg_attr(docsrs, doc(cfg(feature = "fetch")))]
impl Builder<PlatformTransport> {
    /// Creates the client, over `fetch`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the region is missing or malformed, or if the
    /// endpoint options contradict each other.
    pub fn build(self) -> Result<Client<crate::transport::Fetch>, Error> {
        self.transport(crate::transport::Fetch::new()).build()
    }
}

impl Default for Builder<PlatformTransport> {
    fn default() -> Self {
        Self { config: Config::default(), credentials: None, transport: PlatformTransport }
    }
}

impl<T> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("config", &self.config).finish_non_exhaustive()
    }
}
