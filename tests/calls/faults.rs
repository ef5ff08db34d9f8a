//! What a call does when servers, networks and clocks fail: each row a server that was told so.

use std::time::{Duration, Instant};

use super::server::{Behavior, Server, World, client, client_with, error, error_document, ok};
use sts_web::client::Config;
use sts_web::model::{AssumeRoleWithWebIdentityInput, GetCallerIdentityInput};
use sts_web::{Client, Error, ErrorKind};

async fn call(client: &Client<World>) -> Result<String, Error> {
    Ok(client.get_caller_identity(&GetCallerIdentityInput {}).await?.account)
}

async fn refused(told: Behavior) -> (Error, usize) {
    let server = Server::scripted([told]).await;
    let error = call(&client(&server).0).await.expect_err("an error");
    (error, server.received().len())
}

#[tokio::test]
async fn an_outage_is_tried_three_times_and_then_told() {
    for status in [500, 502, 503, 504] {
        let (error, sent) = refused(error(status, "ServiceUnavailable", "down")).await;
        assert_eq!((sent, error.attempts(), error.status()), (3, 3, Some(status)));
        assert_eq!(error.total_retry_delay(), Duration::from_millis(300));
    }
}

#[tokio::test]
async fn a_refusal_is_told_at_once() {
    for (status, code) in [(403, "AccessDenied"), (400, "ValidationError"), (400, "ExpiredTokenException"), (501, "No")]
    {
        let (error, sent) = refused(error(status, code, "no")).await;
        assert_eq!((sent, error.code(), error.request_id()), (1, code, Some("request-1")));
    }
}

