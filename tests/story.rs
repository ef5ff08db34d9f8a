//! The main scenario against the sandbox, over `reqwest`: a user who is denied access assumes a role that is allowed it.
//!
//! `cargo xtask test` starts the sandbox and passes its address in `STS_WEB_SANDBOX`.
#![cfg(all(feature = "reqwest", not(target_family = "wasm")))]

mod sandbox;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use sandbox::{Sandbox, list_buckets};
use sts_web::client::Config;
use sts_web::http::Request;
use sts_web::identity;
use sts_web::model::{AssumeRoleInput, GetCallerIdentityInput, GetFederationTokenInput, GetSessionTokenInput, Tag};
use sts_web::transport::{Reqwest, Transport};
use sts_web::{Client, Credentials, Error, ErrorKind};

fn client(sandbox: &Sandbox, credentials: Credentials) -> Client<Reqwest> {
    let mut config = Config::new(&sandbox.region);
    config.endpoint.endpoint = Some(sandbox.endpoint.clone());
    Client::with(config, Some(Box::new(credentials)), Reqwest::new().expect("TLS")).expect("a client")
}

fn test_role(sandbox: &Sandbox) -> AssumeRoleInput {
    AssumeRoleInput {
        role_arn: sandbox.role_arn.clone(),
        role_session_name: sandbox.role_session_name.clone(),
        ..AssumeRoleInput::default()
    }
}

async fn caller_arn(client: &Client<Reqwest>) -> Result<String, Error> {
    Ok(client.get_caller_identity(&GetCallerIdentityInput {}).await?.arn)
}

#[tokio::test]
async fn a_user_without_permissions_assumes_a_role_with_permissions() {
    let Some(sandbox) = Sandbox::get() else { return };
    let user = sandbox.user();
    assert_eq!(list_buckets(&sandbox, &user).await.0, 403, "the user may not list buckets");
    let as_user = client(&sandbox, user);
    assert_eq!(caller_arn(&as_user).await.expect("an identity"), "arn:aws:iam::123456789012:user/test-user");

    let output = as_user.assume_role(&test_role(&sandbox)).await.expect("the role");
    let role = Credentials::from(&output.credentials);
    let remaining = role.expiration().expect("an expiration").duration_since(SystemTime::now()).expect("in the future");
    assert!(remaining > Duration::from_secs(3500) && remaining <= Duration::from_secs(3600), "{remaining:?}");

    let (status, listing) = list_buckets(&sandbox, &role).await;
    assert_eq!(status, 200, "{listing}");
    assert!(listing.contains("example-photos") && listing.contains("example-reports"), "{listing}");
    let as_role = client(&sandbox, role);
    assert_eq!(
        caller_arn(&as_role).await.expect("an identity"),
        "arn:aws:sts::123456789012:assumed-role/test-role/s3-access-example"
    );
}

#[tokio::test]
async fn a_wrong_secret_causes_a_signature_mismatch() {
    let Some(sandbox) = Sandbox::get() else { return };
    let wrong = client(&sandbox, Credentials::new(&sandbox.access_key_id, "not-the-secret"));
    let error = caller_arn(&wrong).await.expect_err("denied");
    assert_eq!((error.kind(), error.code(), error.status()), (ErrorKind::Service, "SignatureDoesNotMatch", Some(403)));
    assert_eq!(error.attempts(), 1, "a rejected signature is not retried");
    assert!(error.request_id().is_some());
}

#[tokio::test]
async fn the_external_id_must_match() {
    let Some(sandbox) = Sandbox::get() else { return };
    let as_user = client(&sandbox, sandbox.user());
    let with_id = |id: Option<&str>| AssumeRoleInput {
        role_arn: sandbox.external_id_role_arn.clone(),
        external_id: id.map(Into::into),
        ..test_role(&sandbox)
    };
    for wrong in [None, Some("another-id")] {
        let error = as_user.assume_role(&with_id(wrong)).await.expect_err("denied");
        assert_eq!(error.code(), "AccessDenied");
        assert!(error.hint().expect("a hint").contains("external ID"));
    }
    assert!(as_user.assume_role(&with_id(Some(&sandbox.external_id))).await.is_ok());
}

