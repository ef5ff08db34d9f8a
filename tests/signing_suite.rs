//! AWS's Signature Version 4 test suite, for headers and presigned URLs. For its source, see
//! `tests/vectors/sigv4/README.md`.
#![cfg(not(target_family = "wasm"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use sts_web::Credentials;
use sts_web::http::Request;
use sts_web::sign::{PathStyle, Scope, SessionToken, Settings, Signed, Signer};

/// The two cases without a `context.json`, which test only the path.
const WITHOUT_CONTEXT: [&str; 2] = ["double-encode-path", "double-url-encode"];

#[test]
fn the_signed_headers_of_every_case_match_the_suite() {
    for case in cases_with_context() {
        let mut request = case.request();
        let context = case.context();
        let signed = Signer::new()
            .sign(&mut request, &context.credentials(), context.scope(), &context.settings(), context.time())
            .unwrap_or_else(|error| panic!("{}: {error}", case.name()));
        case.compare("header", &signed);
        assert_eq!(
            sent_headers(&request),
            sent_headers(&case.read_request("header-signed-request.txt")),
            "{}",
            case.name()
        );
    }
}

#[test]
fn the_presigned_url_of_every_case_matches_the_suite() {
    for case in cases_with_context() {
        let request = case.request();
        let context = case.context();
        let (url, signed) = Signer::new()
            .presign(
                &request,
                &context.credentials(),
                context.scope(),
                &context.settings(),
                context.expires_in(),
                context.time(),
            )
            .unwrap_or_else(|error| panic!("{}: {error}", case.name()));
        case.compare("query", &signed);
        let expected = case.read_request("query-signed-request.txt");
        assert_eq!(sorted_query(&url), sorted_query(&expected.url), "{}", case.name());
    }
}

/// Signed with the suite's default credentials, at 2021-05-11 15:40:45 UTC.
#[test]
fn an_encoded_path_is_encoded_twice() {
    let case = Case(suite().join("double-url-encode"));
    let mut request = case.request();
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let scope = Scope { region: "us-east-2", service: "lambda" };
    let signed =
        Signer::new().sign(&mut request, &credentials, scope, &Settings::default(), at(1_620_747_645)).expect("signs");
    assert_eq!(*signed.canonical_request, case.read("header-canonical-request.txt"));
    assert_eq!(signed.string_to_sign, case.read("header-string-to-sign.txt").trim_end());
    assert_eq!(sent_headers(&request), sent_headers(&case.read_request("header-signed-request.txt")));
}

/// The canonical request is from 2021-05-11 and the signature from 2015-08-30, with the test credentials of
/// `aws-credential-types`.
#[test]
fn unencoded_characters_in_a_path_are_encoded_once() {
    let case = Case(suite().join("double-encode-path"));
    let credentials = Credentials::new("ANOTREAL", "notrealrnrELgWzOk3IfjzDKtFBhDby");
    let scope = Scope { region: "us-east-1", service: "service" };
    let sign = |seconds| {
        let mut request = case.request();
        let signed = Signer::new().sign(&mut request, &credentials, scope, &Settings::default(), at(seconds));
        (request, signed.expect("signs"))
    };
    let (_, signed) = sign(1_620_747_645);
    assert_eq!(*signed.canonical_request, case.read("header-canonical-request.txt"));
    let (request, _) = sign(1_440_938_160);
    assert_eq!(sent_headers(&request), sent_headers(&case.read_request("header-signed-request.txt")));
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/sigv4")
}

fn cases_with_context() -> Vec<Case> {
    let entries = fs::read_dir(suite()).expect("the test suite");
    let cases: Vec<Case> = entries
        .map(|entry| Case(entry.expect("readable").path()))
        .filter(|case| case.0.is_dir() && !WITHOUT_CONTEXT.contains(&case.name()))
        .collect();
    assert_eq!(cases.len() + WITHOUT_CONTEXT.len(), 40, "the suite is complete");
    cases
}

/// A test case: a folder of the suite.
struct Case(PathBuf);

