//! Access to the sandbox that `cargo xtask test` starts.

use std::time::{Duration, SystemTime};

use sts_web::Credentials;
use sts_web::http::Request;
use sts_web::sign::{Scope, Settings, Signer};
use sts_web::transport::{Reqwest, Transport};

pub(crate) struct Sandbox {
    pub(crate) endpoint: String,
    pub(crate) region: String,
    pub(crate) access_key_id: String,
    secret_access_key: String,
    pub(crate) role_arn: String,
    pub(crate) role_session_name: String,
    pub(crate) external_id_role_arn: String,
    pub(crate) external_id: String,
}

impl Sandbox {
    /// Returns `None` and prints a note if no sandbox is running.
    pub(crate) fn get() -> Option<Self> {
        let Ok(json) = std::env::var("STS_WEB_SANDBOX") else {
            eprintln!("skipped: no sandbox; `cargo xtask test` starts one");
            return None;
        };
        let sandbox: serde_json::Value = serde_json::from_str(&json).expect("the sandbox's JSON");
        let text = |name: &str| sandbox[name].as_str().expect(name).to_owned();
        Some(Self {
            endpoint: text("endpoint"),
            region: text("region"),
            access_key_id: text("accessKeyId"),
            secret_access_key: text("secretAccessKey"),
            role_arn: text("roleArn"),
            role_session_name: text("roleSessionName"),
            external_id_role_arn: text("externalIdRoleArn"),
            external_id: text("externalId"),
        })
    }

    pub(crate) fn user(&self) -> Credentials {
        Credentials::new(&self.access_key_id, self.secret_access_key.as_str())
    }
}

/// `aws s3 ls`: the status and body of a signed `ListBuckets`.
pub(crate) async fn list_buckets(sandbox: &Sandbox, credentials: &Credentials) -> (u16, String) {
    let mut request =
        Request { method: "GET".into(), url: format!("{}/", sandbox.endpoint), headers: Vec::new(), body: Vec::new() };
    let scope = Scope { region: &sandbox.region, service: "s3" };
    Signer::new().sign(&mut request, credentials, scope, &Settings::s3(), SystemTime::now()).expect("signed");
    let response = Reqwest::new().expect("TLS").send(request, Duration::from_secs(10)).await.expect("a response");
    (response.status, String::from_utf8_lossy(&response.body).into_owned())
}
