//! HTTP requests and responses as plain data, independent of any HTTP library.
//!
//! ```
//! use sts_web::http::Request;
//!
//! let request = Request {
//!     method: "GET".into(),
//!     url: "https://example.com/?token=secret".into(),
//!     headers: vec![("Accept".into(), "text/plain".into())],
//!     body: Vec::new(),
//! };
//! assert_eq!(request.header("accept"), Some("text/plain"));
//! assert!(!format!("{request:?}").contains("secret"));
//! ```

use std::fmt;

use zeroize::Zeroize;

/// An HTTP request.
///
/// `Debug` prints the method, the URL without its query, and the header names. Everything else may contain secrets. URL,
/// header values and body are zeroized on drop.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the parts of an HTTP request")]
pub struct Request {
    /// The method, e.g. `POST`.
    pub method: String,
    /// The absolute, percent-encoded URL.
    pub url: String,
    /// Header names and values, in the order in which they are sent. The transport adds `host`.
    pub headers: Vec<(String, String)>,
    /// The body, or empty.
    pub body: Vec<u8>,
}

impl Request {
    /// Creates a request without headers and body. `url` is absolute and percent-encoded.
    ///
    /// ```
    /// use sts_web::http::Request;
    ///
    /// let request = Request::new("GET", "https://example.com/").with_header("accept", "text/plain");
    /// assert_eq!(request.header("Accept"), Some("text/plain"));
    /// ```
    #[must_use]
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { method: method.into(), url: url.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Returns the value of the first header named `name`, ignoring case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

/// A `GET` request without a URL.
impl Default for Request {
    fn default() -> Self {
        Self::new("GET", "")
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.url.zeroize();
        self.headers.iter_mut().for_each(|(_, value)| value.zeroize());
        self.body.zeroize();
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url.split('?').next().unwrap_or_default())
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// A complete HTTP response.
///
/// `Debug` prints the status and the length of the body. The body may contain credentials and is zeroized on drop.
#[derive(Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "the parts of an HTTP response")]
pub struct Response {
    /// The HTTP status code.
    pub status: u16,
    /// The headers that the transport can read. A browser exposes only those that CORS allows.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// Returns the value of the first header named `name`, ignoring case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        self.body.zeroize();
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
