//! The ways to create a client and its transport, and what the `reqwest` transport guarantees.

use std::error::Error as _;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use super::server::{Behavior, Server, World, ok};
use sts_web::client::{Builder, PlatformTransport};
use sts_web::http::Request;
use sts_web::model::GetCallerIdentityInput;
use sts_web::provider::ProvideCredentials;
use sts_web::transport::{BoxTransport, Reqwest, Transport};
use sts_web::{Client, Credentials, Error, ErrorKind, reqwest};

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "the-secret-of-this-test")
}

async fn account_at(endpoint: &str, transport: Reqwest) -> Result<String, Error> {
    let client = Client::builder()
        .region("us-east-1")
        .credentials(credentials())
        .endpoint(endpoint)
        .max_attempts(1)
        .transport(transport)
        .build()?;
    Ok(client.get_caller_identity(&GetCallerIdentityInput {}).await?.account)
}

fn redirect_to(server: &Server) -> Behavior {
    Behavior::Respond(307, vec![("location", server.endpoint.clone())], String::new())
}

#[tokio::test]
async fn a_client_with_default_settings_takes_a_region_and_credentials() {
    let client: Client<Reqwest> = Client::new("eu-central-1", credentials()).expect("a client");
    assert_eq!(client.endpoint().url(), "https://sts.eu-central-1.amazonaws.com/");
    let without_region = Client::builder().credentials(credentials()).build().expect_err("no region");
    assert_eq!(without_region.code(), "RegionMissing");
}

#[tokio::test]
async fn every_endpoint_setting_of_the_builder_is_used() {
    let url = |builder: Builder<PlatformTransport>| builder.build().expect("a client").endpoint().url().to_owned();
    let builder = || Client::builder().region("us-west-2");
    assert_eq!(url(builder().use_fips(true)), "https://sts-fips.us-west-2.amazonaws.com/");
    assert_eq!(url(builder().use_dualstack(true)), "https://sts.us-west-2.api.aws/");
    assert_eq!(url(builder().use_global(true)), "https://sts.amazonaws.com/");
    assert_eq!(url(builder().endpoint("http://127.0.0.1:1")), "http://127.0.0.1:1/");
}

#[tokio::test]
async fn a_custom_reqwest_client_sends_the_call() {
    let server = Server::scripted([ok()]).await;
    let own = reqwest::Client::builder().user_agent("shared/1.0").redirect(reqwest::redirect::Policy::none());
    let transport = Reqwest::with_client(own.build().expect("a client"));
    assert_eq!(account_at(&server.endpoint, transport).await.expect("an account"), "123456789012");
    assert!(server.received()[0].contains("user-agent: shared/1.0"), "{:?}", server.received());
}

#[tokio::test]
async fn a_reqwest_client_that_follows_redirects_is_detected() {
    let other = Server::scripted([ok()]).await;
    let server = Server::scripted([redirect_to(&other)]).await;
    let transport = Reqwest::with_client(reqwest::Client::new());
    let error = account_at(&server.endpoint, transport).await.expect_err("redirected");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Response, "RedirectFollowed"));
    assert!(error.message().contains("Policy::none()"), "{error}");
}

#[tokio::test]
async fn a_reqwest_builder_keeps_its_proxy_but_not_its_redirects() {
    let other = Server::scripted([ok()]).await;
    let proxy = Server::scripted([redirect_to(&other)]).await;
    let builder = reqwest::Client::builder()
        .proxy(reqwest::Proxy::http(&proxy.endpoint).expect("a proxy"))
        .redirect(reqwest::redirect::Policy::limited(5));
    let transport = Reqwest::from_builder(builder).expect("a transport");
    let error = account_at("http://sts.example.com", transport).await.expect_err("the redirect");
    assert_eq!(error.code(), "UnexpectedResponse");
    assert!(proxy.received()[0].starts_with("POST http://sts.example.com/ HTTP/1.1"), "{:?}", proxy.received());
    assert!(other.received().is_empty());
}

#[test]
fn a_call_outside_of_a_tokio_runtime_is_a_configuration_error() {
    let transport = Reqwest::new().expect("a transport");
    let call = pin!(transport.send(Request::new("POST", "http://127.0.0.1:9/"), Duration::from_secs(1)));
    let Poll::Ready(result) = call.poll(&mut Context::from_waker(Waker::noop())) else { panic!("it waits") };
    let error = result.expect_err("no runtime");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "NoRuntime"));
}

/// An executor that is not tokio's.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn in_another_executor_a_call_works_within_a_runtime_of_tokio() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::scripted([ok()]));
    let account = account_at(&server.endpoint, Reqwest::new().expect("TLS"));
    let _entered = runtime.enter();
    assert_eq!(block_on(account).expect("an account"), "123456789012");
}

#[tokio::test]
async fn the_cause_of_a_network_error_can_be_downcast() {
    // Nothing listens on port 9 of the loopback interface.
    let error = account_at("http://127.0.0.1:9", Reqwest::new().expect("TLS")).await.expect_err("refused");
    let cause = error.source().and_then(|source| source.downcast_ref::<reqwest::Error>()).expect("reqwest's error");
    assert!(cause.is_connect());
    assert!(cause.url().is_none(), "a URL may contain a signature");
}

#[tokio::test]
async fn a_request_that_reqwest_rejects_is_a_configuration_error_and_not_retried() {
    let transport = || Reqwest::new().expect("TLS");
    let https_only = Reqwest::from_builder(reqwest::Client::builder().https_only(true)).expect("TLS");
    for (endpoint, transport) in
        [("http://[::g]", transport()), ("http://127.0.0.1:80:80", transport()), ("http://127.0.0.1:9", https_only)]
    {
        let error = account_at(endpoint, transport).await.expect_err(endpoint);
        assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "InvalidRequest"), "{endpoint}: {error}");
        assert!(!error.is_retryable());
    }
}

/// A client whose transport and provider are chosen at run time.
struct State {
    client: Client<BoxTransport>,
}

#[tokio::test]
async fn a_transport_and_a_provider_can_be_boxed() {
    let server = Server::scripted([ok()]).await;
    let provider: Box<dyn ProvideCredentials> = Box::new(credentials());
    let builder = Client::builder().region("us-east-1").credentials(provider).endpoint(&server.endpoint);
    let state = State { client: builder.transport(BoxTransport::new(World::new())).build().expect("a client") };
    let client = state.client.clone();
    let identity = tokio::spawn(async move { client.get_caller_identity(&GetCallerIdentityInput {}).await });
    assert_eq!(identity.await.expect("no panic").expect("an identity").account, "123456789012");
}
