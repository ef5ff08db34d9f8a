//! Compares exports with `tests/vectors/exports.json`. The package's TypeScript has its own implementation, which
//! `tests/package/export.test.mjs` compares with the same file.
#![cfg(not(target_family = "wasm"))]

use std::time::SystemTime;

use serde_json::Value;
use sts_web::Credentials;
use sts_web::export::{ExportOptions, Format, export};
use sts_web::timestamp::parse_timestamp;

const FORMATS: [&str; 12] =
    ["sh", "fish", "powershell", "cmd", "ini", "process", "json", "env", "docker", "github", "terraform", "javascript"];

#[test]
fn every_format_matches_the_vectors() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("vectors/exports.json")).expect("JSON");
    for case in &cases {
        for format in FORMATS {
            assert_eq!(exported(case, format), case["forms"][format], "{format} of {}", case["name"]);
        }
    }
}

/// Returns the export, or `{ error }`.
fn exported(case: &Value, format: &str) -> Value {
    let text = |name: &str| case[name].as_str();
    let mut credentials =
        Credentials::new(text("accessKeyId").expect("an access key ID"), text("secretAccessKey").expect("a secret"));
    if let Some(token) = text("sessionToken") {
        credentials = credentials.with_session_token(token);
    }
    if let Some(time) = text("expiration") {
        credentials = credentials.with_expiration(time_of(time));
    }
    let format: Format = format.parse().expect("a format");
    let options = ExportOptions {
        profile: text("profile").expect("a profile"),
        region: text("region"),
        endpoint: text("endpoint"),
    };
    match export(&credentials, format, &options) {
        Ok(text) => text.as_str().into(),
        Err(error) => serde_json::json!({ "error": error.message() }),
    }
}

fn time_of(text: &str) -> SystemTime {
    parse_timestamp(text).expect("a time")
}