impl Case {
    fn name(&self) -> &str {
        self.0.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap_or_else(|error| panic!("{}/{file}: {error}", self.name()))
    }

    fn context(&self) -> Context {
        Context(serde_json::from_str(&self.read("context.json")).expect("JSON"))
    }

    fn request(&self) -> Request {
        self.read_request("request.txt")
    }

    /// Parses a request in the suite's format: lines end with `\n`, a header may continue on the next line, and the path
    /// may contain characters that a client encodes before sending.
    fn read_request(&self, file: &str) -> Request {
        let text = self.read(file);
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default();
        let (method, target) = first.split_once(' ').expect("a request line");
        let target = target.strip_suffix(" HTTP/1.1").unwrap_or(target);

        let mut host = String::new();
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            match (line.starts_with(' '), headers.last_mut(), line.split_once(':')) {
                (true, Some((_, value)), _) => value.push_str(line),
                (_, _, Some(("Host", value))) => value.clone_into(&mut host),
                (_, _, Some((name, value))) => headers.push((name.to_owned(), value.to_owned())),
                _ => panic!("{}/{file}: {line}", self.name()),
            }
        }
        let url = format!("https://{host}{}", encode_unsafe(target));
        Request { method: method.to_owned(), url, headers, body: body.as_bytes().to_vec() }
    }

    fn compare(&self, kind: &str, signed: &Signed) {
        let name = self.name();
        assert_eq!(*signed.canonical_request, self.read(&format!("{kind}-canonical-request.txt")), "{name}, {kind}");
        assert_eq!(signed.string_to_sign, self.read(&format!("{kind}-string-to-sign.txt")), "{name}, {kind}");
        assert_eq!(signed.signature, self.read(&format!("{kind}-signature.txt")), "{name}, {kind}");
    }
}

/// A case's `context.json`.
struct Context(Value);

impl Context {
    fn credentials(&self) -> Credentials {
        let values = &self.0["credentials"];
        let text = |name: &str| values[name].as_str().map(str::to_owned);
        let credentials = Credentials::new(
            text("access_key_id").expect("an access key ID"),
            text("secret_access_key").expect("a secret"),
        );
        match text("token") {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        }
    }

    fn scope(&self) -> Scope<'_> {
        let text = |name: &str| self.0[name].as_str().expect("a string");
        Scope { region: text("region"), service: text("service") }
    }

    /// The suite encodes paths once, for every service.
    fn settings(&self) -> Settings {
        let is = |name: &str| self.0[name].as_bool().unwrap_or_default();
        let mut settings = Settings::default();
        settings.path = if is("normalize") { PathStyle::NormalizedEncodedOnce } else { PathStyle::Verbatim };
        settings.content_sha256 = is("sign_body");
        settings.session_token = if is("omit_session_token") { SessionToken::Appended } else { SessionToken::Signed };
        settings
    }

    fn expires_in(&self) -> Duration {
        Duration::from_secs(self.0["expiration_in_seconds"].as_u64().expect("seconds"))
    }

    /// Every case has the same time.
    fn time(&self) -> SystemTime {
        assert_eq!(self.0["timestamp"], "2015-08-30T12:36:00Z");
        at(1_440_938_160)
    }
}

/// Returns `target` with spaces and non-ASCII characters encoded.
fn encode_unsafe(target: &str) -> String {
    let encode = |byte: u8| if byte.is_ascii_graphic() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    target.bytes().map(encode).collect()
}

/// Headers with lowercase names, sorted: their order has no meaning in HTTP.
fn sent_headers(request: &Request) -> Vec<(String, String)> {
    let mut headers: Vec<_> =
        request.headers.iter().map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
    headers.sort();
    headers
}

/// The URL without its query string, and the sorted parameters.
fn sorted_query(url: &str) -> (&str, Vec<&str>) {
    let (path, query) = url.split_once('?').expect("a query");
    let mut parameters: Vec<_> = query.split('&').collect();
    parameters.sort_unstable();
    (path, parameters)
}
