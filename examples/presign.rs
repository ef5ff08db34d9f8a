//! Prints a URL that downloads an object from S3 without credentials, for 15 minutes: `cargo run --example presign URL`.
//!
//! `URL` is that of the object, e.g. `https://my-bucket.s3.eu-central-1.amazonaws.com/report.pdf`. Reads the environment
//! variables of `whoami`. Nothing is sent.

use std::env::{args, var};
use std::time::{Duration, SystemTime};

use sts_web::Credentials;
use sts_web::http::Request;
use sts_web::sign::{Payload, Scope, Settings, Signer};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let request = Request::new("GET", args().nth(1).ok_or("pass the URL of an object")?);
    let region = var("AWS_REGION")?;
    let scope = Scope { region: &region, service: "s3" };
    let mut settings = Settings::s3();
    settings.payload = Payload::Unsigned;
    let minutes = Duration::from_secs(15 * 60);
    let now = SystemTime::now();
    let (url, _) = Signer::new().presign(&request, &Credentials::from_env()?, scope, &settings, minutes, now)?;
    println!("{}", *url);
    Ok(())
}
