//! Each recipe reads an object from the sandbox with the credentials of a role. The user has no access to S3.

use std::sync::Arc;

use object_store::ObjectStoreExt;
use object_store::aws::AmazonS3Builder;
use opendal::Operator;
use opendal::services::S3;
use recipes::{object_store as for_object_store, reqsign};
use reqsign_core::ProvideCredentialChain;
use sts_web::model::AssumeRoleInput;
use sts_web::provider::{ProvideCredentials, assume_role};
use sts_web::{Client, Credentials};

/// A value of the sandbox that `cargo xtask recipes` starts, e.g. `endpoint`.
fn sandbox(name: &str) -> String {
    let json = std::env::var("STS_WEB_SANDBOX").expect("`cargo xtask recipes` starts a sandbox");
    let sandbox: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    sandbox[name].as_str().expect("a string").to_owned()
}

fn user() -> Credentials {
    Credentials::new(sandbox("accessKeyId"), sandbox("secretAccessKey"))
}

fn role() -> impl ProvideCredentials + Unpin + 'static {
    let client = Client::builder().region(sandbox("region")).credentials(user()).endpoint(sandbox("endpoint"));
    let role = AssumeRoleInput {
        role_arn: sandbox("roleArn"),
        role_session_name: "recipes".into(),
        ..AssumeRoleInput::default()
    };
    assume_role(client.build().expect("a client"), role)
}

async fn with_object_store(provider: impl ProvideCredentials + 'static) -> object_store::Result<Vec<u8>> {
    let store = AmazonS3Builder::new()
        .with_region(sandbox("region"))
        .with_endpoint(sandbox("endpoint"))
        .with_allow_http(true)
        .with_bucket_name("example-photos")
        .with_credentials(Arc::new(for_object_store::StsCredentials(provider)))
        .build()?;
    Ok(store.get(&"hello.txt".into()).await?.bytes().await?.into())
}

#[tokio::test]
async fn object_store_reads_with_the_role_and_not_with_the_user() {
    assert_eq!(with_object_store(role()).await.expect("an object"), b"hello\n");
    let denied = with_object_store(user()).await.expect_err("denied");
    assert!(denied.to_string().contains("AccessDenied"), "{denied}");
}

async fn with_opendal(provider: impl ProvideCredentials + Unpin + 'static) -> opendal::Result<Vec<u8>> {
    // The crate's default features do this when a program starts.
    opendal::install_default();
    let chain = ProvideCredentialChain::new().push(reqsign::StsCredentials(provider));
    let s3 = S3::default()
        .region(&sandbox("region"))
        .endpoint(&sandbox("endpoint"))
        .bucket("example-photos")
        .credential_provider_chain(chain);
    Ok(Operator::new(s3)?.read("hello.txt").await?.to_vec())
}

#[tokio::test]
async fn opendal_reads_with_the_role_and_not_with_the_user() {
    assert_eq!(with_opendal(role()).await.expect("an object"), b"hello\n");
    let denied = with_opendal(user()).await.expect_err("denied");
    assert!(denied.to_string().contains("AccessDenied"), "{denied}");
}
