//! Prints the caller's identity: `cargo run --example whoami`.
//!
//! Reads the AWS CLI's environment variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
//! `AWS_REGION` and `AWS_ENDPOINT_URL_STS`.

use std::env::var;

use sts_web::model::GetCallerIdentityInput;
use sts_web::{Client, provider};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = Client::builder().region(var("AWS_REGION")?).credentials(provider::from_env());
    if let Ok(url) = var("AWS_ENDPOINT_URL_STS") {
        client = client.endpoint(url);
    }
    let identity = client.build()?.get_caller_identity(&GetCallerIdentityInput {}).await?;
    println!("{} in account {}", identity.arn, identity.account);
    Ok(())
}
