//! `tests/vectors/exports.json` says what each form of each keys is; `tests/package/export.test.mjs` holds the package
//! to the same file, since its TypeScript writes the forms by itself.
#![cfg(not(target_family = "wasm"))]

use std::time::SystemTime;

use serde_json::Value;
use sts_web::Credentials;
use sts_web::export::{Format, export};
use sts_web::timestamp::parse_timestamp;

const FORMATS: [&str; 7] = ["json", "sh", "fish", "powershell", "cmd", "ini", "process"];

#[test]
fn every_form_is_what_the_vectors_say() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("vectors/exports.json")).expect("JSON");
    for case in &cases {
        for format in FORMATS {
            assert_eq!(written(case, format), case["forms"][format], "{format} of {}", case["name"]);
        }
    }
}

/// The form, or `{ error }` where it is refused.
fn written(case: &Value, format: &str) -> Value {
    let text = |name: &str| case[name].as_str();
    let mut credentials =
        Credentials::new(text("accessKeyId").expect("a key id"), text("secretAccessKey").expect("a secret"));
    if let Some(token) = text("sessionToken") {
        credentials = credentials.with_session_token(token);
    }
    if let Some(time) = text("expiration") {
        credentials = credentials.with_expiration(time_of(time));
    }
    let format: Format = format.parse().expect("a format");
    match export(&credentials, format, text("profile").expect("a profile")) {
        Ok(form) => form.as_str().into(),
        Err(error) => serde_json::json!({ "error": error.message() }),
    }
}

fn time_of(text: &str) -> SystemTime {
    parse_timestamp(text).expect("a time")
}
