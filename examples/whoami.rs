//! Prints the caller's identity: `cargo run --example whoami`.
//!
//! Reads the AWS CLI's environment variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
//! `AWS_REGION` and `AWS_ENDPOINT_URL_STS`.

use std::env::var;

use sts_web::client::Config;
use sts_web::model::GetCallerIdentityInput;
use sts_web::transport::Reqwest;
use sts_web::{Client, Credentials};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut config = Config::new(required("AWS_REGION")?);
    config.endpoint.endpoint = var("AWS_ENDPOINT_URL_STS").ok();

    let client = Client::with(config, Some(Box::new(credentials()?)), Reqwest::new()?)?;
    let identity = client.get_caller_identity(&GetCallerIdentityInput {}).await?;
    println!("{} in account {}", identity.arn, identity.account);
    Ok(())
}

fn credentials() -> Result<Credentials, String> {
    let credentials = Credentials::new(required("AWS_ACCESS_KEY_ID")?, required("AWS_SECRET_ACCESS_KEY")?);
    Ok(match var("AWS_SESSION_TOKEN") {
        Ok(token) => credentials.with_session_token(token),
        Err(_) => credentials,
    })
}

fn required(name: &str) -> Result<String, String> {
    var(name).map_err(|_| format!("set the environment variable {name}"))
}
