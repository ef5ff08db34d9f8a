//! Prints the caller's identity on WASI 0.2. Its transport is `wasi:http`, through the crate `wstd`.
//!
//! Reads the AWS CLI's environment variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
//! `AWS_REGION` and `AWS_ENDPOINT_URL_STS`.

use std::env::var;
use std::error::Error;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, LengthLimitError, Limited};
use sts_web::http::{Request, Response};
use sts_web::model::GetCallerIdentityInput;
use sts_web::transport::{MAX_BODY, Transport, network_error, too_large, with_timeout};
use sts_web::{Client, provider};
use wstd::http::Body;

struct WasiHttp;

impl Transport for WasiHttp {
    async fn send(&self, request: Request, timeout: Duration) -> Result<Response, sts_web::Error> {
        with_timeout(timeout, exchange(request), self.sleep(timeout)).await
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    async fn sleep(&self, duration: Duration) {
        wstd::task::sleep(duration.into()).await;
    }

    fn random(&self) -> f64 {
        let mut bytes = [0; 4];
        wstd::rand::get_insecure_random_bytes(&mut bytes);
        f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX)
    }
}

/// Sends a request and reads the response. `wasi:http` does not follow redirects.
async fn exchange(request: Request) -> Result<Response, sts_web::Error> {
    let request = wstd::http::Request::<Vec<u8>>::try_from(request).map_err(network_error)?;
    let response = wstd::http::Client::new().send(request.map(Body::from)).await.map_err(network_error)?;
    let (parts, body) = response.into_parts();
    match Limited::new(body.into_boxed_body(), MAX_BODY).collect().await {
        Ok(body) => Ok(wstd::http::Response::from_parts(parts, body.to_bytes()).into()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(error) => Err(network_error(error)),
    }
}

#[wstd::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut client = Client::builder().region(var("AWS_REGION")?).credentials(provider::from_env());
    if let Ok(url) = var("AWS_ENDPOINT_URL_STS") {
        client = client.endpoint(url);
    }
    let client = client.transport(WasiHttp).build()?;
    println!("{}", client.get_caller_identity(&GetCallerIdentityInput {}).await?.arn);
    Ok(())
}
