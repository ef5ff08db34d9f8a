//! A transport that logs each attempt, on top of another one: `cargo run --example custom_transport`.
//!
//! Metrics, a rate limit or another HTTP library can be added in the same way. Reads the environment variables of `whoami`.

use std::env::var;
use std::time::{Duration, Instant, SystemTime};

use sts_web::http::{Request, Response};
use sts_web::model::GetCallerIdentityInput;
use sts_web::transport::{Reqwest, Transport};
use sts_web::{Client, Error, provider};

/// Logs each request's method and URL. The URL of an STS request contains no secret, but its headers and body do.
struct Logged<T>(T);

impl<T: Transport> Transport for Logged<T> {
    async fn send(&self, request: Request, timeout: Duration) -> Result<Response, Error> {
        let (method, url) = (request.method.clone(), request.url.clone());
        let started = Instant::now();
        let result = self.0.send(request, timeout).await;
        let outcome = match &result {
            Ok(response) => response.status.to_string(),
            Err(error) => error.code().to_owned(),
        };
        println!("{method} {url} → {outcome} in {:?}", started.elapsed());
        result
    }

    fn now(&self) -> SystemTime {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        println!("retrying in {duration:?}");
        self.0.sleep(duration).await;
    }

    fn random(&self) -> f64 {
        self.0.random()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = Client::builder().region(var("AWS_REGION")?).credentials(provider::from_env());
    if let Ok(url) = var("AWS_ENDPOINT_URL_STS") {
        client = client.endpoint(url);
    }
    let client = client.transport(Logged(Reqwest::new()?)).build()?;
    println!("{}", client.get_caller_identity(&GetCallerIdentityInput {}).await?.arn);
    Ok(())
}
