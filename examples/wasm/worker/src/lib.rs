//! A Cloudflare Worker in Rust, with axum and a client that sends requests with the Worker's `fetch`.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::routing::get;
use sts_web::model::GetCallerIdentityInput;
use sts_web::transport::Fetch;
use sts_web::{Client, Credentials, Error};
use tower_service::Service;
use worker::send::SendWrapper;
use worker::{Context, Env, HttpRequest, event};

#[event(fetch)]
async fn fetch(request: HttpRequest, env: Env, _context: Context) -> worker::Result<Response<Body>> {
    let client = client(&env)?;
    let mut router = Router::new().route("/", get(whoami)).with_state(SendWrapper::new(client));
    Ok(router.call(request).await?)
}

fn client(env: &Env) -> worker::Result<Client<Fetch>> {
    let access_key_id = env.var("AWS_ACCESS_KEY_ID")?.to_string();
    let secret_access_key = env.secret("AWS_SECRET_ACCESS_KEY")?.to_string();
    let mut builder = Client::builder()
        .region(env.var("AWS_REGION")?.to_string())
        .credentials(Credentials::new(access_key_id, secret_access_key));
    if let Ok(url) = env.var("AWS_ENDPOINT_URL_STS") {
        builder = builder.endpoint(url.to_string());
    }
    builder.build().map_err(|error| worker::Error::from(error.to_string()))
}

/// Returns the ARN of the caller, which is the Worker.
///
/// axum requires the state and the future of a handler to be `Send`, which JavaScript values are not. `SendWrapper` and
/// `#[worker::send]` make them `Send`, which is sound because a Worker has one thread.
#[worker::send]
async fn whoami(State(client): State<SendWrapper<Client<Fetch>>>) -> Result<String, (StatusCode, String)> {
    match client.get_caller_identity(&GetCallerIdentityInput {}).await {
        Ok(identity) => Ok(identity.arn),
        Err(error) => Err((StatusCode::BAD_GATEWAY, explained(&error))),
    }
}

/// Returns the error's message and hint.
fn explained(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error}. {hint}"),
        None => error.to_string(),
    }
}
