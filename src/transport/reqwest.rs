//! A transport over `reqwest`, native and in wasm.

use std::time::{Duration, SystemTime};

use super::{Transport, network_error, timeout_error, timeout_text};
use crate::http::{Request, Response};
use crate::response::{MAX_BODY, too_large};
use crate::{Error, ErrorKind};

/// A transport over `reqwest`.
///
/// On native targets it does not follow redirects and stops reading a body that is too large. In wasm, reqwest supports
/// neither: the browser follows redirects with the signed body, and the size of a body is only checked once all of it
/// has been read. Prefer the transport over `fetch` there.
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
        let builder = reqwest::Client::builder();
        #[cfg(not(target_family = "wasm"))]
        let builder = builder.redirect(reqwest::redirect::Policy::none());
        match builder.build() {
            Ok(client) => Ok(Self { client }),
            Err(error) => Err(Error::new(ErrorKind::Configuration, "TlsUnavailable", description(&error))),
        }
    }

    async fn exchange(&self, request: Request, timeout: Duration) -> Result<Response, reqwest::Error> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap_or(reqwest::Method::POST);
        let mut builder = self.client.request(method, &request.url).timeout(timeout).body(request.body.clone());
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let response = builder.send().await?;
        let status = response.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        Ok(Response { status, headers, body: body(response).await? })
    }
}

impl Transport for Reqwest {
    async fn send(&self, request: Request, timeout: Duration) -> Result<Response, Error> {
        match self.exchange(request, timeout).await {
            Ok(response) if response.body.len() > MAX_BODY => Err(too_large()),
            Ok(response) => Ok(response),
            Err(error) if error.is_timeout() => Err(timeout_error(&timeout_text(timeout))),
            Err(error) => Err(network_error(&description(&error.without_url()))),
        }
    }

    fn now(&self) -> SystemTime {
        #[cfg(not(target_family = "wasm"))]
        return SystemTime::now();
        #[cfg(target_family = "wasm")]
        return super::web::now();
    }

    async fn sleep(&self, duration: Duration) {
        #[cfg(not(target_family = "wasm"))]
        tokio::time::sleep(duration).await;
        #[cfg(target_family = "wasm")]
        super::web::sleep(duration).await;
    }

    fn random(&self) -> f64 {
        #[cfg(not(target_family = "wasm"))]
        return fastrand::f64();
        #[cfg(target_family = "wasm")]
        return super::web::random();
    }
}

/// Reads the body, up to the chunk that exceeds the maximum size.
#[cfg(not(target_family = "wasm"))]
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

#[cfg(target_family = "wasm")]
async fn body(response: reqwest::Response) -> Result<Vec<u8>, reqwest::Error> {
    Ok(response.bytes().await?.to_vec())
}

/// The error with its causes. `Display` of reqwest's error prints none of them.
fn description(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    text
}
