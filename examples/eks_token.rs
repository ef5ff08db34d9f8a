//! Prints a token for an EKS cluster, as `aws eks get-token` does: `cargo run --example eks_token CLUSTER`.
//!
//! Use it as the `exec` command of a user in a kubeconfig. Reads the environment variables of `whoami`.

use std::env::{args, var};
use std::time::SystemTime;

use serde_json::json;
use sts_web::Credentials;
use sts_web::endpoint::{Endpoint, Options};
use sts_web::identity::eks_token;
use sts_web::timestamp::format_timestamp;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = args().nth(1).ok_or("pass the name of the cluster")?;
    let endpoint = Endpoint::resolve(&Options::new(var("AWS_REGION")?))?;
    let token = eks_token(&endpoint, &Credentials::from_env()?, &cluster, SystemTime::now())?;
    let credential = json!({
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "kind": "ExecCredential",
        "spec": {},
        "status": { "expirationTimestamp": format_timestamp(token.expiration), "token": *token.token },
    });
    println!("{credential}");
    Ok(())
}
