//! The adapters to other crates, tested together with those crates.
#![cfg(all(feature = "aws-credential-types", feature = "tower", not(target_family = "wasm")))]

#[allow(dead_code, reason = "the sandbox has more than this test needs")]
mod sandbox;

use std::convert::Infallible;
use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use http_body_util::{BodyExt, Full};
use sandbox::Sandbox;
use sts_web::adapters::aws_credential_types::{FromSdk, ToSdk};
use sts_web::adapters::tower::SignLayer;
use sts_web::http::{Request, Response};
use sts_web::provider::{BoxFuture, ProvideCredentials};
use sts_web::sign::{Scope, SessionToken, Settings, Signer};
use sts_web::{Credentials, Error, ErrorKind, reqwest};
use tower::{Layer, Service, ServiceExt};

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
        .header("Cf-Ipcity", "S\u{e3}o Paulo")
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
    assert_eq!(signed.headers()["cf-ipcity"], "S\u{e3}o Paulo", "is not signed");
    let authorization = signed.headers()["authorization"].to_str().expect("a string");
    assert!(authorization.contains("SignedHeaders=host;x-amz-date;x-amz-security-token;x-custom"), "{authorization}");
}

/// Secrets in `Debug` output end up in logs.
#[test]
fn a_signed_request_of_the_http_crate_hides_its_signature_and_session_token() {
    let mut s3_session = Settings::s3();
    s3_session.session_token = SessionToken::S3Session;
    for settings in [Settings::s3(), s3_session] {
        let mut ours = Request::new("GET", "https://bucket.s3.amazonaws.com/key");
        let scope = Scope { region: "us-east-1", service: "s3" };
        Signer::new().sign(&mut ours, &temporary(), scope, &settings, UNIX_EPOCH).expect("signed");
        let shown = format!("{:?}", http::Request::<Vec<u8>>::try_from(ours).expect("a request"));
        assert!(shown.contains("-token") && !shown.contains("the-token") && !shown.contains("Signature"), "{shown}");
    }
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

/// A body of the crate `http-body-util`, as `hyper` sends it.
type Body = Full<std::collections::VecDeque<u8>>;

/// A service that responds with the request that it gets.
fn echo() -> impl Service<http::Request<Body>, Response = http::Request<Body>, Error = Infallible, Future: Send> + Clone
{
    tower::service_fn(|request| std::future::ready(Ok(request)))
}

#[tokio::test]
async fn a_tower_layer_signs_and_keeps_the_request() {
    // The vector post-x-www-form-urlencoded of AWS's test suite.
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let mut settings = Settings::default();
    settings.content_sha256 = true;
    let layer = SignLayer::new(credentials, "us-east-1", "service")
        .with_settings(settings)
        .with_clock(|| UNIX_EPOCH + Duration::from_secs(1_440_938_160));
    let request = http::Request::post("https://example.amazonaws.com/")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("content-length", "13")
        .extension("kept")
        .body(Body::from(b"Param1=value1".to_vec()))
        .expect("a request");
    let signed = layer.layer(echo()).oneshot(request).await.expect("signed");
    let authorization = &signed.headers()["authorization"];
    assert!(authorization.is_sensitive());
    let signature = authorization.to_str().expect("a string").rsplit('=').next();
    assert_eq!(signature, Some("d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"));
    assert_eq!(signed.extensions().get(), Some(&"kept"));
    let body = signed.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(body, "Param1=value1");
}

#[tokio::test]
async fn a_tower_layer_passes_on_a_body_whose_hash_it_is_told() {
    let layer = SignLayer::new(temporary(), "us-east-1", "s3");
    let request = http::Request::put("https://bucket.s3.amazonaws.com/key")
        .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .body(reqwest::Body::wrap(Full::new(&b"streamed"[..])))
        .expect("a request");
    let echo = tower::service_fn(|request| std::future::ready(Ok::<http::Request<reqwest::Body>, Infallible>(request)));
    let signed = layer.layer(echo).oneshot(request).await.expect("signed");
    assert_eq!(signed.headers()["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
    assert!(signed.headers()["x-amz-security-token"].is_sensitive());
    assert!(signed.body().as_bytes().is_none(), "the stream is not read");
    assert_eq!(signed.into_body().collect().await.expect("a body").to_bytes(), "streamed");
}

/// As in a proxy that signs the requests of an AWS SDK with its own credentials.
#[tokio::test]
async fn a_tower_layer_signs_the_body_of_a_request_that_is_already_signed() {
    let sign = async |request: http::Request<Body>| {
        let layer = SignLayer::new(temporary(), "us-east-1", "s3").with_clock(|| UNIX_EPOCH);
        layer.layer(echo()).oneshot(request).await.expect("signed")
    };
    let request = || http::Request::put("https://bucket.s3.amazonaws.com/key");
    let once = sign(request().body(Body::from(b"the body".to_vec())).expect("a request")).await;
    let expected = once.headers().clone();
    let twice = sign(once).await;
    assert_eq!(*twice.headers(), expected);
    assert_eq!(twice.into_body().collect().await.expect("a body").to_bytes(), "the body");
    let empty = request().header("x-amz-content-sha256", "").body(Body::from(b"the body".to_vec()));
    assert_eq!(*sign(empty.expect("a request")).await.headers(), expected);
}

#[tokio::test]
async fn a_tower_layer_keeps_headers_sensitive() {
    let mut api_key = http::HeaderValue::from_static("the-key");
    api_key.set_sensitive(true);
    let request = http::Request::get("https://a.execute-api.us-east-1.amazonaws.com/").header("x-api-key", api_key);
    let request = request.header("x-plain", "shown").body(Body::default()).expect("a request");
    let layer = SignLayer::new(temporary(), "us-east-1", "execute-api");
    let signed = layer.layer(echo()).oneshot(request).await.expect("signed");
    assert_eq!(signed.headers()["x-api-key"], "the-key");
    assert!(signed.headers()["x-api-key"].is_sensitive() && !signed.headers()["x-plain"].is_sensitive());
}

#[tokio::test]
async fn what_a_tower_layer_cannot_sign_is_an_error_and_not_sent() {
    let layer = SignLayer::new(temporary(), "us-east-1", "s3");
    let sends = tower::service_fn(|_: http::Request<Body>| async { panic!("sent") as Result<(), Infallible> });
    let relative = http::Request::get("/path").body(Body::default()).expect("a request");
    let error = layer.layer(sends).oneshot(relative).await.expect_err("unsignable");
    assert_eq!(error.downcast_ref::<Error>().expect("this crate's error").code(), "InvalidUrl");

    let request = http::Request::get("https://s3.amazonaws.com/").body(Body::default()).expect("a request");
    let error = SignLayer::new(Failing, "us-east-1", "s3").layer(echo()).oneshot(request).await.expect_err("failing");
    assert_eq!(error.downcast_ref::<Error>().expect("this crate's error").code(), "NetworkError");
}

#[tokio::test]
async fn a_server_accepts_what_a_tower_layer_signs_under_reqwest() {
    let Some(sandbox) = Sandbox::get() else { return };
    let http = reqwest::Client::new();
    let send = tower::service_fn(move |request: http::Request<reqwest::Body>| {
        let http = http.clone();
        async move { http.execute(request.try_into()?).await }
    });
    let status = async |credentials: Credentials| {
        let request = http::Request::get(format!("{}/", sandbox.endpoint)).body(reqwest::Body::default());
        let s3 = SignLayer::new(credentials, &sandbox.region, "s3").layer(send.clone());
        s3.oneshot(request.expect("a request")).await.expect("a response").text().await.expect("a body")
    };
    // The sandbox's user may not list buckets: a right signature is an access denied, and a wrong one is not.
    let denied = status(sandbox.user()).await;
    assert!(denied.contains("AccessDenied"), "{denied}");
    let rejected = status(Credentials::new(&sandbox.access_key_id, "wrong")).await;
    assert!(rejected.contains("SignatureDoesNotMatch"), "{rejected}");
}
