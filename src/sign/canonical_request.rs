//! Step 1: create a canonical request.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, percent_decode_str, percent_encode, utf8_percent_encode};
use zeroize::Zeroizing;

use super::string_to_sign::sha256_hex;
use super::{PathStyle, Payload, X_AMZ_CONTENT_SHA256};
use crate::error::IN_JAVASCRIPT;
use crate::http::Request;
use crate::substring::contains;
use crate::url::{INVALID_IN_PATH, RESERVED, RESERVED_IN_PATH, Url};
use crate::{Error, ErrorKind};

/// The canonical request, and the names of its headers for the `SignedHeaders` field.
pub(super) struct CanonicalRequest {
    pub(super) text: Zeroizing<String>,
    pub(super) signed_headers: String,
}

/// The payload hash: the value of the request's `x-amz-content-sha256`, or else the hash of the body in hexadecimal.
pub(super) struct PayloadHash {
    value: Cow<'static, str>,
    /// Whether the caller chose it.
    pub(super) is_from_caller: bool,
}

impl PayloadHash {
    /// Returns the payload hash of `request`. If the request is already signed, a hash in it belongs to that signature and
    /// is ignored, because the body may have changed since.
    pub(super) fn of(request: &Request, payload: Payload) -> Self {
        let is_signed = request.header("authorization").is_some();
        let provided = request.header(X_AMZ_CONTENT_SHA256).map(trimmed).filter(|value| !value.is_empty());
        match provided.filter(|value| !(is_signed && value.len() == 64)) {
            Some(value) => Self { value: value.to_owned().into(), is_from_caller: true },
            None if payload == Payload::Unsigned => Self::computed("UNSIGNED-PAYLOAD".into()),
            None => Self::computed(sha256_hex(&request.body).into()),
        }
    }

    fn computed(value: Cow<'static, str>) -> Self {
        Self { value, is_from_caller: false }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.value
    }
}

/// Headers that are sent but not signed, because a platform or proxy sets or changes them, and the one that contains the
/// signature.
const SENT_UNSIGNED: [&str; 7] =
    ["accept-encoding", "authorization", "cookie", "origin", "referer", "user-agent", "x-amzn-trace-id"];

/// Headers that describe a single connection. Each client and proxy sets them for its own connection.
///
/// Source: RFC 9110, "HTTP Semantics", section 7.6, "Message Forwarding".
const CONNECTION: [&str; 13] = [
    "cdn-loop",
    "connection",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "via",
    "x-real-ip",
];

/// Returns whether the header `name`, in lower case, describes the connection of an incoming request. It is never signed,
/// and a program that forwards the request must not send it.
pub(crate) fn is_connection_header(name: &str) -> bool {
    CONNECTION.contains(&name) || ["cf-", "proxy-", "x-forwarded-"].iter().any(|prefix| name.starts_with(prefix))
}

/// Returns whether the header `name`, in lower case, is signed because it reaches the server as the caller set it.
fn is_signed(name: &str) -> bool {
    !SENT_UNSIGNED.contains(&name) && !name.starts_with("sec-") && !is_connection_header(name)
}

/// Path and query of a URL, in the encoding in which they are signed. They are sent in the same encoding, so that a server
/// that decodes and re-encodes them gets the same text.
pub(super) struct Target<'a> {
    pub(super) path: Cow<'a, str>,
    pub(super) query: Cow<'a, str>,
}

impl<'a> Target<'a> {
    pub(super) fn of(url: &Url<'a>, style: PathStyle) -> Self {
        let path = if url.path.is_empty() { "/" } else { url.path };
        let path = match style {
            PathStyle::Verbatim | PathStyle::NormalizedEncodedOnce => encoded(path, &RESERVED_IN_PATH),
            PathStyle::EncodedTwice | PathStyle::Normalized => utf8_percent_encode(path, &INVALID_IN_PATH).into(),
        };
        Self { path, query: encoded_query(url.query) }
    }
}