#[tokio::test]
async fn clock_skew_of_hours_is_corrected_and_remembered() {
    let Some(sandbox) = Sandbox::get() else { return };
    for hours in [-2, 3] {
        let as_user = client(&sandbox, sandbox.user());
        as_user.set_clock_offset(hours * 3600 * 1000);
        assert!(caller_arn(&as_user).await.is_ok(), "{hours} hours off");
        assert!(as_user.clock_offset().abs() < 5000, "corrected to {}", as_user.clock_offset());
    }
}

#[tokio::test]
async fn nested_members_are_received_by_the_server() {
    let Some(sandbox) = Sandbox::get() else { return };
    let as_user = client(&sandbox, sandbox.user());
    let limited = AssumeRoleInput {
        policy: Some(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#.into(),
        ),
        duration_seconds: Some(900),
        ..test_role(&sandbox)
    };
    as_user.assume_role(&limited).await.expect("the role");

    let tags = vec![Tag { key: "team".into(), value: "a b+c/ü".into() }];
    let tagged = AssumeRoleInput { tags, transitive_tag_keys: vec!["team".into()], ..limited };
    let error = as_user.assume_role(&tagged).await.expect_err("denied");
    // The message shows that the server read the tags: this user is not allowed to set any.
    assert!(error.message().contains("sts:TagSession"), "{error}");
    assert!(error.hint().expect("a hint").contains("sts:TagSession"));
}

#[tokio::test]
async fn session_and_federation_tokens_are_issued() {
    let Some(sandbox) = Sandbox::get() else { return };
    let as_root = client(&sandbox, Credentials::new("test", "test"));
    let session = as_root.get_session_token(&GetSessionTokenInput::default()).await.expect("a session");
    assert!(session.credentials.expiration > SystemTime::now());
    let input = GetFederationTokenInput { name: "visitor".into(), ..GetFederationTokenInput::default() };
    let federated = as_root.get_federation_token(&input).await.expect("a session");
    assert!(
        federated.federated_user.and_then(|user| user.arn).is_some_and(|arn| arn.ends_with("federated-user/visitor"))
    );
}

#[tokio::test]
async fn presigned_logins_are_accepted_only_unchanged() {
    let Some(sandbox) = Sandbox::get() else { return };
    let client = client(&sandbox, sandbox.user());
    let now = SystemTime::now();

    let token = identity::eks_token(client.endpoint(), &sandbox.user(), "my-cluster", now).expect("a token");
    let url = token.token.strip_prefix("k8s-aws-v1.").expect("the prefix");
    let url = String::from_utf8(Base64UrlUnpadded::decode_vec(url).expect("base64")).expect("a URL");
    assert!(get(&url, "x-k8s-aws-id", "my-cluster").await.1.contains("user/test-user"));
    assert_eq!(get(&url, "x-k8s-aws-id", "another-cluster").await.0, 403, "the cluster's name is signed");

    let login = identity::vault_login(client.endpoint(), &sandbox.user(), Some("vault.example"), now).expect("a login");
    let decoded = |field: &str| String::from_utf8(Base64::decode_vec(field).expect("base64")).expect("text");
    let headers: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&decoded(&login.iam_request_headers)).expect("JSON");
    let mut request = Request {
        method: login.iam_http_request_method.to_string(),
        url: decoded(&login.iam_request_url),
        headers: Vec::new(),
        body: decoded(&login.iam_request_body).into_bytes(),
    };
    for (name, value) in &headers {
        let value = value.as_str().or_else(|| value[0].as_str()).expect("a string");
        request.headers.push((name.clone(), value.to_owned()));
    }
    let response = Reqwest::new().expect("TLS").send(request, Duration::from_secs(10)).await.expect("a response");
    assert!(String::from_utf8_lossy(&response.body).contains("user/test-user"));
}

async fn get(url: &str, header: &str, value: &str) -> (u16, String) {
    let headers = vec![(header.to_owned(), value.to_owned())];
    let request = Request { method: "GET".into(), url: url.to_owned(), headers, body: Vec::new() };
    let response = Reqwest::new().expect("TLS").send(request, Duration::from_secs(10)).await.expect("a response");
    (response.status, String::from_utf8_lossy(&response.body).into_owned())
}
