//! The function that the page calls to show the caller's identity.

use sts_web::model::GetCallerIdentityInput;
use sts_web::{Client, Credentials, Error};
use wasm_bindgen::prelude::*;

/// Returns the ARN of the caller. `endpoint` is empty for AWS.
#[wasm_bindgen]
pub async fn whoami(
    access_key_id: String,
    secret_access_key: String,
    region: String,
    endpoint: String,
) -> Result<String, JsError> {
    let mut client = Client::builder().region(region).credentials(Credentials::new(access_key_id, secret_access_key));
    if !endpoint.is_empty() {
        client = client.endpoint(endpoint);
    }
    let result = client.build()?.get_caller_identity(&GetCallerIdentityInput {}).await;
    result.map(|identity| identity.arn).map_err(|error| explained(&error))
}

/// Returns an error with the message and the hint.
fn explained(error: &Error) -> JsError {
    match error.hint() {
        Some(hint) => JsError::new(&format!("{error}. {hint}")),
        None => JsError::new(&error.to_string()),
    }
}
