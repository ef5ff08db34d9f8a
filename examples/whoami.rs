//! Prints who the caller is: `cargo run --example whoami`.
//!
//! Reads the variables that the AWS CLI reads: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
//! `AWS_REGION` and `AWS_ENDPOINT_URL_STS`.

use std::env::var;

use sts_web::client::Config;
use sts_web::model::GetCallerIdentityInput;
use sts_web::transport::Reqwest;
use sts_web::{Client, Credentials};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let needed = |name| var(name).map_err(|_| format!("set {name}"));
    let mut credentials = Credentials::new(needed("AWS_ACCESS_KEY_ID")?, needed("AWS_SECRET_ACCESS_KEY")?);
    if let Ok(token) = var("AWS_SESSION_TOKEN") {
        credentials = credentials.with_session_token(token);
    }
    let mut config = Config::new(needed("AWS_REGION")?);
    config.endpoint.endpoint = var("AWS_ENDPOINT_URL_STS").ok();

    let client = Client::with(config, Some(Box::new(credentials)), Reqwest::new()?)?;
    let identity = client.get_caller_identity(&GetCallerIdentityInput {}).await?;
    println!("{} in account {}", identity.arn, identity.account);
    Ok(())
}