impl CanonicalRequest {
    /// `path` and `query` are those of the [`Target`]. For a presigned URL, the query includes the signature's parameters.
    pub(super) fn new(
        method: &str,
        path: &str,
        query: &str,
        headers: &Headers<'_>,
        payload_hash: &PayloadHash,
        style: PathStyle,
    ) -> Result<Self, Error> {
        if !is_token(method) {
            let message = "the request cannot be signed: its method is empty or has an invalid character";
            return Err(Error::new(ErrorKind::Configuration, "InvalidMethod", message));
        }
        let signed_headers = headers.names();
        let headers = &headers.0;
        let size = headers.iter().map(|(name, value)| name.len() * 2 + value.len() + 3).sum::<usize>();
        let mut text = Zeroizing::new(String::with_capacity(size + path.len() * 3 + query.len() + 128));
        text.push_str(method);
        text.push('\n');
        push_path(path, style, &mut text);
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
            if is_signed(&name) && !unsigned.contains(&&*name) {
                headers.add(name, value)?;
            } else if !IN_JAVASCRIPT && value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
                // It could add a header to the request. In JavaScript, the platform's `Headers` reject it.
                return Err(invalid_header(&name, "has a value with a line break or a control character"));
            }
        }
        headers.0.push(("host".into(), url.host.clone()));
        for (name, value) in added {
            headers.add((*name).into(), value)?;
        }
        headers.sort();
        Ok(headers)
    }

    fn add(&mut self, name: Cow<'a, str>, value: &'a str) -> Result<(), Error> {
        let value = folded(&name, value)?;
        self.0.push((name, value));
        Ok(())
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

/// Returns the value of a header to sign without surrounding white space, and with each run of white space replaced by one
/// space.
fn folded<'a>(name: &str, value: &'a str) -> Result<Cow<'a, str>, Error> {
    if !value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        return Err(invalid_header(
            name,
            "has a value with a line break, a control character or a non-ASCII character, which must be encoded",
        ));
    }
    let value = trimmed(value);
    if !contains(value, "  ") && !value.contains('\t') {
        return Ok(value.into());
    }
    let mut folded = String::with_capacity(value.len());
    for part in value.split_ascii_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(part);
    }
    Ok(folded.into())
}

/// Returns `value` without surrounding white space.
fn trimmed(value: &str) -> &str {
    value.trim_ascii()
}

fn invalid_header(name: &str, why: &str) -> Error {
    Error::new(ErrorKind::Configuration, "InvalidHeader", ["the request cannot be signed: ", name, " ", why].concat())
}

fn push_path(path: &str, style: PathStyle, text: &mut String) {
    match style {
        PathStyle::Verbatim => text.push_str(path),
        PathStyle::EncodedTwice => text.extend(utf8_percent_encode(path, &RESERVED_IN_PATH)),
        PathStyle::Normalized => text.extend(utf8_percent_encode(&normalized(path), &RESERVED_IN_PATH)),
        PathStyle::NormalizedEncodedOnce => text.push_str(&normalized(path)),
    }
}

/// Returns `text` decoded and encoded again. S3 does the same with an object key: `=` or `(` may be sent as is, but a
/// signature encodes them.
fn encoded<'a>(text: &'a str, reserved: &'static AsciiSet) -> Cow<'a, str> {
    if text.contains('%') {
        let decoded: Vec<u8> = percent_decode_str(text).collect();
        return percent_encode(&decoded, reserved).to_string().into();
    }
    utf8_percent_encode(text, reserved).into()
}

/// Returns the path without empty and dot segments.
///
/// Source: RFC 3986, section 5.2.4, "Remove Dot Segments".
fn normalized(path: &str) -> Cow<'_, str> {
    if !contains(path, "//") && !contains(path, "/.") {
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

/// Returns the parameters, each decoded and encoded again, in their order.
fn encoded_query(query: &str) -> Cow<'_, str> {
    let mut text = String::with_capacity(query.len());
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        if !text.is_empty() {
            text.push('&');
        }
        // AWS decodes a plus sign in a query as a space, as in a form.
        for (index, part) in parameter.replace('+', " ").splitn(2, '=').enumerate() {
            if index > 0 {
                text.push('=');
            }
            text.push_str(&encoded(part, &RESERVED));
        }
    }
    text.into()
}

