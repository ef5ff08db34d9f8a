//! Tests of signing and calls in wasm, and of the transport over the platform's `fetch`.

use std::time::{Duration, UNIX_EPOCH};

use js_sys::Function;
use sts_web::http::Request;
use sts_web::model::{AssumeRoleInput, GetCallerIdentityInput, Typed};
use sts_web::sign::{Scope, Settings, Signer};
use sts_web::transport::{Fetch, Transport};
use sts_web::{Client, Credentials, ErrorKind};
use wasm_bindgen_test::wasm_bindgen_test;

/// A `fetch` with a JavaScript body. Its arguments are `url` and `init`.
fn fetch(body: &str) -> Fetch {
    Fetch::new().with_function(Function::new_with_args("url, init", body))
}

fn client(body: &str) -> Client<Fetch> {
    Client::builder()
        .region("us-east-1")
        .credentials(Credentials::new("AKIDEXAMPLE", "a secret"))
        .max_attempts(1)
        .request_timeout(Duration::from_millis(200))
        .transport(fetch(body))
        .build()
        .expect("a client")
}

const RESPONSE: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::000000000012:root</Arn>\
    <UserId>U</UserId><Account>000000000012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

#[wasm_bindgen_test]
fn the_signature_is_the_same_as_natively() {
    // The vector post-vanilla of AWS's test suite.
    let mut request = Request {
        method: "POST".into(),
        url: "https://example.amazonaws.com/".into(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let scope = Scope { region: "us-east-1", service: "service" };
    let time = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let signed = Signer::new().sign(&mut request, &credentials, scope, &Settings::default(), time).expect("signed");
    assert_eq!(signed.signature, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

#[wasm_bindgen_test]
async fn a_call_is_sent_with_fetch() {
    let echo = format!(
        "if (init.method !== 'POST' || url !== 'https://sts.us-east-1.amazonaws.com/') throw Error('wrong request');
         if (!init.headers.authorization.startsWith('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/')) throw Error('unsigned');
         return new Response('{RESPONSE}')"
    );
    let identity = client(&echo).get_caller_identity(&GetCallerIdentityInput {}).await.expect("an identity");
    assert_eq!(identity.account, "000000000012");
}

#[wasm_bindgen_test]
async fn a_body_over_one_mebibyte_is_rejected_while_it_streams() {
    // This stream never ends, so the test only completes if the client stops reading.
    let endless = "const chunk = new Uint8Array(65536);
        return new Response(new ReadableStream({ pull(stream) { stream.enqueue(chunk) } }))";
    let error = client(endless).get_caller_identity(&GetCallerIdentityInput {}).await.expect_err("too large");
    assert_eq!(error.code(), "ResponseTooLarge");
}

#[wasm_bindgen_test]
async fn a_fetch_without_a_response_times_out_and_is_aborted() {
    let silent = "return new Promise(() => init.signal.addEventListener('abort', () => globalThis.abortedOnce = true))";
    let error = client(silent).get_caller_identity(&GetCallerIdentityInput {}).await.expect_err("a timeout");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let aborted = js_sys::Reflect::get(&js_sys::global(), &"abortedOnce".into()).expect("a global");
    assert_eq!(aborted.as_bool(), Some(true), "the request is aborted");
}

#[wasm_bindgen_test]
async fn an_endless_body_times_out_and_is_canceled() {
    // This stream ignores the abort signal, as Node may do once the response headers have arrived.
    let stuck = "return new Response(new ReadableStream({ cancel() { globalThis.canceledOnce = true } }))";
    let error = client(stuck).get_caller_identity(&GetCallerIdentityInput {}).await.expect_err("a timeout");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let canceled = js_sys::Reflect::get(&js_sys::global(), &"canceledOnce".into()).expect("a global");
    assert_eq!(canceled.as_bool(), Some(true), "the body is canceled");
}

#[wasm_bindgen_test]
async fn a_body_that_fails_is_a_network_error() {
    let failing =
        "return new Response(new ReadableStream({ pull(stream) { stream.error(new TypeError('lost here')) } }))";
    let error = client(failing).get_caller_identity(&GetCallerIdentityInput {}).await.expect_err("lost");
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(error.message().contains("lost here"), "{error}");
}

#[wasm_bindgen_test]
async fn an_exception_of_fetch_becomes_a_network_error_with_its_message() {
    for failing in ["throw new TypeError('refused here')", "return Promise.reject(new TypeError('refused here'))"] {
        let error = client(failing).get_caller_identity(&GetCallerIdentityInput {}).await.expect_err("failing");
        assert_eq!(error.kind(), ErrorKind::Network);
        assert!(error.message().contains("refused here"), "{error}");
    }
}

#[wasm_bindgen_test]
async fn requests_have_the_options_that_the_platform_accepts() {
    // `new Request` rejects an option as `fetch` does.
    let returned = "new Request(url, init); return new Response(null, { status: 400, headers: {
        'x-amzn-requestid': [init.redirect, init.credentials, init.cache, init.referrerPolicy].join() } })";
    let options = async |transport: Fetch| {
        let transport = transport.with_function(Function::new_with_args("url, init", returned));
        let request = Request::new("POST", "https://sts.us-east-1.amazonaws.com/").with_body("a=b");
        let response = transport.send(request, Duration::from_secs(1)).await.expect("a response");
        response.header("x-amzn-requestid").expect("the options").to_owned()
    };
    assert_eq!(options(Fetch::new()).await, "error,omit,no-store,no-referrer");
    assert_eq!(options(Fetch::worker()).await, "manual,,,");
    // workerd is recognized by its user agent.
    replace_navigator("{ userAgent: 'Cloudflare-Workers' }");
    let in_workerd = Fetch::new();
    replace_navigator("originalNavigator");
    assert_eq!(options(in_workerd).await, "manual,,,");
}

/// Replaces `navigator`, and stores the platform's as `originalNavigator`.
fn replace_navigator(navigator: &str) {
    let script = format!(
        "globalThis.originalNavigator ??= globalThis.navigator;
         Object.defineProperty(globalThis, 'navigator', {{ value: {navigator}, configurable: true }})"
    );
    Function::new_no_args(&script).call0(&wasm_bindgen::JsValue::UNDEFINED).expect("a property that can be replaced");
}

#[wasm_bindgen_test]
fn a_fetch_client_needs_only_a_region_and_credentials() {
    let client: Client<Fetch> =
        Client::new("eu-central-1", Credentials::new("AKIDEXAMPLE", "a secret")).expect("a client");
    assert_eq!(client.endpoint().url(), "https://sts.eu-central-1.amazonaws.com/");
}

#[wasm_bindgen_test]
async fn the_platform_has_a_clock_a_timer_and_random_numbers() {
    let platform = Fetch::browser();
    let before = platform.now();
    platform.sleep(Duration::from_millis(20)).await;
    assert!(platform.now() >= before + Duration::from_millis(15));
    assert!((0.0..1.0).contains(&platform.random()));
}

#[wasm_bindgen_test]
async fn an_invalid_input_is_rejected_without_sending_it() {
    let error = client("throw Error('sent')").assume_role(&AssumeRoleInput::default()).await.expect_err("invalid");
    assert_eq!(error.kind(), ErrorKind::Validation);
    assert_eq!(error.violations().len(), 2);
    assert_eq!(AssumeRoleInput::SHAPE.members.len(), 13);
}
