//! Step 1: create a canonical request.

use std::borrow::Cow;

use percent_encoding::{percent_decode_str, percent_encode, utf8_percent_encode};
use zeroize::Zeroizing;

use super::string_to_sign::sha256_hex;
use super::{PathStyle, Payload};
use crate::http::Request;
use crate::url::{RESERVED, RESERVED_IN_PATH, Url};
use crate::{Error, ErrorKind};

/// The canonical request, and the names of its headers for the `SignedHeaders` field.
pub(super) struct CanonicalRequest {
    pub(super) text: Zeroizing<String>,
    pub(super) signed_headers: String,
}

/// Hash of the body in hexadecimal, or `UNSIGNED-PAYLOAD`.
pub(super) struct PayloadHash(Cow<'static, str>);

impl PayloadHash {
    pub(super) fn of(body: &[u8], payload: Payload) -> Self {
        match payload {
            Payload::Signed => Self(sha256_hex(body).into()),
            Payload::Unsigned => Self("UNSIGNED-PAYLOAD".into()),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Headers that proxies may change, and the one that contains the signature.
const NEVER_SIGNED: [&str; 4] = ["authorization", "user-agent", "x-amzn-trace-id", "transfer-encoding"];

impl CanonicalRequest {
    /// `query` is the URL's query string. For a presigned URL it includes the signature's parameters.
    pub(super) fn new(
        request: &Request,
        url: &Url<'_>,
        query: &str,
        headers: &Headers<'_>,
        payload_hash: &PayloadHash,
        path: PathStyle,
    ) -> Result<Self, Error> {
        if !is_token(&request.method) {
            let message = "the request cannot be signed: its method is empty or has an invalid character";
            return Err(Error::new(ErrorKind::Configuration, "InvalidMethod", message));
        }
        let signed_headers = headers.names();
        let headers = &headers.0;
        let size = headers.iter().map(|(name, value)| name.len() * 2 + value.len() + 3).sum::<usize>();
        let mut text = Zeroizing::new(String::with_capacity(size + url.path.len() * 3 + query.len() * 3 + 128));
        text.push_str(&request.method);
        text.push('\n');
        push_path(url.path, path, &mut text);
        text.push('\n');
        push_query(query, &mut text);
        text.push('\n');
        for (name, value) in headers {
            text.push_str(name);
            text.push(':');
            text.push_str(value);
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&signed_headers);
        text.push('\n');
        text.push_str(payload_hash.as_str());
        Ok(Self { text, signed_headers })
    }
}

/// The headers to sign: sorted by lowercase name, with trimmed values. Values of equal names are joined with commas.
pub(super) struct Headers<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Headers<'a> {
    /// Returns the headers of `request`, without those named in `unsigned`, and the `added` ones.
    pub(super) fn new(
        request: &'a Request,
        url: &Url<'a>,
        unsigned: &[&str],
        added: &[(&'a str, &'a str)],
    ) -> Result<Self, Error> {
        let mut headers = Self(Vec::with_capacity(request.headers.len() + added.len() + 1));
        for (name, value) in &request.headers {
            let name = lower_case(name)?;
            let value = folded(&name, value)?;
            if !NEVER_SIGNED.contains(&&*name) && !unsigned.contains(&&*name) {
                headers.add(name, value);
            }
        }
        if !headers.0.iter().any(|(name, _)| name == "host") {
            headers.add("host".into(), url.host.clone());
        }
        for (name, value) in added {
            headers.add((*name).into(), folded(name, value)?);
        }
        headers.sort();
        Ok(headers)
    }

    fn add(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        self.0.push((name, value));
    }

    /// Sorts by name, and joins the values of equal names.
    fn sort(&mut self) {
        self.0.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.0.dedup_by(|(name, value), (kept_name, kept)| {
            let same = name == kept_name;
            if same {
                *kept = [kept, ",", value].concat().into();
            }
            same
        });
    }

    /// Returns the names, separated by semicolons.
    pub(super) fn names(&self) -> String {
        let mut names = String::with_capacity(self.0.iter().map(|(name, _)| name.len() + 1).sum());
        for (name, _) in &self.0 {
            if !names.is_empty() {
                names.push(';');
            }
            names.push_str(name);
        }
        names
    }
}

/// Whether `text` is a token, which methods and header names must be.
///
/// Source: RFC 9110, "HTTP Semantics", section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn lower_case(name: &str) -> Result<Cow<'_, str>, Error> {
    if !is_token(name) {
        return Err(invalid_header("a header name", "is empty or has an invalid character"));
    }
    let upper = name.bytes().any(|byte| byte.is_ascii_uppercase());
    Ok(if upper { name.to_ascii_lowercase().into() } else { name.into() })
}

/// Returns a header's value without surrounding spaces, and with consecutive spaces replaced by one.
fn folded<'a>(name: &str, value: &'a str) -> Result<Cow<'a, str>, Error> {
    if !value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        return Err(invalid_header(
            name,
            "has a value with a line break, a control character or a non-ASCII character",
        ));
    }
    let value = trimmed(value);
    if !value.contains("  ") {
        return Ok(value.into());
    }
    let mut folded = String::with_capacity(value.len());
    for part in value.split(' ').filter(|part| !part.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(part);
    }
    Ok(folded.into())
}

