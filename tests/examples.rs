//! Runs the programs in `examples/` against the sandbox.
#![cfg(all(feature = "reqwest", not(target_family = "wasm")))]

#[allow(dead_code, reason = "the sandbox has more than the examples need")]
mod sandbox;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use sandbox::Sandbox;

/// The path of an example. `cargo test` builds the examples next to the tests, unless it builds a single test only.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("the folder of the profile");
    let program = folder.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(program.exists(), "run `cargo build --examples` first");
    program
}

/// Returns the command of an example, as the sandbox's user. `None` without a sandbox.
fn command(name: &str) -> Option<Command> {
    let sandbox = Sandbox::get()?;
    let user = sandbox.user();
    let mut command = Command::new(program(name));
    command
        .env("AWS_ACCESS_KEY_ID", user.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", user.secret_access_key())
        .env("AWS_REGION", &sandbox.region)
        .env("AWS_ENDPOINT_URL_STS", &sandbox.endpoint);
    Some(command)
}

/// Runs an example and returns what it prints. `None` without a sandbox.
fn run(name: &str, arguments: &[&str]) -> Option<String> {
    let output = command(name)?.args(arguments).output().expect("the example runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

const USER: &str = "arn:aws:iam::123456789012:user/test-user";

#[test]
fn whoami_prints_the_caller() {
    let Some(printed) = run("whoami", &[]) else { return };
    assert_eq!(printed, format!("{USER} in account 123456789012\n"));
}

#[test]
fn provider_chain_assumes_a_role() {
    let Some(sandbox) = Sandbox::get() else { return };
    let printed = run("provider_chain", &[&sandbox.role_arn]).expect("a sandbox");
    assert_eq!(printed, "arn:aws:sts::123456789012:assumed-role/test-role/provider-chain\n");
}

#[test]
fn presign_prints_a_url_that_s3_would_accept() {
    let Some(printed) = run("presign", &["https://bucket.s3.us-east-1.amazonaws.com/a%20b"]) else { return };
    assert!(printed.starts_with("https://bucket.s3.us-east-1.amazonaws.com/a%20b?X-Amz-Algorithm="), "{printed}");
    assert!(printed.contains("X-Amz-Expires=900&"), "{printed}");
}

#[test]
fn eks_token_prints_a_credential_for_kubectl() {
    let Some(printed) = run("eks_token", &["my-cluster"]) else { return };
    let credential: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(credential["kind"], "ExecCredential");
    assert!(credential["status"]["token"].as_str().is_some_and(|token| token.starts_with("k8s-aws-v1.")), "{printed}");
}

#[test]
fn custom_transport_logs_the_attempt() {
    let Some(printed) = run("custom_transport", &[]) else { return };
    let lines: Vec<_> = printed.lines().collect();
    assert!(lines[0].starts_with("POST http://") && lines[0].contains("→ 200 in "), "{printed}");
    assert_eq!(lines[1..], [USER]);
}

#[test]
fn custom_retries_prints_the_caller() {
    let Some(printed) = run("custom_retries", &[]) else { return };
    assert_eq!(printed, format!("{USER}\n"));
}

#[tokio::test]
async fn axum_responds_with_the_services_identity() {
    let Some(mut command) = command("axum") else { return };
    let mut service = command.env("PORT", "0").stdout(Stdio::piped()).spawn().expect("the example runs");
    let mut url = String::new();
    BufReader::new(service.stdout.take().expect("its output")).read_line(&mut url).expect("its URL");
    // Two requests at once share the client.
    let get = async || sts_web::reqwest::get(url.trim_end()).await?.text().await;
    let responses = tokio::join!(get(), get());
    service.kill().expect("ended");
    service.wait().expect("ended");
    assert_eq!([responses.0.expect("a response"), responses.1.expect("a response")], [USER, USER]);
}
