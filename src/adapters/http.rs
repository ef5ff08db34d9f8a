//! Conversions to and from the requests and responses of the crate `http`.

use ::http as other;

use crate::http::{Request, Response};
use crate::{Error, ErrorKind};

/// Fails if a header value is not visible ASCII, which Signature Version 4 cannot sign.
impl<B: Into<Vec<u8>>> TryFrom<other::Request<B>> for Request {
    type Error = Error;

    fn try_from(request: other::Request<B>) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let mut converted = Self::new(parts.method.as_str(), parts.uri.to_string()).with_body(body);
        for (name, value) in &parts.headers {
            let text = value.to_str().map_err(|error| {
                let message = ["the value of the header ", name.as_str(), " is not visible ASCII"].concat();
                Error::new(ErrorKind::Configuration, "InvalidHeader", message).with_source(error)
            })?;
            converted = converted.with_header(name.as_str(), text);
        }
        Ok(converted)
    }
}

/// Fails if the method, the URL or a header is invalid. A request that this crate has signed is always valid.
impl TryFrom<Request> for other::Request<Vec<u8>> {
    type Error = other::Error;

    fn try_from(mut request: Request) -> Result<Self, other::Error> {
        let mut builder = other::Request::builder().method(request.method.as_str()).uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        builder.body(std::mem::take(&mut request.body))
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
