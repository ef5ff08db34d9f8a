//! The adapters to other crates, tested together with those crates.
#![cfg(all(feature = "http", feature = "aws-credential-types", not(target_family = "wasm")))]

use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use sts_web::adapters::aws_credential_types::{FromSdk, ToSdk};
use sts_web::http::{Request, Response};
use sts_web::provider::{BoxFuture, ProvideCredentials};
use sts_web::sign::{Scope, Settings, Signer};
use sts_web::{Credentials, Error, ErrorKind};

fn temporary() -> Credentials {
    Credentials::new("ASIAEXAMPLE", "the-secret")
        .with_session_token("the-token")
        .with_expiration(UNIX_EPOCH + Duration::from_secs(1_795_460_400))
}

fn assert_equal(left: &Credentials, right: &Credentials) {
    assert_eq!(left.access_key_id(), right.access_key_id());
    assert_eq!(left.secret_access_key(), right.secret_access_key());
    assert_eq!(left.session_token(), right.session_token());
    assert_eq!(left.expiration(), right.expiration());
}

#[tokio::test]
async fn credentials_pass_through_a_provider_of_the_sdk_and_back() {
    let sdk = SharedCredentialsProvider::new(ToSdk(temporary()));
    let seen_by_sdk = sdk.provide_credentials().await.expect("credentials");
    assert_eq!((seen_by_sdk.access_key_id(), seen_by_sdk.session_token()), ("ASIAEXAMPLE", Some("the-token")));
    assert_equal(&FromSdk(sdk).credentials().await.expect("credentials"), &temporary());
    let long_term = Credentials::new("AKIAEXAMPLE", "the-secret");
    assert_equal(&aws_credential_types::Credentials::from(long_term.clone()).into(), &long_term);
}

struct Failing;

impl ProvideCredentials for Failing {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(std::future::ready(Err(Error::new(ErrorKind::Network, "NetworkError", "no network here"))))
    }
}

#[tokio::test]
async fn an_error_keeps_its_cause_both_ways() {
    let sdk_error = ToSdk(Failing).provide_credentials().await.expect_err("failing");
    let cause = sdk_error.source().and_then(|source| source.downcast_ref::<Error>()).expect("this crate's error");
    assert_eq!(cause.code(), "NetworkError");
    let error = FromSdk(ToSdk(Failing)).credentials().await.expect_err("failing");
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.source().is_some());
}

#[test]
fn a_request_of_the_http_crate_is_signed_and_converted_back() {
    let request = http::Request::post("https://example.amazonaws.com/?b=1&a=%20")
        .header("X-Custom", "one")
        .body("the body")
        .expect("a request");
    let mut ours = Request::try_from(request).expect("a request");
    let scope = Scope { region: "us-east-1", service: "service" };
    let time = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    Signer::new().sign(&mut ours, &temporary(), scope, &Settings::default(), time).expect("signed");
    let signed = http::Request::<Vec<u8>>::try_from(ours).expect("a request");
    assert_eq!(signed.uri(), "https://example.amazonaws.com/?b=1&a=%20");
    assert_eq!((signed.method(), signed.body().as_slice()), (&http::Method::POST, &b"the body"[..]));
    assert_eq!(signed.headers()["x-custom"], "one");
    let authorization = signed.headers()["authorization"].to_str().expect("a string");
    assert!(authorization.contains("SignedHeaders=host;x-amz-date;x-amz-security-token;x-custom"), "{authorization}");
}

#[test]
fn a_header_that_cannot_be_signed_is_named() {
    let request = http::Request::get("https://example.com/").header("x-odd", &b"\xff"[..]).body(Vec::new());
    let error = Request::try_from(request.expect("a request")).expect_err("unsignable");
    assert!(error.message().contains("x-odd"), "{error}");
}

#[test]
fn a_response_of_the_http_crate_is_converted() {
    let response = http::Response::builder().status(403).header("Date", "Mon, 23 Nov 2026 19:00:00 GMT").body("x");
    let response = Response::from(response.expect("a response"));
    assert_eq!((response.status, response.body.as_slice()), (403, &b"x"[..]));
    assert_eq!(response.header("date"), Some("Mon, 23 Nov 2026 19:00:00 GMT"));
}