#[tokio::test]
async fn what_passes_at_the_third_try_succeeds() {
    for fault in [
        error(503, "ServiceUnavailable", "down"),
        error(400, "Throttling", "slow down"),
        error(429, "TooManyRequests", "slow down"),
        error(400, "IDPCommunicationError", "cannot reach it"),
        Behavior::Respond(502, Vec::new(), "<html>Bad Gateway</html>".into()),
        Behavior::Close,
        Behavior::CutInTheMiddle("x".repeat(1000)),
    ] {
        let server = Server::scripted([fault.clone(), fault.clone(), ok()]).await;
        let (client, world) = client(&server);
        assert_eq!(call(&client).await.expect("the answer"), "123456789012", "{fault:?}");
        assert_eq!(world.slept().len(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn every_attempt_is_signed_anew() {
    let later = Behavior::Respond(503, vec![("retry-after", "4".to_owned())], error_document("SlowDown", ""));
    let server = Server::scripted([later, ok()]).await;
    call(&client(&server).0).await.expect("the answer");
    let signature = |request: &str| request.split_once("Signature=").map(|(_, rest)| rest[..64].to_owned());
    let (first, second) = (&server.received()[0], &server.received()[1]);
    assert!(first.contains("20261123T190000Z") && second.contains("20261123T190004Z"));
    assert!(signature(first).is_some() && signature(first) != signature(second));
}

#[tokio::test]
async fn throttling_waits_longer_and_retry_after_is_obeyed() {
    let server = Server::scripted([error(400, "Throttling", ""), ok()]).await;
    let (throttled, world) = client(&server);
    call(&throttled).await.expect("the answer");
    assert_eq!(world.slept(), [Duration::from_millis(500)]);

    let after = |seconds: &str| {
        Behavior::Respond(503, vec![("retry-after", seconds.to_owned())], error_document("SlowDown", ""))
    };
    let server = Server::scripted([after("4"), ok()]).await;
    let (patient, world) = client(&server);
    call(&patient).await.expect("the answer");
    assert_eq!(world.slept(), [Duration::from_secs(4)]);

    let (error, sent) = refused(after("3600")).await;
    assert_eq!((sent, error.retry_after()), (1, Some(Duration::from_secs(3600))), "an hour is too long to wait");
}

#[tokio::test]
async fn an_outage_is_not_made_worse_by_many_calls() {
    let server = Server::scripted([error(500, "InternalFailure", "")]).await;
    let (client, _) = client(&server);
    for _ in 0..100 {
        call(&client).await.expect_err("down");
    }
    // 100 first attempts, and a hundred retries out of the bucket, where there would be two hundred.
    assert_eq!(server.received().len(), 200);
}

#[tokio::test]
async fn a_silent_server_and_a_slow_one_time_out() {
    for told in [Behavior::Silence, Behavior::Drip] {
        let server = Server::scripted([told.clone()]).await;
        let (client, _) = client_with(&server, |config| {
            config.max_attempts = 1;
            config.request_timeout = Duration::from_millis(100);
        });
        let started = Instant::now();
        let error = call(&client).await.expect_err("a timeout");
        assert_eq!(error.kind(), ErrorKind::Timeout, "{told:?}: {error}");
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_off_while_it_streams() {
    let server = Server::scripted([Behavior::Endless]).await;
    let (client, _) = client_with(&server, |config| config.request_timeout = Duration::from_secs(30));
    let started = Instant::now();
    let error = call(&client).await.expect_err("too large");
    assert_eq!(error.code(), "ResponseTooLarge");
    assert!(started.elapsed() < Duration::from_secs(10), "it did not wait for the end");
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let other = Server::scripted([ok()]).await;
    for status in [301, 302, 307, 308] {
        let (error, _) =
            refused(Behavior::Respond(status, vec![("location", other.endpoint.clone())], String::new())).await;
        assert_eq!(error.code(), "UnexpectedResponse");
        assert!(error.message().contains("redirect"), "{error}");
    }
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_not_stss_is_an_error() {
    for body in ["", "<html>Sign in to the network</html>", "{}", "<Foreign/>", "<GetCallerIdentityResponse/>"] {
        let (error, sent) = refused(Behavior::Respond(200, Vec::new(), body.into())).await;
        assert_eq!((error.kind(), error.status(), sent), (ErrorKind::Response, Some(200), 1), "{body}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_network_error_that_names_no_secret() {
    let server = Server::scripted([ok()]).await;
    // Port 9 is refused on loopback.
    let nobody = |config: &mut Config| config.endpoint.endpoint = Some("http://127.0.0.1:9".into());
    let error = call(&client_with(&server, nobody).0).await.expect_err("refused");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Network, 3));
    assert!(error.hint().is_some_and(|hint| hint.contains("connection")));
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_once_by_the_servers_date_and_remembered() {
    let date = |time: &str| vec![("date", format!("Mon, 23 Nov 2026 {time} GMT"))];
    let skewed = Behavior::Respond(403, date("21:00:00"), error_document("RequestTimeTooSkewed", "too far"));
    let server = Server::scripted([skewed.clone(), ok()]).await;
    let (corrected, world) = client(&server);
    call(&corrected).await.expect("the answer");
    assert_eq!(corrected.clock_offset(), 2 * 3600 * 1000);
    assert!(world.slept().is_empty(), "a correction takes no patience");
    assert!(server.received()[0].contains("20261123T190000Z") && server.received()[1].contains("20261123T210000Z"));
    call(&corrected).await.expect("the answer");
    assert!(server.received()[2].contains("20261123T210000Z"), "remembered");

    let stubborn = Server::scripted([skewed]).await;
    call(&client(&stubborn).0).await.expect_err("still refused");
    assert_eq!(stubborn.received().len(), 2, "corrected once, and no more");
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_for_all_calls_that_were_signed_with_it() {
    let date = vec![("date", "Mon, 23 Nov 2026 21:00:00 GMT".to_owned())];
    let skewed = Behavior::Respond(403, date, error_document("RequestTimeTooSkewed", "too far"));
    // The second call is sent before the first is refused, and refused when the clock is right already.
    let server = Server::scripted([skewed.clone(), skewed, ok()]).await;
    let (client, _) = client(&server);
    let (first, second) = tokio::join!(call(&client), call(&client));
    assert_eq!(
        (first.expect("the answer"), second.expect("the answer")),
        ("123456789012".into(), "123456789012".into())
    );
    assert_eq!((server.received().len(), client.clock_offset()), (4, 2 * 3600 * 1000));
}

#[tokio::test]
async fn a_corrected_clock_gives_no_attempt_beyond_those_allowed() {
    let date = vec![("date", "Mon, 23 Nov 2026 21:00:00 GMT".to_owned())];
    let server =
        Server::scripted([Behavior::Respond(403, date, error_document("RequestTimeTooSkewed", "too far")), ok()]).await;
    let (client, _) = client_with(&server, |config| config.max_attempts = 1);
    call(&client).await.expect_err("no attempt is left");
    assert_eq!(server.received().len(), 1);
    call(&client).await.expect("the clock is right now");
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_by_the_errors_own_words() {
    let message =
        "Signature expired: 20261123T190000Z is now earlier than 20261123T205500Z (20261123T210000Z - 5 min.)";
    let server = Server::scripted([error(403, "SignatureDoesNotMatch", message), ok()]).await;
    let (client, _) = client(&server);
    call(&client).await.expect("the answer");
    assert_eq!(client.clock_offset(), 2 * 3600 * 1000);
}

#[tokio::test]
async fn the_date_of_a_success_is_not_believed() {
    let wrong = vec![("date", "Mon, 23 Nov 2020 19:00:00 GMT".to_owned())];
    let Behavior::Respond(_, _, body) = ok() else { unreachable!() };
    let server = Server::scripted([Behavior::Respond(200, wrong, body)]).await;
    let (client, _) = client(&server);
    call(&client).await.expect("the answer");
    assert_eq!(client.clock_offset(), 0);
}

#[tokio::test]
async fn a_dropped_call_is_given_up_at_once() {
    let server = Server::scripted([Behavior::Silence]).await;
    let (client, _) = client(&server);
    let given_up = tokio::time::timeout(Duration::from_millis(50), call(&client)).await;
    assert!(given_up.is_err());
}

#[tokio::test]
async fn a_web_identity_is_sent_unsigned_and_without_keys() {
    let server = Server::scripted([error(400, "InvalidIdentityToken", "no")]).await;
    let (client, _) = client(&server);
    let input = AssumeRoleWithWebIdentityInput {
        role_arn: "arn:aws:iam::123456789012:role/web".into(),
        role_session_name: "session".into(),
        web_identity_token: "header.payload.signature".into(),
        ..AssumeRoleWithWebIdentityInput::default()
    };
    client.assume_role_with_web_identity(&input).await.expect_err("refused");
    let sent = &server.received()[0];
    assert!(sent.contains("WebIdentityToken=header.payload.signature"));
    assert!(!sent.to_ascii_lowercase().contains("authorization:") && !sent.contains("AKIDEXAMPLE"));
}

#[tokio::test]
async fn nothing_that_can_be_printed_shows_a_secret() {
    let faults =
        [error(403, "AccessDenied", "no"), Behavior::Close, Behavior::Respond(200, Vec::new(), "<html/>".into())];
    let mut printed = Vec::new();
    for told in faults {
        let server = Server::scripted([told]).await;
        let (client, _) = client_with(&server, |config| config.max_attempts = 1);
        let error = call(&client).await.expect_err("an error");
        printed.push(format!("{client:?} {client:#?} {error} {error:?} {error:#?}"));
        printed.push(format!("{:?} {:?}", error.hint(), error.violations()));
        let operation = sts_web::model::operation("GetCallerIdentity").expect("an operation");
        let value = sts_web::model::Typed::to_value(&GetCallerIdentityInput {});
        let prepared = client.prepare(operation, &value, None).await.expect("prepared");
        printed.push(format!("{prepared:?} {prepared:#?} {value:?}"));
        assert!(format!("{:?}", prepared.request.headers).contains("the-token-of-this-test"), "the control finds it");
    }
    let printed = printed.concat();
    assert!(!printed.contains("the-secret-of-this-test") && !printed.contains("the-token-of-this-test"), "{printed}");
}
