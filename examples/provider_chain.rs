//! Role chaining: assumes a role, and with its credentials the next one, and prints the last role's identity.
//!
//! `cargo run --example provider_chain ROLE_ARN [ROLE_ARN…]` reads the environment variables of `whoami`. The credentials of
//! every role are cached, and refreshed before they expire.

use std::env::{args, var};

use sts_web::client::{Builder, PlatformTransport};
use sts_web::model::{AssumeRoleInput, GetCallerIdentityInput};
use sts_web::provider::{ProvideCredentials, assume_role, from_env};
use sts_web::{Client, Error};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut provider: Box<dyn ProvideCredentials> = Box::new(from_env());
    for role_arn in args().skip(1) {
        provider = Box::new(assume_role(
            client()?.credentials(provider).build()?,
            AssumeRoleInput { role_arn, role_session_name: "provider-chain".into(), ..AssumeRoleInput::default() },
        ));
    }
    let client = client()?.credentials(provider).build()?;
    match client.get_caller_identity(&GetCallerIdentityInput {}).await {
        Ok(identity) => println!("{}", identity.arn),
        Err(error) => report(&error),
    }
    Ok(())
}

fn client() -> Result<Builder<PlatformTransport>, std::env::VarError> {
    let client = Client::builder().region(var("AWS_REGION")?);
    Ok(match var("AWS_ENDPOINT_URL_STS") {
        Ok(url) => client.endpoint(url),
        Err(_) => client,
    })
}

fn report(error: &Error) {
    eprintln!("{error}");
    if let Some(hint) = error.hint() {
        eprintln!("{hint}");
    }
}
