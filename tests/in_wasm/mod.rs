//! What must hold in wasm as it does natively, and what there is only in wasm: the platform's `fetch`.

use std::time::{Duration, UNIX_EPOCH};

use js_sys::{Function, Object};
use sts_web::client::Config;
use sts_web::http::Request;
use sts_web::model::{AssumeRoleInput, GetCallerIdentityInput, Typed};
use sts_web::sign::{Scope, Settings, Signer};
use sts_web::transport::{Fetch, Transport};
use sts_web::{Client, Credentials, ErrorKind};
use wasm_bindgen_test::wasm_bindgen_test;

/// A `fetch` written in JavaScript, with `url` and `init` as its arguments.
fn fetch(body: &str) -> Fetch {
    Fetch::new(Some(Function::new_with_args("url, init", body)), Object::new())
}

fn client(body: &str) -> Client<Fetch> {
    let config = Config { max_attempts: 1, request_timeout: Duration::from_millis(200), ..Config::new("us-east-1") };
    let credentials = Credentials::new("AKIDEXAMPLE", "a secret");
    Client::with(config, Some(Box::new(credentials)), fetch(body)).expect("a client")
}

const ANSWER: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::000000000012:root</Arn>\
    <UserId>U</UserId><Account>000000000012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

#[wasm_bindgen_test]
fn the_signature_is_the_same_as_natively() {
    // AWS's vector post-vanilla.
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
async fn a_call_goes_through_fetch_and_back() {
    let echo = format!(
        "if (init.method !== 'POST' || url !== 'https://sts.us-east-1.amazonaws.com/') throw Error('wrong request');
         if (!init.headers.authorization.startsWith('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/')) throw Error('unsigned');
         return new Response('{ANSWER}')"
    );
    let identity = client(&echo).get_caller_identity(&GetCallerIdentityInput {}).await.expect("an identity");
    assert_eq!(identity.account, "000000000012");
}

#[wasm_bindgen_test]
async fn a_body_over_one_mebibyte_is_cut_off_while_it_streams() {
    // This stream never ends: only cutting it off gives an answer.
    let endless = "const chunk = new Uint8Array(65536);
        return new Response(new ReadableStream({ pull(stream) { stream.enqueue(chunk) } }))";
    let error = client(endless).get_caller_identity(&GetCallerIdentityInput {}).await.expect_err("too large");
    assert_eq!(error.code(), "ResponseTooLarge");
}

#[wasm_bindgen_test]
async fn a_fetch_that_never_answers_times_out_and_is_aborted() {
    let silent = "return new Promise(() => init.signal.addEventListener('abort', () => globalThis.abortedOnce = true))";
    let error = client(silent).get_caller_identity(&GetCallerIdentityInput {}).await.expect_err("a timeout");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let aborted = js_sys::Reflect::get(&js_sys::global(), &"abortedOnce".into()).expect("a global");
    assert_eq!(aborted.as_bool(), Some(true), "the request is ended too");
}

#[wasm_bindgen_test]
async fn a_body_that_does_not_end_times_out_and_is_cancelled() {
    // As in Node, where the signal may be forgotten by then: it does not stop this stream.
    let stuck = "return new Response(new ReadableStream({ cancel() { globalThis.cancelledOnce = true } }))";
    let error = client(stuck).get_caller_identity(&GetCallerIdentityInput {}).await.expect_err("a timeout");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let cancelled = js_sys::Reflect::get(&js_sys::global(), &"cancelledOnce".into()).expect("a global");
    assert_eq!(cancelled.as_bool(), Some(true), "the body is ended too");
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
async fn what_fetch_throws_becomes_a_network_error_with_its_words() {
    for refused in ["throw new TypeError('refused here')", "return Promise.reject(new TypeError('refused here'))"] {
        let error = client(refused).get_caller_identity(&GetCallerIdentityInput {}).await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Network);
        assert!(error.message().contains("refused here"), "{error}");
    }
}

#[wasm_bindgen_test]
async fn the_platform_gives_time_chance_and_sleep() {
    let platform = Fetch::browser();
    let before = platform.now();
    platform.sleep(Duration::from_millis(20)).await;
    assert!(platform.now() >= before + Duration::from_millis(15));
    assert!((0.0..1.0).contains(&platform.random()));
}

#[wasm_bindgen_test]
async fn faults_are_told_without_sending() {
    let error = client("throw Error('sent')").assume_role(&AssumeRoleInput::default()).await.expect_err("invalid");
    assert_eq!(error.kind(), ErrorKind::Validation);
    assert_eq!(error.violations().len(), 2);
    assert_eq!(AssumeRoleInput::SHAPE.members.len(), 13);
}
