//! A custom retry loop over the sans-IO steps, with any HTTP client: `cargo run --example custom_retries`.
//!
//! It sends requests with `reqwest`, waits a second after a transient error, and stops at a deadline instead of after a
//! number of attempts. Reads the environment variables of `whoami`.

use std::env::var;
use std::time::{Duration, Instant, SystemTime};

use sts_web::endpoint::{Endpoint, Options};
use sts_web::http::{Request, Response};
use sts_web::model::{GetCallerIdentityInput, GetCallerIdentityOutput, OperationInput, Typed};
use sts_web::raw::{query, response, validate};
use sts_web::sign::{Scope, Settings, Signer};
use sts_web::transport::network_error;
use sts_web::{Credentials, Error, reqwest};

const DEADLINE: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = Options::new(var("AWS_REGION")?);
    options.endpoint = var("AWS_ENDPOINT_URL_STS").ok();
    let endpoint = Endpoint::resolve(&options)?;
    let credentials = Credentials::from_env()?;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;

    let operation = GetCallerIdentityInput::OPERATION;
    let input = GetCallerIdentityInput {}.to_value();
    validate::validate(operation, &input)?;
    let unsigned = Request::new("POST", endpoint.url())
        .with_header("content-type", query::CONTENT_TYPE)
        .with_body(query::form(operation, &input));

    let signer = Signer::new();
    let scope = Scope { region: endpoint.signing_region(), service: "sts" };
    let started = Instant::now();
    let output = loop {
        // Each attempt needs a new signature, because a signature contains the time.
        let mut request = unsigned.clone();
        signer.sign(&mut request, &credentials, scope, &Settings::default(), SystemTime::now())?;
        let result = send(&http, &request).await.and_then(|received| response::parse(operation, &received));
        match result {
            Ok(parsed) => break parsed.output,
            Err(error) if error.is_retryable() && started.elapsed() < DEADLINE => {
                eprintln!("{error}; retrying in a second");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => return Err(error.into()),
        }
    };
    println!("{}", GetCallerIdentityOutput::from_value(output)?.arn);
    Ok(())
}

async fn send(http: &reqwest::Client, request: &Request) -> Result<Response, Error> {
    let mut builder = http.post(&request.url).body(request.body.clone());
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let response = builder.send().await.map_err(network_error)?;
    let status = response.status().as_u16();
    Ok(Response { status, headers: Vec::new(), body: response.bytes().await.map_err(network_error)?.into() })
}
