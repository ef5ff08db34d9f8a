//! A web service that shares one client among its handlers, with axum: `cargo run --example axum`.
//!
//! `GET /` responds with the ARN of the service's own identity. Reads the environment variables of `whoami`, and `PORT`,
//! which is 3000 by default.

use std::env::var;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use sts_web::model::GetCallerIdentityInput;
use sts_web::transport::Reqwest;
use sts_web::{Client, Error, ErrorKind, provider};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = Client::builder().region(var("AWS_REGION")?).credentials(provider::from_env());
    if let Ok(url) = var("AWS_ENDPOINT_URL_STS") {
        client = client.endpoint(url);
    }
    let router = Router::new().route("/", get(whoami)).with_state(client.build()?);
    let port = var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

/// Clones of the client are cheap: they share connections, signing keys and clock offset.
async fn whoami(State(client): State<Client<Reqwest>>) -> Result<String, (StatusCode, String)> {
    match client.get_caller_identity(&GetCallerIdentityInput {}).await {
        Ok(identity) => Ok(identity.arn),
        Err(error) => Err((status(&error), error.to_string())),
    }
}

/// Every error is a server error: the caller did nothing wrong.
fn status(error: &Error) -> StatusCode {
    match error.kind() {
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Network | ErrorKind::Response | ErrorKind::Service => StatusCode::BAD_GATEWAY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