/// Returns `value` without surrounding spaces.
fn trimmed(mut value: &str) -> &str {
    while let Some(rest) = value.strip_prefix(' ').or(value.strip_suffix(' ')) {
        value = rest;
    }
    value
}

fn invalid_header(name: &str, why: &str) -> Error {
    Error::new(ErrorKind::Configuration, "InvalidHeader", ["the request cannot be signed: ", name, " ", why].concat())
}

fn push_path(path: &str, style: PathStyle, text: &mut String) {
    let path = if path.is_empty() { "/" } else { path };
    match style {
        PathStyle::Verbatim => push_encoded_once(path, text),
        PathStyle::EncodedTwice => text.extend(utf8_percent_encode(path, &RESERVED_IN_PATH)),
        PathStyle::Normalized => text.extend(utf8_percent_encode(&normalized(path), &RESERVED_IN_PATH)),
        PathStyle::NormalizedEncodedOnce => push_encoded_once(&normalized(path), text),
    }
}

/// S3 decodes the object key and encodes it again: clients may send `=` or `(` as is, but a signature encodes them.
fn push_encoded_once(path: &str, text: &mut String) {
    let decoded: Vec<u8> = percent_decode_str(path).collect();
    text.extend(percent_encode(&decoded, &RESERVED_IN_PATH));
}

/// Returns the path without empty and dot segments.
///
/// Source: RFC 3986, section 5.2.4, "Remove Dot Segments".
fn normalized(path: &str) -> Cow<'_, str> {
    if !path.contains("//") && !path.contains("/.") {
        return path.into();
    }
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    let mut normal = String::with_capacity(path.len());
    for segment in &segments {
        normal.push('/');
        normal.push_str(segment);
    }
    let directory = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    if directory || normal.is_empty() {
        normal.push('/');
    }
    normal.into()
}

/// Appends the parameters, decoded and encoded again, sorted by encoded name and value.
fn push_query(query: &str, text: &mut String) {
    if query.is_empty() {
        return;
    }
    let mut parameters: Vec<(String, String)> = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let parameter = (re_encoded(name), re_encoded(value));
        parameters.push(parameter);
    }
    parameters.sort_unstable();
    for (index, (name, value)) in parameters.iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
}

fn re_encoded(part: &str) -> String {
    // AWS decodes a plus sign in a query as a space, as in a form.
    let decoded: Vec<u8> = percent_decode_str(&part.replace('+', " ")).collect();
    percent_encode(&decoded, &RESERVED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalized() {
        for (path, normal) in [
            ("/", "/"),
            ("//", "/"),
            ("/a//b///", "/a/b/"),
            ("/./", "/"),
            ("/a/../b/.", "/b/"),
            ("/a/b/..", "/a/"),
            ("/../../a", "/a"),
            ("/..", "/"),
            ("/a.b/..c", "/a.b/..c"),
        ] {
            assert_eq!(normalized(path), normal, "{path}");
        }
    }

    #[test]
    fn s3_paths_are_encoded_once_and_not_normalized() {
        let canonical = |path| {
            let mut text = String::new();
            push_path(path, PathStyle::Verbatim, &mut text);
            text
        };
        assert_eq!(canonical(""), "/");
        assert_eq!(canonical("//a/./b/../c//"), "//a/./b/../c//");
        assert_eq!(canonical("/a%20b=(c)+%3d%7e%e1"), "/a%20b%3D%28c%29%2B%3D~%E1");
    }

    #[test]
    fn invalid_headers_are_rejected_and_the_message_shows_no_value() {
        let with = |name: &str, value: &str| Request {
            method: "GET".into(),
            url: "https://host/".into(),
            headers: vec![(name.to_owned(), value.to_owned())],
            body: Vec::new(),
        };
        let url = Url::parse("https://host/").expect("a URL");
        for (name, value) in [("a", "b\r\nc: d"), ("a", "é"), ("a", "\0"), ("a b", "c"), ("", "c")] {
            let error = Headers::new(&with(name, value), &url, &[], &[]).err().expect("invalid");
            assert_eq!(error.code(), "InvalidHeader");
            assert!(!error.message().contains("c: d"), "{error}");
        }
    }

    #[test]
    fn query_parameters_are_sorted_by_their_encoded_form() {
        let canonical = |query| {
            let mut text = String::new();
            push_query(query, &mut text);
            text
        };
        assert_eq!(canonical("b=2&a=1&a=0&&c"), "a=0&a=1&b=2&c=");
        assert_eq!(canonical("a=%7e%2f+%20"), "a=~%2F%20%20");
        assert_eq!(canonical("%E1%88%B4=bar&x=%zz"), "%E1%88%B4=bar&x=%25zz");
    }
}
