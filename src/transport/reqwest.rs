//! The `reqwest` client, native and in wasm.

use std::time::{Duration, SystemTime};

use super::{Transport, in_words, network_error, timeout_error};
use crate::http::{Request, Response};
use crate::response::{MAX_BODY, too_large};
use crate::{Error, ErrorKind};

/// Sends with `reqwest`.
///
/// Natively it follows no redirect and cuts a large body off while it streams. In wasm reqwest cannot do either: the
/// browser follows redirects, with the signed body, and the body is measured after it has come. Prefer
/// the transport over `fetch` there.
#[derive(Debug, Clone)]
pub struct Reqwest {
    client: reqwest::Client,
}

impl Reqwest {
    /// With a client of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where the platform's TLS cannot be set up.
    pub fn new() -> Result<Self, Error> {
        let builder = reqwest::Client::builder();
        #[cfg(not(target_family = "wasm"))]
        let builder = builder.redirect(reqwest::redirect::Policy::none());
        match builder.build() {
            Ok(client) => Ok(Self { client }),
            Err(error) => Err(Error::new(ErrorKind::Configuration, "TlsUnavailable", described(&error))),
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
            Err(error) if error.is_timeout() => Err(timeout_error(&in_words(timeout))),
            Err(error) => Err(network_error(&described(&error.without_url()))),
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

/// The body, and a little more where it is too large: no more than that is kept.
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

/// The error and what caused it; reqwest's own words stop at "error sending request".
fn described(error: &reqwest::Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        words.push_str(": ");
        words.push_str(&source.to_string());
        cause = source.source();
    }
    words
}
