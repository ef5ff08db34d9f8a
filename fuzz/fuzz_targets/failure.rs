//! Parses arbitrary bytes as an error response. There must be no panic and no excessive memory use, another XML parser
//! must find the same error, and a message about an unexpected response must not quote the body.
//!
//! An input consists of the status, the headers, an empty line and the body.
#![no_main]

use std::time::{Duration, SystemTime};

use libfuzzer_sys::{Corpus, fuzz_target};
use sts_web::http::Response;
use sts_web::model::operation;
use sts_web::raw::response::parse;
use sts_web::raw::retry::{Attempts, Budget, MAX_DELAY};
use sts_web::{Error, ErrorKind};
use sts_web_fuzz::{bounded, document, http_text};

fuzz_target!(|data: &[u8]| -> Corpus {
    let (head, body) = http_text::head_and_body(data);
    let status = head[0].parse().unwrap_or(400);
    if !(100..=999).contains(&status) || (200..300).contains(&status) {
        return Corpus::Reject;
    }
    // Transports remove the whitespace around a header value.
    let trimmed = |(name, value): (String, String)| (name, value.trim_ascii().to_owned());
    let headers = head[1..].iter().map(|line| trimmed(http_text::header(line))).collect();
    let response = Response { status, headers, body: body.to_vec() };
    let error = bounded(data.len(), || error(&response));
    assert_eq!(error.status(), Some(status));
    display(&error);
    retry(&error);

    match error.kind() {
        ErrorKind::Response => {
            let message = error.message().replace(&format!("HTTP {status}"), "HTTP _");
            assert!(UNEXPECTED.contains(&message.as_str()), "{message}");
        }
        ErrorKind::Service => parse_again(&error, &response),
        kind => panic!("{kind:?} is not the kind of a response"),
    }
    let text = std::str::from_utf8(body).ok().map(document::with_line_feeds);
    if let Some(document) = text.as_deref().and_then(document::parse) {
        assert_same(&error, document::failure(&document), &response);
    }
    Corpus::Keep
});

/// All messages about bodies that are not error documents.
const UNEXPECTED: [&str; 12] = [
    "not a valid STS response: it is not UTF-8",
    "not a valid STS response: it is a redirect (HTTP _), and redirects are not followed",
    "not a valid STS response: HTTP _; it is an HTML page, probably from a proxy",
    "not a valid STS response: HTTP _; it is empty",
    "not a valid STS response: HTTP _; it is not XML",
    "not a valid STS response: HTTP _; its root element is not that of an error",
    "not a valid STS response: HTTP _; the error has no code",
    "not a valid STS response: HTTP _; its elements are nested too deeply",
    "not a valid STS response: HTTP _; it has a document type declaration",
    "not a valid STS response: HTTP _; it uses an undefined entity",
    "not a valid STS response: HTTP _; it is truncated",
    "not a valid STS response: HTTP _; its XML is malformed",
];

fn error(response: &Response) -> Error {
    parse(operation("AssumeRole").expect("an operation"), response).expect_err("no success")
}

/// Formats the error in every way that the API offers.
fn display(error: &Error) {
    let texts = [error.to_string(), format!("{error:?}"), error.class(), error.hint().unwrap_or_default()];
    assert!(texts[..3].iter().all(|text| !text.is_empty()));
    assert!(error.request_id() != Some(""), "an empty request ID must be None");
}

fn retry(error: &Error) {
    let (mut attempts, mut budget) = (Attempts::new(3), Budget::default());
    attempts.begin();
    if let Some(delay) = attempts.next_delay(error, &mut budget, 1.0) {
        assert!(delay <= MAX_DELAY && error.is_retryable());
    }
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    for signed_at in [now, SystemTime::UNIX_EPOCH] {
        attempts.corrected_clock_offset(error, now, signed_at);
    }
}

/// Serializes the error in every form that servers use, and parses it again.
fn parse_again(error: &Error, response: &Response) {
    let tag = |name: &str, text: &str| format!("<{name}>{}</{name}>", escaped(text));
    let inside = tag("Code", error.code()) + &tag("Message", error.message());
    let id = |name| error.request_id().map(|id| tag(name, id)).unwrap_or_default();
    for body in [
        format!("<ErrorResponse><Error>{inside}</Error>{}</ErrorResponse>", id("RequestId")),
        format!("<ErrorResponse><Errors><Error>{inside}</Error></Errors>{}</ErrorResponse>", id("RequestID")),
        format!("<Response><Errors><Error>{inside}</Error></Errors>{}</Response>", id("RequestID")),
        format!("<Error>{inside}{}</Error>", id("RequestId")),
    ] {
        let headers = response.headers.clone();
        let again = self::error(&Response { status: response.status, headers, body: body.into_bytes() });
        assert_eq!(again.kind(), ErrorKind::Service);
        assert_eq!((again.code(), again.message()), (error.code(), error.message()));
        assert_eq!(again.request_id(), error.request_id());
    }
}

fn escaped(text: &str) -> String {
    let escape = |character: char| format!("&#{};", u32::from(character));
    text.chars().map(|one| if "&<>\r".contains(one) { escape(one) } else { one.into() }).collect()
}

fn assert_same(error: &Error, other: Option<document::Failure>, response: &Response) {
    let ours = (error.kind() == ErrorKind::Service).then(|| document::Failure {
        code: error.code().to_owned(),
        message: Some(error.message().to_owned()),
        request_id: error.request_id().map(str::to_owned),
    });
    let theirs = other.map(|other| document::Failure {
        message: other.message.or_else(|| Some("the service returned no message".to_owned())),
        request_id: other.request_id.or_else(|| {
            let header = |name| response.header(name).filter(|id| !id.is_empty()).map(str::to_owned);
            header("x-amzn-requestid").or_else(|| header("x-amz-request-id"))
        }),
        ..other
    });
    assert_eq!(ours, theirs);
}
