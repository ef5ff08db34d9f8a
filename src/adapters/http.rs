//! Conversions to and from the requests and responses of the crate `http`.

use ::http as other;

use crate::http::{Request, Response};
use crate::{Error, ErrorKind};

/// Fails if a header value is not UTF-8.
impl<B: Into<Vec<u8>>> TryFrom<other::Request<B>> for Request {
    type Error = Error;

    fn try_from(request: other::Request<B>) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        request_of(&parts, body.into())
    }
}

/// Fails if the method, the URL or a header is invalid. A request that this crate has signed is always valid.
impl TryFrom<Request> for other::Request<Vec<u8>> {
    type Error = other::Error;

    fn try_from(mut request: Request) -> Result<Self, other::Error> {
        let headers = header_map(&request.headers)?;
        let builder = other::Request::builder().method(request.method.as_str()).uri(&request.url);
        let mut converted = builder.body(std::mem::take(&mut request.body))?;
        *converted.headers_mut() = headers;
        Ok(converted)
    }
}

impl<B: Into<Vec<u8>>> From<other::Response<B>> for Response {
    /// Converts a response. Headers whose values are not visible ASCII are left out; this crate reads none of them.
    fn from(response: other::Response<B>) -> Self {
        let (parts, body) = response.into_parts();
        let text = |(name, value): (&other::HeaderName, &other::HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        let headers = parts.headers.iter().filter_map(text).collect();
        Self { status: parts.status.as_u16(), headers, body: body.into() }
    }
}

pub(super) fn request_of(parts: &other::request::Parts, body: Vec<u8>) -> Result<Request, Error> {
    let mut request = Request::new(parts.method.as_str(), parts.uri.to_string()).with_body(body);
    for (name, value) in &parts.headers {
        let text = str::from_utf8(value.as_bytes()).map_err(|error| {
            let message = ["the value of the header ", name.as_str(), " is not UTF-8"].concat();
            Error::new(ErrorKind::Configuration, "InvalidHeader", message).with_source(error)
        })?;
        request = request.with_header(name.as_str(), text);
    }
    Ok(request)
}

/// The headers that contain a signature or a session token.
const SENSITIVE: [&str; 3] = ["authorization", "x-amz-security-token", "x-amz-s3session-token"];

/// Converts headers. Those that a signer adds are marked as sensitive, which hides their values in `Debug`.
pub(super) fn header_map(headers: &[(String, String)]) -> Result<other::HeaderMap, other::Error> {
    let mut map = other::HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let (name, mut value) = (other::HeaderName::try_from(name)?, other::HeaderValue::try_from(value)?);
        value.set_sensitive(SENSITIVE.contains(&name.as_str()));
        map.append(name, value);
    }
    Ok(map)
}
