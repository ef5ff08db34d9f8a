//! How many requests a provider sends for concurrent callers, and how providers build on each other.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::server::{Behavior, Server, World, error};
use sts_web::client::Config;
use sts_web::model::{AssumeRoleInput, AssumeRoleWithWebIdentityInput};
use sts_web::provider::{BoxFuture, Cached, IssueCredentials, ProvideCredentials, assume_role, web_identity};
use sts_web::{Client, Credentials, Error, ErrorKind};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Issues credentials that are valid for an hour, or fails on demand. Each request waits for a permit.
#[derive(Clone)]
struct Issuer {
    failing: Arc<Mutex<bool>>,
    calls: Arc<AtomicUsize>,
    permits: Arc<Semaphore>,
}

impl Issuer {
    fn new() -> Self {
        let permits = Arc::new(Semaphore::new(1000));
        Self { failing: Arc::default(), calls: Arc::default(), permits }
    }

    fn fails(&self, failing: bool) {
        *self.failing.lock().expect("no panic") = failing;
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl IssueCredentials for Issuer {
    fn issue(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async {
            let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
            let _permit = self.permits.acquire().await.expect("open");
            if *self.failing.lock().expect("no panic") {
                return Err(Error::new(ErrorKind::Network, "NetworkError", "down"));
            }
            let expiration = self.now() + Duration::from_secs(3600);
            Ok(Credentials::new(format!("ASIA{call}"), "s").with_session_token("t").with_expiration(expiration))
        })
    }

    fn now(&self) -> SystemTime {
        UNIX_EPOCH
    }
}

async fn key_id(provider: &impl ProvideCredentials) -> Result<String, Error> {
    Ok(provider.credentials().await?.access_key_id().to_owned())
}

/// Starts `count` callers that wait for credentials. One of them has sent the request.
async fn waiting(
    count: usize,
    provider: &Arc<Cached<Issuer>>,
    issuer: &Issuer,
) -> Vec<JoinHandle<Result<String, Error>>> {
    let wait = |_| {
        let provider = Arc::clone(provider);
        tokio::spawn(async move { key_id(&*provider).await })
    };
    let waiters = (0..count).map(wait).collect();
    while issuer.calls() == 0 {
        tokio::task::yield_now().await;
    }
    waiters
}

#[tokio::test]
async fn a_hundred_waiters_share_one_request_and_its_credentials() {
    let issuer = Issuer::new();
    issuer.permits.forget_permits(1000);
    let provider = Arc::new(Cached::new(issuer.clone()));
    let waiters = waiting(100, &provider, &issuer).await;
    issuer.permits.add_permits(1000);
    for waiter in waiters {
        assert_eq!(waiter.await.expect("no panic").expect("credentials"), "ASIA1");
    }
    assert_eq!(issuer.calls(), 1);
}

#[tokio::test]
async fn waiters_share_the_error_of_a_failed_request() {
    let issuer = Issuer::new();
    issuer.fails(true);
    issuer.permits.forget_permits(1000);
    let provider = Arc::new(Cached::new(issuer.clone()));
    let waiters = waiting(20, &provider, &issuer).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    issuer.permits.add_permits(1000);
    for waiter in waiters {
        waiter.await.expect("no panic").expect_err("down");
    }
    assert_eq!(issuer.calls(), 1, "no waiter sends another request");
}

#[tokio::test]
async fn a_caller_that_aborts_leaves_the_request_to_the_next() {
    let issuer = Issuer::new();
    issuer.permits.forget_permits(1000);
    let provider = Cached::new(issuer.clone());
    let aborted = tokio::time::timeout(Duration::from_millis(20), key_id(&provider)).await;
    assert!(aborted.is_err());
    issuer.permits.add_permits(1000);
    assert_eq!(key_id(&provider).await.expect("credentials"), "ASIA2");
}

fn assumed(operation: &str, key: &str, expiration: &str) -> Behavior {
    let body = format!(
        "<{operation}Response><{operation}Result><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>token-of-{key}</SessionToken><Expiration>{expiration}</Expiration></Credentials>\
         </{operation}Result></{operation}Response>"
    );
    Behavior::Respond(200, Vec::new(), body)
}

fn client(server: &Server, credentials: Option<Box<dyn ProvideCredentials>>) -> Client<World> {
    let mut config = Config::new("us-east-1");
    config.endpoint.endpoint = Some(server.endpoint.clone());
    Client::with(config, credentials, World::new()).expect("a client")
}

fn role(name: &str) -> AssumeRoleInput {
    AssumeRoleInput {
        role_arn: format!("arn:aws:iam::123456789012:role/{name}"),
        role_session_name: "session".into(),
        ..AssumeRoleInput::default()
    }
}

#[tokio::test]
async fn a_provider_supplies_the_credentials_of_another_provider() {
    let responses = VecDeque::from([
        assumed("AssumeRole", "ASIAFIRST", "2026-11-23T20:00:00Z"),
        assumed("AssumeRole", "ASIASECOND", "2026-11-23T20:00:00Z"),
    ]);
    let server = Server::scripted(responses).await;
    let first = assume_role(client(&server, Some(Box::new(Credentials::new("AKIAUSER", "s")))), role("first"));
    let second = assume_role(client(&server, Some(Box::new(first))), role("second"));
    assert_eq!(key_id(&second).await.expect("credentials"), "ASIASECOND");
    let sent = server.received();
    assert!(sent[0].contains("Credential=AKIAUSER/") && sent[0].contains("role%2Ffirst"));
    assert!(sent[1].contains("Credential=ASIAFIRST/") && sent[1].contains("token-of-ASIAFIRST"));
    key_id(&second).await.expect("credentials");
    assert_eq!(server.received().len(), 2, "cached by both providers");
}

#[tokio::test]
async fn each_web_identity_request_uses_a_new_token() {
    let expiring = assumed("AssumeRoleWithWebIdentity", "ASIAWEB", "2026-11-23T18:59:59Z");
    let server = Server::scripted([expiring]).await;
    let tokens = AtomicUsize::new(0);
    let token = move || Ok(format!("token-{}", tokens.fetch_add(1, Ordering::SeqCst)).into());
    let input = AssumeRoleWithWebIdentityInput {
        role_arn: "arn:aws:iam::123456789012:role/web".into(),
        role_session_name: "session".into(),
        ..AssumeRoleWithWebIdentityInput::default()
    };
    let provider = web_identity(client(&server, None), input, token);
    for number in 0..2 {
        assert_eq!(key_id(&provider).await.expect("credentials"), "ASIAWEB");
        assert!(server.received()[number].contains(&format!("WebIdentityToken=token-{number}")));
    }
}

#[tokio::test]
async fn an_error_of_the_service_is_returned_unchanged() {
    let server = Server::scripted([error(403, "AccessDenied", "no")]).await;
    let provider = assume_role(client(&server, Some(Box::new(Credentials::new("AKIAUSER", "s")))), role("first"));
    assert_eq!(key_id(&provider).await.expect_err("denied").code(), "AccessDenied");
}
