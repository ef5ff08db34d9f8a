//! Compares the crate with the AWS CLI, botocore and boto3.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::server::{Behavior, Server, client};
use sts_web::Credentials;
use sts_web::export::{ExportOptions, Format, export, to_cli_json};
use sts_web::http::Request;
use sts_web::model::{AssumeRoleInput, Typed, operation};
use sts_web::raw::query;
use sts_web::sign::{Scope, Settings, Signer};
use sts_web::timestamp::parse_timestamp;

const RESPONSE: &str = "<AssumeRoleResponse><AssumeRoleResult><SourceIdentity>Zoë</SourceIdentity><AssumedRoleUser>\
    <Arn>arn:aws:sts::000000000012:assumed-role/demo/session</Arn><AssumedRoleId>AROA:session</AssumedRoleId>\
    </AssumedRoleUser><PackedPolicySize>6</PackedPolicySize><Credentials><SessionToken>to/ken+&amp;==</SessionToken>\
    <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>se\"cret</SecretAccessKey>\
    <Expiration>2026-11-23T20:00:00.5Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

fn input() -> AssumeRoleInput {
    AssumeRoleInput {
        role_arn: "arn:aws:iam::000000000012:role/demo".into(),
        role_session_name: "session".into(),
        ..AssumeRoleInput::default()
    }
}

/// The AWS CLI version 2. Version 1 prints timestamps in another format.
fn aws_cli() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("aws")).find(|aws| {
        let version = Command::new(aws).arg("--version").output();
        version.is_ok_and(|version| String::from_utf8_lossy(&version.stdout).starts_with("aws-cli/2"))
    })
}

#[tokio::test]
async fn the_aws_cli_prints_the_same_output_for_the_same_response() {
    let Some(aws) = aws_cli() else {
        eprintln!("skipped: no AWS CLI of version 2");
        return;
    };
    let server = Server::scripted([Behavior::Respond(200, Vec::new(), RESPONSE.to_owned())]).await;
    let value = input().to_value();
    let (client, _) = client(&server);
    let output = client.call_operation(operation("AssumeRole").expect("an operation"), value).await;
    let ours = to_cli_json(&output.expect("a response").response.output).expect("JSON");

    let mut command = Command::new(aws);
    command
        .args(["sts", "assume-role", "--output=json", "--region=us-east-1", "--no-cli-pager", "--endpoint-url"])
        .arg(&server.endpoint)
        .args(["--role-arn", "arn:aws:iam::000000000012:role/demo", "--role-session-name", "session"])
        .env_clear()
        .env("HOME", std::env::temp_dir())
        .env("LC_ALL", "C.UTF-8")
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
    let printed = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("the CLI");
    assert_eq!(String::from_utf8_lossy(&printed.stdout), *ours, "{}", String::from_utf8_lossy(&printed.stderr));
}

/// The Python with botocore that `cargo xtask test` installs.
fn python() -> Option<Command> {
    let python = std::env::var_os("STS_WEB_PYTHON");
    if python.is_none() {
        eprintln!("skipped: no Python with botocore; `cargo xtask test` installs one");
    }
    python.map(Command::new)
}

#[test]
fn botocore_creates_the_same_signature() {
    const SCRIPT: &str = "
import datetime, sys
import botocore.auth, botocore.awsrequest, botocore.credentials
time = datetime.datetime(2026, 11, 23, 19, 0, 0)
botocore.auth.get_current_datetime = lambda *_: time
url, region, service, body, token = sys.argv[1:]
keys = botocore.credentials.Credentials('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', token or None)
headers = {'content-type': 'application/x-www-form-urlencoded; charset=utf-8'}
request = botocore.awsrequest.AWSRequest('POST', url, headers=headers, data=body.encode())
request.context['timestamp'] = '20261123T190000Z'
botocore.auth.SigV4Auth(keys, service, region).add_auth(request)
print(request.headers['Authorization'])
";
    for (url, region, token) in [
        ("https://sts.us-east-1.amazonaws.com/", "us-east-1", ""),
        ("https://sts.eu-central-1.amazonaws.com/", "eu-central-1", "a/session+token=="),
        ("http://127.0.0.1:4566/path/to%20it/", "cn-north-1", "t"),
    ] {
        let Some(mut python) = python() else { return };
        let value = AssumeRoleInput { external_id: Some("id:1/a".into()), ..input() }.to_value();
        let body = query::form(operation("AssumeRole").expect("an operation"), &value);
        let mut credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        if !token.is_empty() {
            credentials = credentials.with_session_token(token);
        }
        let mut request = Request {
            method: "POST".into(),
            url: url.into(),
            headers: vec![("content-type".into(), query::CONTENT_TYPE.into())],
            body: body.clone().into_bytes(),
        };
        let time = parse_timestamp("2026-11-23T19:00:00Z").expect("a time");
        let scope = Scope { region, service: "sts" };
        Signer::new().sign(&mut request, &credentials, scope, &Settings::default(), time).expect("signed");
        let output = python.args(["-c", SCRIPT, url, region, "sts", &body, token]).output().expect("Python");
        let theirs = String::from_utf8_lossy(&output.stdout);
        assert_eq!(request.header("authorization"), Some(theirs.trim()), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn boto3_accepts_the_exported_shell_lines() {
    const SCRIPT: &str = "
import os, boto3, botocore.config
s3 = boto3.client('s3', endpoint_url=os.environ['SANDBOX'], region_name='us-east-1')
print(','.join(sorted(bucket['Name'] for bucket in s3.list_buckets()['Buckets'])))
";
    let (Some(python), Ok(sandbox)) = (python(), std::env::var("STS_WEB_SANDBOX")) else { return };
    let sandbox: serde_json::Value = serde_json::from_str(&sandbox).expect("the sandbox's JSON");
    let text = |name: &str| sandbox[name].as_str().expect(name).to_owned();
    let role = tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let mut config = sts_web::Config::new("us-east-1");
        config.endpoint.endpoint = Some(text("endpoint"));
        config.request_timeout = Duration::from_secs(10);
        let user = Credentials::new(text("accessKeyId"), text("secretAccessKey"));
        let transport = sts_web::transport::Reqwest::new().expect("TLS");
        let client = sts_web::Client::with(config, Some(Box::new(user)), transport).expect("a client");
        let role = AssumeRoleInput { role_arn: text("roleArn"), ..input() };
        client.assume_role(&role).await.expect("the role")
    });
    let lines = export(&Credentials::from(&role.credentials), Format::Sh, &ExportOptions::default()).expect("lines");
    let shell = format!("{}exec \"$@\"", lines.as_str());
    let mut command = Command::new("sh");
    command.args(["-c", &shell, "sh"]).arg(python.get_program()).args(["-c", SCRIPT]).env("SANDBOX", text("endpoint"));
    let output = command.output().expect("a shell");
    let buckets = String::from_utf8_lossy(&output.stdout);
    assert_eq!(buckets.trim(), "example-photos,example-reports", "{}", String::from_utf8_lossy(&output.stderr));
}
