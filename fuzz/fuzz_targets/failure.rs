//! Any bytes as an error response: no panic, no more memory than they are worth, the error that another XML parser finds,
//! and no word of a foreign body in what is told about it.
//!
//! An input is the status, the headers, an empty line and the body.
#![no_main]

use std::time::{Duration, SystemTime};

use libfuzzer_sys::{Corpus, fuzz_target};
use sts_web::http::Response;
use sts_web::model::operation;
use sts_web::response::read;
use sts_web::retry::{Attempts, Budget, MAX_DELAY};
use sts_web::{Error, ErrorKind};
use sts_web_fuzz::{bounded, document, http_text};

fuzz_target!(|data: &[u8]| -> Corpus {
    let (head, body) = http_text::head_and_body(data);
    let status = head[0].parse().unwrap_or(400);
    if !(100..=999).contains(&status) || (200..300).contains(&status) {
        return Corpus::Reject;
    }
    // No transport hands on the space around a value.
    let trimmed = |(name, value): (String, String)| (name, value.trim_ascii().to_owned());
    let headers = head[1..].iter().map(|line| trimmed(http_text::header(line))).collect();
    let response = Response { status, headers, body: body.to_vec() };
    let error = bounded(data.len(), || error(&response));
    assert_eq!(error.status(), Some(status));
    told(&error);
    tried_again(&error);

    match error.kind() {
        ErrorKind::Response => {
            let message = error.message().replace(&format!("HTTP {status}"), "HTTP _");
            assert!(FOREIGN.contains(&message.as_str()), "{message}");
        }
        ErrorKind::Service => read_again(&error, &response),
        kind => panic!("{kind:?} is not of an answer"),
    }
    let text = std::str::from_utf8(body).ok().map(document::with_line_feeds);
    if let Some(document) = text.as_deref().and_then(document::parse) {
        same(&error, document::failure(&document), &response);
    }
    Corpus::Keep
});

/// Everything that is said of a body that is no error document.
const FOREIGN: [&str; 12] = [
    "the answer is not one that STS gives: it is not UTF-8 text",
    "the answer is not one that STS gives: it is a redirect (HTTP _), which is never followed",
    "the answer is not one that STS gives: HTTP _, and it is an HTML page, as a proxy would send",
    "the answer is not one that STS gives: HTTP _, and it is empty",
    "the answer is not one that STS gives: HTTP _, and it is no XML",
    "the answer is not one that STS gives: HTTP _, and its root element is not that of an error",
    "the answer is not one that STS gives: HTTP _, and the error has no code",
    "the answer is not one that STS gives: HTTP _, and its elements are nested too deeply",
    "the answer is not one that STS gives: HTTP _, and it has a document type",
    "the answer is not one that STS gives: HTTP _, and it uses an entity of its own",
    "the answer is not one that STS gives: HTTP _, and it ends too early",
    "the answer is not one that STS gives: HTTP _, and its XML is malformed",
];

fn error(response: &Response) -> Error {
    read(operation("AssumeRole").expect("an operation"), response).expect_err("no success")
}

/// All that people and programs ask an error.
fn told(error: &Error) {
    let told = [error.to_string(), format!("{error:?}"), error.class(), error.hint().unwrap_or_default()];
    assert!(told[..3].iter().all(|text| !text.is_empty()));
    assert!(error.request_id() != Some(""), "an id that is empty is none");
}

fn tried_again(error: &Error) {
    let (mut attempts, mut budget) = (Attempts::new(3), Budget::default());
    attempts.begin();
    if let Some(delay) = attempts.after(error, &mut budget, 1.0) {
        assert!(delay <= MAX_DELAY && error.is_retryable());
    }
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    for signed in [now, SystemTime::UNIX_EPOCH] {
        attempts.corrected_clock(error, now, signed);
    }
}

/// The error in each of the forms that servers give it.
fn read_again(error: &Error, response: &Response) {
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

fn same(error: &Error, other: Option<document::Failure>, response: &Response) {
    let ours = (error.kind() == ErrorKind::Service).then(|| document::Failure {
        code: error.code().to_owned(),
        message: Some(error.message().to_owned()),
        request_id: error.request_id().map(str::to_owned),
    });
    let theirs = other.map(|other| document::Failure {
        message: other.message.or_else(|| Some("the service gave no message".to_owned())),
        request_id: other.request_id.or_else(|| {
            let header = |name| response.header(name).filter(|id| !id.is_empty()).map(str::to_owned);
            header("x-amzn-requestid").or_else(|| header("x-amz-request-id"))
        }),
        ..other
    });
    assert_eq!(ours, theirs);
}