/// Appends the encoded parameters, sorted by name and value. A parameter without a value gets an equals sign.
fn push_query(query: &str, text: &mut String) {
    let pairs = query.split('&').filter(|parameter| !parameter.is_empty());
    let mut parameters: Vec<_> = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
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

    /// The path to send and the canonical one, for S3 and for other services.
    #[test]
    fn a_path_is_sent_in_the_encoding_that_is_signed() {
        let paths = |path: &str, style| {
            let url = format!("https://host{path}");
            let target = Target::of(&Url::parse(&url).expect("a URL"), style);
            let mut canonical = String::new();
            push_path(&target.path, style, &mut canonical);
            (target.path.into_owned(), canonical)
        };
        for (path, encoded) in [
            ("", "/"),
            ("//a/./b/../c//", "//a/./b/../c//"),
            ("/a%20b=(c)+%3d%7e%e1", "/a%20b%3D%28c%29%2B%3D~%E1"),
            ("/!'()*+^[]|\"<>`{}\\", "/%21%27%28%29%2A%2B%5E%5B%5D%7C%22%3C%3E%60%7B%7D%5C"),
            ("/a%2Fb%2fc%252F", "/a/b/c%252F"),
        ] {
            assert_eq!(paths(path, PathStyle::Verbatim), (encoded.to_owned(), encoded.to_owned()));
        }
        for (path, sent, signed) in [
            ("", "/", "/"),
            ("/a+b@!", "/a+b@!", "/a%2Bb%40%21"),
            ("/a%20b/../^|", "/a%20b/../%5E%7C", "/%255E%257C"),
            ("/[a]{b}", "/%5Ba%5D%7Bb%7D", "/%255Ba%255D%257Bb%257D"),
        ] {
            assert_eq!(paths(path, PathStyle::Normalized), (sent.to_owned(), signed.to_owned()));
        }
    }

    #[test]
    fn white_space_in_a_header_value_is_folded() {
        for value in ["a\tb", " a \t b\t", "a  b", "\ta\t\tb "] {
            assert_eq!(folded("name", value).expect("valid"), "a b");
        }
    }

    #[test]
    fn headers_that_a_platform_or_a_proxy_sets_are_not_signed() {
        for name in ["content-type", "range", "x-amz-meta-a", "cache-control", "secret", "cfx", "if-match"] {
            assert!(is_signed(name), "{name}");
        }
        for name in ["connection", "keep-alive", "te", "proxy-authorization", "cf-connecting-ip", "x-forwarded-for"] {
            assert!(!is_signed(name) && is_connection_header(name), "{name}");
        }
        for name in ["user-agent", "x-amzn-trace-id", "sec-fetch-mode", "accept-encoding"] {
            assert!(!is_signed(name) && !is_connection_header(name), "{name}");
        }
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
        for (name, value) in
            [("a", "b\r\nc: d"), ("cookie", "b\r\nc: d"), ("a", "é"), ("a", "\0"), ("a b", "c"), ("", "c")]
        {
            let error = Headers::new(&with(name, value), &url, &[], &[]).err().expect("invalid");
            assert_eq!(error.code(), "InvalidHeader");
            assert!(!error.message().contains("c: d"), "{error}");
        }
    }

    #[test]
    fn query_parameters_are_encoded_in_place_and_signed_sorted() {
        let check = |query, sent, signed| {
            let encoded = encoded_query(query);
            let mut canonical = String::new();
            push_query(&encoded, &mut canonical);
            assert_eq!((&*encoded, &*canonical), (sent, signed));
        };
        check("", "", "");
        check("b=2&a=1&a=0&&c", "b=2&a=1&a=0&c", "a=0&a=1&b=2&c=");
        check("a=%7e%2f+%20&b==", "a=~%2F%20%20&b=%3D", "a=~%2F%20%20&b=%3D");
        check("%E1%88%B4=bar&x=%zz", "%E1%88%B4=bar&x=%25zz", "%E1%88%B4=bar&x=%25zz");
        check("a=^|'*[]", "a=%5E%7C%27%2A%5B%5D", "a=%5E%7C%27%2A%5B%5D");
    }
}
