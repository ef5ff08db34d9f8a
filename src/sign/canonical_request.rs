//! Steps 1 and 2: the canonical request.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::string_to_sign::sha256_hex;
use super::url::Url;
use super::{PathStyle, Payload};
use crate::http::Request;
use crate::{Error, ErrorKind, percent};

/// The canonical request, and the names of its headers for the signature's own header.
pub(super) struct CanonicalRequest {
    pub(super) text: Zeroizing<String>,
    pub(super) signed_headers: String,
}

/// The body's hash in hex, or `UNSIGNED-PAYLOAD`.
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

/// Headers that change on the way, and the one that holds the signature.
const NEVER_SIGNED: [&str; 4] = ["authorization", "user-agent", "x-amzn-trace-id", "transfer-encoding"];

impl CanonicalRequest {
    /// `query` is the request's own, or, for a presigned URL, with the signature's parameters; `unsigned` names a
    /// header that is sent but not signed.
    pub(super) fn new(
        request: &Request,
        url: &Url<'_>,
        query: &str,
        payload_hash: &PayloadHash,
        path: PathStyle,
        unsigned: Option<&str>,
    ) -> Result<Self, Error> {
        let headers = canonical_headers(request, url, unsigned)?;
        let signed_headers = signed_headers(&headers);
        let size = headers.iter().map(|(name, value)| name.len() * 2 + value.len() + 3).sum::<usize>();
        let mut text = Zeroizing::new(String::with_capacity(size + url.path.len() * 3 + query.len() * 3 + 128));
        text.push_str(&request.method);
        text.push('\n');
        push_path(url.path, path, &mut text);
        text.push('\n');
        push_query(query, &mut text);
        text.push('\n');
        for (name, value) in &headers {
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

type Headers<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// The headers to sign: names in lower case and sorted, values trimmed, those of one name joined.
fn canonical_headers<'a>(request: &'a Request, url: &Url<'a>, unsigned: Option<&str>) -> Result<Headers<'a>, Error> {
    let mut headers: Headers<'a> = Vec::with_capacity(request.headers.len() + 1);
    for (name, value) in &request.headers {
        let name = lower_case(name)?;
        if NEVER_SIGNED.contains(&&*name) || unsigned == Some(&*name) {
            continue;
        }
        let value = folded(&name, value)?;
        match headers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = [known, ",", &value].concat().into(),
            None => headers.push((name, value)),
        }
    }
    if !headers.iter().any(|(name, _)| name == "host") {
        headers.push(("host".into(), url.host.into()));
    }
    headers.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(headers)
}

fn signed_headers(headers: &Headers<'_>) -> String {
    let mut names = String::with_capacity(headers.iter().map(|(name, _)| name.len() + 1).sum());
    for (name, _) in headers {
        if !names.is_empty() {
            names.push(';');
        }
        names.push_str(name);
    }
    names
}

/// The names of the headers of `request` that a signature covers, `host` among them.
pub(super) fn signed_header_names(request: &Request, url: &Url<'_>, unsigned: Option<&str>) -> Result<String, Error> {
    Ok(signed_headers(&canonical_headers(request, url, unsigned)?))
}

fn lower_case(name: &str) -> Result<Cow<'_, str>, Error> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(invalid_header("a header's name", "is empty or has a character that no header name has"));
    }
    let upper = name.bytes().any(|byte| byte.is_ascii_uppercase());
    Ok(if upper { name.to_ascii_lowercase().into() } else { name.into() })
}

/// A header's value without spaces around it, and with one space for many inside.
fn folded<'a>(name: &str, value: &'a str) -> Result<Cow<'a, str>, Error> {
    if !value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        return Err(invalid_header(name, "has a value with a line end, a control character or one outside ASCII"));
    }
    let value = value.trim_matches(' ');
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

fn invalid_header(name: &str, why: &str) -> Error {
    Error::new(ErrorKind::Configuration, "InvalidHeader", ["the request cannot be signed: ", name, " ", why].concat())
}

fn push_path(path: &str, style: PathStyle, text: &mut String) {
    let path = if path.is_empty() { "/" } else { path };
    match style {
        PathStyle::Verbatim => text.push_str(path),
        PathStyle::EncodedTwice => percent::encode_path(path, text),
        PathStyle::Normalized => percent::encode_path(&normalized(path), text),
        PathStyle::NormalizedEncodedOnce => text.push_str(&normalized(path)),
    }
}

/// The path without empty and dot segments.
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

/// The parameters, decoded and encoded anew, sorted by encoded name and then value.
fn push_query(query: &str, text: &mut String) {
    if query.is_empty() {
        return;
    }
    let mut parameters: Vec<(String, String)> = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        parameters.push((encoded_anew(name), encoded_anew(value)));
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

fn encoded_anew(part: &str) -> String {
    // A plus sign in a query is a space to AWS, as in a form.
    let spaced = part.replace('+', " ");
    let mut encoded = String::with_capacity(part.len() + 8);
    percent::encode(Cow::<[u8]>::from(percent_decode_str(&spaced)), &mut encoded);
    encoded
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
    fn headers_that_cannot_be_sent_are_refused() {
        let with = |name: &str, value: &str| Request {
            method: "GET".into(),
            url: "https://host/".into(),
            headers: vec![(name.to_owned(), value.to_owned())],
            body: Vec::new(),
        };
        let url = Url::parse("https://host/").expect("a URL");
        for (name, value) in [("a", "b\r\nc: d"), ("a", "é"), ("a", "\0"), ("a b", "c"), ("", "c")] {
            let refused = canonical_headers(&with(name, value), &url, None).expect_err("refused");
            assert_eq!(refused.code(), "InvalidHeader");
            assert!(!refused.message().contains("c: d"), "a value is never told");
        }
    }

    #[test]
    fn queries_are_sorted_by_their_encoded_form() {
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
