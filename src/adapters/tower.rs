//! A `tower` layer that signs requests of the crate `http`, e.g. for `reqwest` or `hyper`.
//!
//! This example lists the buckets of an account, with role credentials that are refreshed before they expire:
//!
//! ```no_run
//! # #[cfg(feature = "reqwest")]
//! # mod example {
//! use sts_web::adapters::tower::SignLayer;
//! use sts_web::model::AssumeRoleInput;
//! use sts_web::{Client, provider, reqwest};
//! use tower::{Layer, ServiceExt};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let role = AssumeRoleInput {
//!     role_arn: "arn:aws:iam::123456789012:role/test-role".into(),
//!     role_session_name: "s3-access-example".into(),
//!     ..AssumeRoleInput::default()
//! };
//! let provider = provider::assume_role(Client::new("eu-central-1", provider::from_env())?, role);
//!
//! let http = reqwest::Client::new();
//! let send = tower::service_fn(move |request: http::Request<reqwest::Body>| {
//!     let http = http.clone();
//!     async move { http.execute(request.try_into()?).await }
//! });
//! let s3 = SignLayer::new(provider, "eu-central-1", "s3").layer(send);
//!
//! let request = http::Request::get("https://s3.eu-central-1.amazonaws.com/").body(reqwest::Body::default())?;
//! let buckets = s3.oneshot(request).await?.text().await?;
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! Place the layer inside of layers that change a request, so that the signed request is sent unchanged, and inside of a retry
//! layer, so that each attempt gets a new signature.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use ::http as other;
use http_body::Body;
use http_body_util::BodyExt;
use other::HeaderValue;
use tower_layer::Layer;
use tower_service::Service;

use super::http::{header_map, request_of};
use crate::provider::{BoxFuture, ProvideCredentials};
use crate::sign::{Scope, Settings, Signer, has_payload_hash};

/// The error of a service, or of this crate if a request cannot be signed.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A layer that signs requests.
///
/// Each request needs an absolute URL. Its body is read completely and hashed, unless the request has a header
/// `x-amz-content-sha256`, e.g. `UNSIGNED-PAYLOAD`: then the body is sent without being read first. A hash from an earlier
/// signature does not count, since that is replaced. The URL is rewritten to the encoding that is signed: see
/// [`Signer::sign`].
pub struct SignLayer<P> {
    provider: Arc<P>,
    signer: Arc<Signer>,
    region: Arc<str>,
    service: Arc<str>,
    settings: Settings,
    clock: fn() -> SystemTime,
}

impl<P: ProvideCredentials> SignLayer<P> {
    /// Creates a layer for a signing region and the signing name of a service, e.g. `s3`, with the settings of that
    /// service. It gets credentials from `provider` for each request, so `provider` should cache them.
    #[must_use]
    pub fn new(provider: P, region: &str, service: &str) -> Self {
        Self {
            provider: Arc::new(provider),
            signer: Arc::default(),
            region: region.into(),
            service: service.into(),
            settings: Settings::for_service(service),
            clock: SystemTime::now,
        }
    }

    /// Sets the signing settings.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Sets the clock, e.g. for a test, or for a machine whose clock is wrong.
    #[must_use]
    pub fn with_clock(self, clock: fn() -> SystemTime) -> Self {
        Self { clock, ..self }
    }

    async fn sign<B>(&self, request: other::Request<B>) -> Result<other::Request<B>, BoxError>
    where
        B: Body + From<Vec<u8>>,
        B::Error: Into<BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        let mut ours = request_of(&parts, Vec::new())?;
        let unread = if has_payload_hash(&ours) {
            Some(body)
        } else {
            ours.body = body.collect().await.map_err(Into::into)?.to_bytes().into();
            None
        };
        let credentials = self.provider.credentials().await?;
        let scope = Scope { region: &self.region, service: &self.service };
        self.signer.sign(&mut ours, &credentials, scope, &self.settings, (self.clock)())?;
        parts.uri = ours.url.parse()?;
        let mut headers = header_map(&ours.headers)?;
        for (name, value) in &mut headers {
            if parts.headers.get_all(name).iter().any(HeaderValue::is_sensitive) {
                value.set_sensitive(true);
            }
        }
        parts.headers = headers;
        let body = unread.unwrap_or_else(|| std::mem::take(&mut ours.body).into());
        Ok(other::Request::from_parts(parts, body))
    }
}

impl<P> Clone for SignLayer<P> {
    fn clone(&self) -> Self {
        Self {
            provider: Arc::clone(&self.provider),
            signer: Arc::clone(&self.signer),
            region: Arc::clone(&self.region),
            service: Arc::clone(&self.service),
            ..*self
        }
    }
}

impl<P> fmt::Debug for SignLayer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignLayer")
            .field("region", &self.region)
            .field("service", &self.service)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<S, P> Layer<S> for SignLayer<P> {
    type Service = Sign<S, P>;

    fn layer(&self, inner: S) -> Sign<S, P> {
        Sign { inner, layer: self.clone() }
    }
}

/// A service that signs requests and passes them on, from [`SignLayer`].
pub struct Sign<S, P> {
    inner: S,
    layer: SignLayer<P>,
}

impl<S, P, B> Service<other::Request<B>> for Sign<S, P>
where
    S: Service<other::Request<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    P: ProvideCredentials + 'static,
    B: Body + From<Vec<u8>> + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: other::Request<B>) -> Self::Future {
        // The service that is ready is the one to call. Its clone is not ready yet.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        Box::pin(async move {
            let signed = layer.sign(request).await?;
            inner.call(signed).await.map_err(Into::into)
        })
    }
}

impl<S: Clone, P> Clone for Sign<S, P> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<S, P> fmt::Debug for Sign<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sign").field("layer", &self.layer).finish_non_exhaustive()
    }
}
