//! A transport over `reqwest`.

use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;

use super::{Transport, network_error, timeout_error};
use crate::http::{Request, Response};
use crate::raw::response::{MAX_BODY, too_large};
use crate::{Error, ErrorKind};

/// A transport over `reqwest`. It does not follow redirects and stops reading a body that is too large.
///
/// Like `reqwest`, it needs a tokio runtime, with I/O and time as enabled by `enable_all`. If your program uses another
/// runtime, enter a tokio runtime for the call, e.g. with the crate `async-compat` or with
/// [`tokio::runtime::Handle::enter`]. Outside of a tokio runtime, a call returns an error of kind
/// [`ErrorKind::Configuration`].
///
/// # Proxies, root certificates, client certificates
///
/// These are settings of `reqwest`, which is reexported as `sts_web::reqwest`:
///
/// ```
/// use sts_web::{Client, Credentials, reqwest, transport::Reqwest};
///
/// let builder = reqwest::Client::builder().proxy(reqwest::Proxy::https("http://proxy.example.com:3128")?);
/// let client = Client::builder()
///     .region("eu-central-1")
///     .credentials(Credentials::new("AKIA…", "the secret"))
///     .transport(Reqwest::from_builder(builder)?)
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Reqwest {
    client: reqwest::Client,
}

impl Reqwest {
    /// Creates a transport with a new `reqwest` client.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if TLS cannot be initialized.
    pub fn new() -> Result<Self, Error> {
        Self::from_builder(reqwest::Client::builder())
    }

    /// Creates a transport with the settings of `builder`. It turns redirects off.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if `reqwest` rejects the settings or TLS cannot be initialized.
    pub fn from_builder(builder: reqwest::ClientBuilder) -> Result<Self, Error> {
        match builder.redirect(reqwest::redirect::Policy::none()).build() {
            Ok(client) => Ok(Self { client }),
            Err(error) => {
                let text = super::description(&error);
                Err(Error::new(ErrorKind::Configuration, "TlsUnavailable", text).with_source(error))
            }
        }
    }

    /// Creates a transport that shares `client`, and so its pool of connections.
    ///
    /// The client must not follow redirects: create it with
    /// [`redirect(Policy::none())`](reqwest::ClientBuilder::redirect). Otherwise a redirect would send the signed request
    /// to another server. `reqwest` does not reveal a client's policy beforehand, so it is checked afterward: a call
    /// whose request was redirected returns an error with the code `RedirectFollowed`. Prefer
    /// [`Reqwest::from_builder`].
    #[must_use]
    pub fn with_client(client: reqwest::Client) -> Self {
        Self { client }
    }

    async fn exchange(&self, request: Request, timeout: Duration) -> Result<Response, Error> {
        // An error's URL could contain a presigned query.
        let failure = |error: reqwest::Error| {
            let error = error.without_url();
            match error {
                error if error.is_timeout() => timeout_error(timeout).with_source(error),
                error if error.is_builder() => invalid_request(error),
                error => network_error(error),
            }
        };
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap_or(reqwest::Method::POST);
        let mut builder = self.client.request(method, &request.url).timeout(timeout).body(request.body.clone());
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let sent = builder.build().map_err(failure)?;
        let url = sent.url().clone();
        let response = self.client.execute(sent).await.map_err(failure)?;
        if *response.url() != url {
            return Err(redirect_followed());
        }
        let status = response.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = body(response).await.map_err(failure)?;
        if body.len() > MAX_BODY { Err(too_large()) } else { Ok(Response { status, headers, body }) }
    }
}

impl Transport for Reqwest {
    async fn send(&self, request: Request, timeout: Duration) -> Result<Response, Error> {
        if Handle::try_current().is_err() {
            return Err(no_runtime());
        }
        self.exchange(request, timeout).await
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn random(&self) -> f64 {
        fastrand::f64()
    }
}

/// Reads the body, up to the chunk that exceeds the maximum size.
async fn body(mut response: reqwest::Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY {
            break;
        }
    }
    Ok(body)
}

fn redirect_followed() -> Error {
    let message = "the reqwest client followed a redirect with the signed request; create it with \
                   redirect(reqwest::redirect::Policy::none()), or use Reqwest::from_builder";
    Error::new(ErrorKind::Response, "RedirectFollowed", message)
}

/// The error for a request that `reqwest` does not send, for example because of the endpoint's URL. A retry would not help.
fn invalid_request(error: reqwest::Error) -> Error {
    let message = ["reqwest rejected the request, check the endpoint: ", &super::description(&error)].concat();
    Error::new(ErrorKind::Configuration, "InvalidRequest", message).with_source(error)
}

fn no_runtime() -> Error {
    let message = "reqwest needs a tokio runtime, and this call runs outside of one; call it in #[tokio::main], or \
                   enter a runtime with tokio::runtime::Handle::enter";
    Error::new(ErrorKind::Configuration, "NoRuntime", message)
}
