//! How a call behaves when the server, the network or the clock fails. A scripted server produces each failure.

use std::time::{Duration, Instant};

use super::server::{Behavior, Server, World, client, client_with, error, error_document, ok};
use sts_web::client::Config;
use sts_web::model::{AssumeRoleWithWebIdentityInput, GetCallerIdentityInput};
use sts_web::{Client, Error, ErrorKind};

async fn call(client: &Client<World>) -> Result<String, Error> {
    Ok(client.get_caller_identity(&GetCallerIdentityInput {}).await?.account)
}

async fn failed_call(behavior: Behavior) -> (Error, usize) {
    let server = Server::scripted([behavior]).await;
    let error = call(&client(&server).0).await.expect_err("an error");
    (error, server.received().len())
}

#[tokio::test]
async fn an_outage_is_an_error_after_three_attempts() {
    for status in [500, 502, 503, 504] {
        let (error, sent) = failed_call(error(status, "ServiceUnavailable", "down")).await;
        assert_eq!((sent, error.attempts(), error.status()), (3, 3, Some(status)));
        assert_eq!(error.total_retry_delay(), Duration::from_millis(300));
    }
}

#[tokio::test]
async fn a_permanent_error_is_not_retried() {
    for (status, code) in [(403, "AccessDenied"), (400, "ValidationError"), (400, "ExpiredTokenException"), (501, "No")]
    {
        let (error, sent) = failed_call(error(status, code, "no")).await;
        assert_eq!((sent, error.code(), error.request_id()), (1, code, Some("request-1")));
    }
}

#[tokio::test]
async fn a_transient_error_is_retried_until_the_third_attempt_succeeds() {
    for failure in [
        error(503, "ServiceUnavailable", "down"),
        error(400, "Throttling", "slow down"),
        error(429, "TooManyRequests", "slow down"),
        error(400, "IDPCommunicationError", "cannot reach it"),
        Behavior::Respond(502, Vec::new(), "<html>Bad Gateway</html>".into()),
        Behavior::Close,
        Behavior::Truncate("x".repeat(1000)),
    ] {
        let server = Server::scripted([failure.clone(), failure.clone(), ok()]).await;
        let (client, world) = client(&server);
        assert_eq!(call(&client).await.expect("a response"), "123456789012", "{failure:?}");
        assert_eq!(world.slept().len(), 2, "{failure:?}");
    }
}

#[tokio::test]
async fn every_attempt_has_a_new_signature() {
    let slow_down = Behavior::Respond(503, vec![("retry-after", "4".to_owned())], error_document("SlowDown", ""));
    let server = Server::scripted([slow_down, ok()]).await;
    call(&client(&server).0).await.expect("a response");
    let signature = |request: &str| request.split_once("Signature=").map(|(_, rest)| rest[..64].to_owned());
    let (first, second) = (&server.received()[0], &server.received()[1]);
    assert!(first.contains("20261123T190000Z") && second.contains("20261123T190004Z"));
    assert!(signature(first).is_some() && signature(first) != signature(second));
}

#[tokio::test]
async fn throttling_has_a_longer_delay_and_retry_after_is_respected() {
    let server = Server::scripted([error(400, "Throttling", ""), ok()]).await;
    let (throttled, world) = client(&server);
    call(&throttled).await.expect("a response");
    assert_eq!(world.slept(), [Duration::from_millis(500)]);

    let after = |seconds: &str| {
        Behavior::Respond(503, vec![("retry-after", seconds.to_owned())], error_document("SlowDown", ""))
    };
    let server = Server::scripted([after("4"), ok()]).await;
    let (client, world) = client(&server);
    call(&client).await.expect("a response");
    assert_eq!(world.slept(), [Duration::from_secs(4)]);

    let (error, sent) = failed_call(after("3600")).await;
    assert_eq!(
        (sent, error.retry_after()),
        (1, Some(Duration::from_secs(3600))),
        "an hour is longer than the maximum delay"
    );
}

