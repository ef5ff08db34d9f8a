//! The behavior of cached credentials, from the table with which the npm package is tested as well.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use sts_web::provider::{BoxFuture, Cached, IssueCredentials, ProvideCredentials};
use sts_web::{Credentials, Error, ErrorKind};
use tokio::sync::Semaphore;

/// A source whose clock and results are those of the current step. Each request waits for a permit.
#[derive(Clone)]
struct Source(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    permits: Semaphore,
}

struct State {
    at: u64,
    source: Value,
    requests: u64,
}

impl IssueCredentials for Source {
    fn issue(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async {
            let request = {
                let mut state = self.0.state.lock().expect("no panic");
                state.requests += 1;
                state.requests
            };
            self.0.permits.acquire().await.expect("open").forget();
            let source = self.0.state.lock().expect("no panic").source.clone();
            let credentials = Credentials::new(request.to_string(), "s").with_session_token("t");
            match (source.as_i64(), source.as_str()) {
                (Some(seconds), _) if seconds < 0 => Ok(credentials.with_expiration(self.now() - seconds_of(-seconds))),
                (Some(seconds), _) => Ok(credentials.with_expiration(self.now() + seconds_of(seconds))),
                (_, Some("forever")) => Ok(credentials),
                _ => Err(Error::new(ErrorKind::Network, "NetworkError", "down")),
            }
        })
    }

    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000_000 + self.0.state.lock().expect("no panic").at)
    }
}

fn seconds_of(seconds: i64) -> Duration {
    Duration::from_secs(seconds.unsigned_abs())
}

async fn call(provider: Arc<Cached<Source>>, name: String) -> Value {
    let result = match name.as_str() {
        "get" => provider.credentials().await,
        "refresh" => provider.refresh().await,
        "invalidate" => {
            provider.invalidate();
            return Value::Null;
        }
        other => panic!("unknown call: {other}"),
    };
    result.map_or_else(
        |_| "error".into(),
        |credentials| credentials.access_key_id().parse::<u64>().expect("a number").into(),
    )
}

#[tokio::test]
async fn cached_credentials_behave_as_in_the_table() {
    let table: Value = serde_json::from_str(include_str!("../vectors/cached-credentials.json")).expect("JSON");
    let cases = table["cases"].as_array().expect("cases");
    assert!(cases.len() >= 15, "the table is complete");
    for case in cases {
        let state = Mutex::new(State { at: 0, source: Value::Null, requests: 0 });
        let source = Source(Arc::new(Shared { state, permits: Semaphore::new(0) }));
        let mut provider = Cached::new(source.clone());
        if let Some(margin) = case["margin"].as_u64() {
            provider = provider.with_refresh_margin(Duration::from_secs(margin));
        }
        let provider = Arc::new(provider);
        for step in case["steps"].as_array().expect("steps") {
            {
                let mut state = source.0.state.lock().expect("no panic");
                state.at = step["at"].as_u64().expect("seconds");
                state.source = step["source"].clone();
            }
            let names = step["calls"].as_array().expect("calls").iter().filter_map(Value::as_str);
            let calls: Vec<_> = names.map(|name| tokio::spawn(call(Arc::clone(&provider), name.to_owned()))).collect();
            // The test's runtime has one thread: each call runs until it waits for the source.
            tokio::task::yield_now().await;
            source.0.permits.add_permits(1);
            let mut results = Vec::new();
            for call in calls {
                results.push(call.await.expect("no panic"));
            }
            // If the step made no request, its permit is still there.
            let _ = source.0.permits.forget_permits(1);
            let requests = source.0.state.lock().expect("no panic").requests;
            let expected = (&step["results"], step["requests"].as_u64());
            assert_eq!((&Value::Array(results), Some(requests)), expected, "{}: {step}", case["name"]);
        }
    }
}
