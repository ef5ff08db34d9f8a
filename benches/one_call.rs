//! Measures each step of a call, natively: `cargo bench --bench one_call`.

use std::hint::black_box;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use criterion::{Criterion, criterion_group, criterion_main};
use sha2::{Digest, Sha256};
use sts_web::Credentials;
use sts_web::http::{Request, Response};
use sts_web::model::{AssumeRoleInput, Operation, OperationInput, Typed, Value};
use sts_web::raw::{query, response, validate};
use sts_web::sign::{Scope, Settings, Signer};

/// Contains the XML between backticks.
const RESPONSE_MODULE: &str = include_str!("response.mjs");
const SCOPE: Scope<'_> = Scope { region: "eu-central-1", service: "sts" };
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn steps(criterion: &mut Criterion) {
    let (operation, input) = (AssumeRoleInput::OPERATION, input());
    criterion.bench_function("validate", |bencher| {
        bencher.iter(|| validate::validate(operation, black_box(&input)).expect("valid"));
    });
    criterion.bench_function("query", |bencher| bencher.iter(|| query::form(operation, black_box(&input))));
    signing(criterion, operation, &input);
    let response =
        Response { status: 200, headers: Vec::new(), body: RESPONSE_MODULE.split('`').nth(1).expect("the XML").into() };
    criterion.bench_function("parse", |bencher| {
        bencher.iter(|| response::parse(operation, black_box(&response)).expect("a response"));
    });
}

fn signing(criterion: &mut Criterion, operation: &Operation, input: &Value) {
    let form = query::form(operation, input);
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET);
    let signer = Signer::new();
    let sign = |credentials: &Credentials| {
        let mut request = request(&form);
        signer.sign(&mut request, credentials, SCOPE, &Settings::default(), time()).expect("signed")
    };
    criterion.bench_function("sign", |bencher| bencher.iter(|| sign(black_box(&credentials))));

    let mut serial = 0_u64;
    criterion.bench_function("sign, new secret", |bencher| {
        bencher.iter(|| {
            serial += 1;
            sign(&Credentials::new("AKIAIOSFODNN7EXAMPLE", format!("{serial:040}")))
        });
    });

    let result = sign(&credentials);
    let key = generate_signing_key(SECRET, time(), SCOPE.region, SCOPE.service);
    criterion.bench_function("sign: cryptography only", |bencher| {
        bencher.iter(|| {
            let hashes =
                [form.as_bytes(), result.canonical_request.as_bytes()].map(|text| Sha256::digest(black_box(text)));
            (hashes, calculate_signature(&key, result.string_to_sign.as_bytes()))
        });
    });
}

fn input() -> Value {
    let input = AssumeRoleInput {
        role_arn: "arn:aws:iam::123456789012:role/test-role".into(),
        role_session_name: "s3-access-example".into(),
        duration_seconds: Some(3600),
        ..AssumeRoleInput::default()
    };
    input.to_value()
}

fn request(form: &str) -> Request {
    Request {
        method: "POST".into(),
        url: "https://sts.eu-central-1.amazonaws.com/".into(),
        headers: vec![("content-type".into(), query::CONTENT_TYPE.into())],
        body: form.into(),
    }
}

fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_460_400)
}

criterion_group!(one_call, steps);
criterion_main!(one_call);