#[tokio::test]
async fn the_retry_budget_limits_the_retries_of_many_calls() {
    let server = Server::scripted([error(500, "InternalFailure", "")]).await;
    let (client, _) = client(&server);
    for _ in 0..100 {
        call(&client).await.expect_err("down");
    }
    // 100 first attempts, and the 100 retries that the budget allows instead of 200.
    assert_eq!(server.received().len(), 200);
}

#[tokio::test]
async fn a_silent_server_and_a_slow_one_time_out() {
    for behavior in [Behavior::Silence, Behavior::Drip] {
        let server = Server::scripted([behavior.clone()]).await;
        let (client, _) = client_with(&server, |config| {
            config.max_attempts = 1;
            config.request_timeout = Duration::from_millis(100);
        });
        let started = Instant::now();
        let error = call(&client).await.expect_err("a timeout");
        assert_eq!(error.kind(), ErrorKind::Timeout, "{behavior:?}: {error}");
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn an_endless_body_is_rejected_while_it_streams() {
    let server = Server::scripted([Behavior::Endless]).await;
    let (client, _) = client_with(&server, |config| config.request_timeout = Duration::from_secs(30));
    let started = Instant::now();
    let error = call(&client).await.expect_err("too large");
    assert_eq!(error.code(), "ResponseTooLarge");
    assert!(started.elapsed() < Duration::from_secs(10), "the client does not wait for the end");
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let other = Server::scripted([ok()]).await;
    for status in [301, 302, 307, 308] {
        let (error, _) =
            failed_call(Behavior::Respond(status, vec![("location", other.endpoint.clone())], String::new())).await;
        assert_eq!(error.code(), "UnexpectedResponse");
        assert!(error.message().contains("redirect"), "{error}");
    }
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn an_unexpected_response_is_an_error() {
    for body in ["", "<html>Sign in to the network</html>", "{}", "<Unknown/>", "<GetCallerIdentityResponse/>"] {
        let (error, sent) = failed_call(Behavior::Respond(200, Vec::new(), body.into())).await;
        assert_eq!((error.kind(), error.status(), sent), (ErrorKind::Response, Some(200), 1), "{body}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_network_error() {
    let server = Server::scripted([ok()]).await;
    // Nothing listens on port 9 of the loopback interface.
    let unreachable = |config: &mut Config| config.endpoint.endpoint = Some("http://127.0.0.1:9".into());
    let error = call(&client_with(&server, unreachable).0).await.expect_err("rejected");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Network, 3));
    assert!(error.hint().is_some_and(|hint| hint.contains("connection") && !hint.contains("CORS")));
}

#[tokio::test]
async fn clock_skew_is_corrected_once_from_the_date_header_and_remembered() {
    let date = |time: &str| vec![("date", format!("Mon, 23 Nov 2026 {time} GMT"))];
    let skewed = Behavior::Respond(403, date("21:00:00"), error_document("RequestTimeTooSkewed", "too far"));
    let server = Server::scripted([skewed.clone(), ok()]).await;
    let (corrected, world) = client(&server);
    call(&corrected).await.expect("a response");
    assert_eq!(corrected.clock_offset(), 2 * 3600 * 1000);
    assert!(world.slept().is_empty(), "a correction has no delay");
    assert!(server.received()[0].contains("20261123T190000Z") && server.received()[1].contains("20261123T210000Z"));
    call(&corrected).await.expect("a response");
    assert!(server.received()[2].contains("20261123T210000Z"), "remembered");

    let persistent = Server::scripted([skewed]).await;
    call(&client(&persistent).0).await.expect_err("still rejected");
    assert_eq!(persistent.received().len(), 2, "corrected only once");
}

#[tokio::test]
async fn clock_skew_is_corrected_for_every_call_in_flight() {
    let date = vec![("date", "Mon, 23 Nov 2026 21:00:00 GMT".to_owned())];
    let skewed = Behavior::Respond(403, date, error_document("RequestTimeTooSkewed", "too far"));
    // The second call is sent before the first is rejected. When it is rejected, the clock is already correct.
    let server = Server::scripted([skewed.clone(), skewed, ok()]).await;
    let (client, _) = client(&server);
    let (first, second) = tokio::join!(call(&client), call(&client));
    assert_eq!(
        (first.expect("a response"), second.expect("a response")),
        ("123456789012".into(), "123456789012".into())
    );
    assert_eq!((server.received().len(), client.clock_offset()), (4, 2 * 3600 * 1000));
}

#[tokio::test]
async fn a_clock_correction_does_not_exceed_the_maximum_number_of_attempts() {
    let date = vec![("date", "Mon, 23 Nov 2026 21:00:00 GMT".to_owned())];
    let server =
        Server::scripted([Behavior::Respond(403, date, error_document("RequestTimeTooSkewed", "too far")), ok()]).await;
    let (client, _) = client_with(&server, |config| config.max_attempts = 1);
    call(&client).await.expect_err("no attempt is left");
    assert_eq!(server.received().len(), 1);
    call(&client).await.expect("the clock is now correct");
}

#[tokio::test]
async fn clock_skew_is_corrected_from_the_error_message() {
    let message =
        "Signature expired: 20261123T190000Z is now earlier than 20261123T205500Z (20261123T210000Z - 5 min.)";
    let server = Server::scripted([error(403, "SignatureDoesNotMatch", message), ok()]).await;
    let (client, _) = client(&server);
    call(&client).await.expect("a response");
    assert_eq!(client.clock_offset(), 2 * 3600 * 1000);
}

#[tokio::test]
async fn the_date_header_of_a_success_does_not_change_the_clock() {
    let wrong_date = vec![("date", "Mon, 23 Nov 2020 19:00:00 GMT".to_owned())];
    let Behavior::Respond(_, _, body) = ok() else { unreachable!() };
    let server = Server::scripted([Behavior::Respond(200, wrong_date, body)]).await;
    let (client, _) = client(&server);
    call(&client).await.expect("a response");
    assert_eq!(client.clock_offset(), 0);
}

#[tokio::test]
async fn a_dropped_call_is_aborted_immediately() {
    let server = Server::scripted([Behavior::Silence]).await;
    let (client, _) = client(&server);
    let aborted = tokio::time::timeout(Duration::from_millis(50), call(&client)).await;
    assert!(aborted.is_err());
}

#[tokio::test]
async fn a_web_identity_call_is_unsigned_and_contains_no_credentials() {
    let server = Server::scripted([error(400, "InvalidIdentityToken", "no")]).await;
    let (client, _) = client(&server);
    let input = AssumeRoleWithWebIdentityInput {
        role_arn: "arn:aws:iam::123456789012:role/web".into(),
        role_session_name: "session".into(),
        web_identity_token: "header.payload.signature".into(),
        ..AssumeRoleWithWebIdentityInput::default()
    };
    client.assume_role_with_web_identity(&input).await.expect_err("rejected");
    let sent = &server.received()[0];
    assert!(sent.contains("WebIdentityToken=header.payload.signature"));
    assert!(!sent.to_ascii_lowercase().contains("authorization:") && !sent.contains("AKIDEXAMPLE"));
}

#[tokio::test]
async fn display_and_debug_never_print_a_secret() {
    let failures =
        [error(403, "AccessDenied", "no"), Behavior::Close, Behavior::Respond(200, Vec::new(), "<html/>".into())];
    let mut printed = Vec::new();
    for behavior in failures {
        let server = Server::scripted([behavior]).await;
        let (client, _) = client_with(&server, |config| config.max_attempts = 1);
        let error = call(&client).await.expect_err("an error");
        printed.push(format!("{client:?} {client:#?} {error} {error:?} {error:#?}"));
        printed.push(format!("{:?} {:?}", error.hint(), error.violations()));
        let operation = sts_web::model::operation("GetCallerIdentity").expect("an operation");
        let value = sts_web::model::Typed::to_value(&GetCallerIdentityInput {});
        let prepared = client.prepare(operation, &value, None).await.expect("prepared");
        printed.push(format!("{prepared:?} {prepared:#?} {value:?}"));
        assert!(
            format!("{:?}", prepared.request.headers).contains("the-token-of-this-test"),
            "the request contains the token"
        );
    }
    let printed = printed.concat();
    assert!(!printed.contains("the-secret-of-this-test") && !printed.contains("the-token-of-this-test"), "{printed}");
}
