//! Splits URLs into their parts, and defines which bytes are percent-encoded.
//!
//! The crate `url` is not used: with its tables for internationalized domain names, it would add 57 KB to the download, after
//! brotli (`cargo xtask size --url`). It also removes dot segments, which S3 signs as they are.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC};

use crate::{Error, ErrorKind};

/// The bytes that AWS percent-encodes, in form bodies and in signatures: all except the unreserved characters `A-Z`, `a-z`,
/// `0-9`, `-`, `.`, `_` and `~`.
///
/// Source: RFC 3986, "Uniform Resource Identifier (URI): Generic Syntax", section 2.3.
pub(crate) const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// [`RESERVED`] without the slash that separates the segments of a path.
pub(crate) const RESERVED_IN_PATH: AsciiSet = RESERVED.remove(b'/');

/// The bytes that must be percent-encoded in a path. All others are allowed in a segment, or are a slash or a percent sign.
///
/// Source: RFC 3986, section 3.3, "Path".
pub(crate) const INVALID_IN_PATH: AsciiSet = CONTROLS
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The parts of an absolute http, https, ws or wss URL in ASCII.
#[derive(Debug)]
pub(crate) struct Url<'a> {
    /// The scheme with `://`, unchanged.
    pub(crate) scheme: &'a str,
    /// Host and port, unchanged.
    pub(crate) authority: &'a str,
    /// Host and port as in the `Host` header: in lower case, without the scheme's default port.
    pub(crate) host: Cow<'a, str>,
    /// The path with its leading slash, or empty.
    pub(crate) path: &'a str,
    /// The query without the `?`, or empty.
    pub(crate) query: &'a str,
}

impl<'a> Url<'a> {
    pub(crate) fn parse(url: &'a str) -> Result<Self, Error> {
        let url = url.split_once('#').map_or(url, |(url, _)| url);
        let (scheme, rest, default_port) =
            scheme(url).ok_or_else(|| invalid("it must begin with https://, http:// or wss://"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
        let path = &rest[authority.len()..];
        if authority.as_bytes().contains(&b'@') {
            return Err(invalid("it contains a user name or password"));
        }
        let (name, port) = name_and_port(authority);
        if name.is_empty() {
            return Err(invalid("it has no host"));
        }
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte)) {
            return Err(invalid("its host has a character that is not allowed"));
        }
        // A client that parses the URL removes leading zeros.
        if !port.is_empty() && !port.parse::<u16>().is_ok_and(|number| number.to_string() == port) {
            return Err(invalid("its port is not a number from 0 to 65535"));
        }
        if !path.bytes().chain(query.bytes()).all(|byte| byte.is_ascii_graphic()) {
            return Err(invalid(
                "spaces, control and non-ASCII characters in its path and query must be percent-encoded",
            ));
        }
        let host = if port.is_empty() || port == default_port { name } else { authority };
        let host = if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            host.to_ascii_lowercase().into()
        } else {
            host.into()
        };
        Ok(Self { scheme, authority, host, path, query })
    }
}

/// Returns the scheme with `://`, the rest of the URL, and the default port of the scheme.
fn scheme(url: &str) -> Option<(&str, &str, &'static str)> {
    let (scheme, rest) = url.split_at_checked(url.bytes().position(|byte| byte == b':')? + 3)?;
    let is = |name: &str| scheme.eq_ignore_ascii_case(name);
    if is("https://") || is("wss://") {
        Some((scheme, rest, "443"))
    } else if is("http://") || is("ws://") {
        Some((scheme, rest, "80"))
    } else {
        None
    }
}

/// Splits host and port. The colons of an IPv6 address are inside its brackets.
fn name_and_port(authority: &str) -> (&str, &str) {
    match authority.rsplit_once(':') {
        Some((name, port)) if !port.as_bytes().contains(&b']') => (name, port),
        _ => (authority, ""),
    }
}

fn invalid(reason: &str) -> Error {
    Error::new(ErrorKind::Configuration, "InvalidUrl", format!("invalid URL: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_split_and_the_default_port_removed() {
        let parts = |url| Url::parse(url).map(|url| (url.host.into_owned(), url.path.to_owned(), url.query.to_owned()));
        let expect = |host: &str, path: &str, query: &str| (host.to_owned(), path.to_owned(), query.to_owned());
        assert_eq!(parts("https://sts.amazonaws.com").ok(), Some(expect("sts.amazonaws.com", "", "")));
        assert_eq!(parts("https://a.b:443/c/d?e=/f?#g").ok(), Some(expect("a.b", "/c/d", "e=/f?")));
        assert_eq!(parts("http://127.0.0.1:4566/").ok(), Some(expect("127.0.0.1:4566", "/", "")));
        assert_eq!(parts("HTTPS://LocalHost:8443/A").ok(), Some(expect("localhost:8443", "/A", "")));
        assert_eq!(parts("wss://a.b:443/mqtt").ok(), Some(expect("a.b", "/mqtt", "")));
        assert_eq!(parts("ws://a.b:8443/c|d^").ok(), Some(expect("a.b:8443", "/c|d^", "")));
        assert_eq!(parts("https://a:/").ok(), Some(expect("a", "/", "")));
        assert_eq!(parts("https://[::1]/a:1").ok(), Some(expect("[::1]", "/a:1", "")));
        assert_eq!(parts("http://[::1]:80?x").ok(), Some(expect("[::1]", "", "x")));
    }

    #[test]
    fn an_invalid_url_is_rejected_with_the_reason() {
        for (url, reason) in [
            ("sts.amazonaws.com", "begin with https://"),
            ("ftp://a", "begin with https://"),
            ("https:///path", "no host"),
            ("https://:8080/", "no host"),
            ("https://user:pass@host/", "user name"),
            ("https://höst/", "character"),
            ("https://a b/", "character"),
            ("https://a:b/", "port"),
            ("https://a:+1/", "port"),
            ("https://a:0443/", "port"),
            ("https://a:65536/", "port"),
            ("https://a/b c", "percent-encoded"),
            ("https://a/é", "percent-encoded"),
            ("https://a/?b=\n", "percent-encoded"),
        ] {
            let error = Url::parse(url).expect_err(url);
            assert!(error.message().contains(reason), "{url}: {error}");
        }
    }
}
