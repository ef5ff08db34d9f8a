//! Makes the calls of a plan with the Rust client over `reqwest`. It reads the plan from standard input and writes the
//! result of each call to standard output. `tests/faults/run.mjs` starts it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use sts_web::client::Config;
use sts_web::http::{Request, Response};
use sts_web::model::{AssumeRoleInput, AssumeRoleOutput, Typed, operation};
use sts_web::transport::{Reqwest, Transport};
use sts_web::{Client, Credentials, Error};

#[tokio::main]
async fn main() {
    let plan: Value = serde_json::from_reader(std::io::stdin()).expect("the plan");
    let calls = plan["calls"].as_array().expect("calls").clone();
    let run = Arc::new(Run {
        network: Reqwest::new().expect("TLS"),
        clients: Mutex::default(),
        remaining: Mutex::new(calls.into_iter()),
        plan,
    });
    let callers: Vec<_> =
        (0..number(&run.plan, "concurrency")).map(|_| tokio::spawn(Arc::clone(&run).calls())).collect();
    let mut results = Vec::new();
    for caller in callers {
        results.extend(caller.await.expect("no panic"));
    }
    println!("{}", Value::Array(results));
}

struct Run {
    plan: Value,
    network: Reqwest,
    clients: Mutex<HashMap<String, Client<World>>>,
    remaining: Mutex<std::vec::IntoIter<Value>>,
}

impl Run {
    /// Makes the remaining calls one by one.
    async fn calls(self: Arc<Self>) -> Vec<Value> {
        let mut results = Vec::new();
        loop {
            let next = self.remaining.lock().expect("no panic").next();
            let Some(call) = next else { return results };
            results.push(self.make(&call).await);
        }
    }

    async fn make(&self, call: &Value) -> Value {
        let client = self.client(call);
        let input = AssumeRoleInput {
            role_arn: text(&self.plan, "roleArn"),
            role_session_name: text(call, "session"),
            external_id: Some(text(call, "externalId").into()),
            ..AssumeRoleInput::default()
        };
        let assume_role = operation("AssumeRole").expect("an operation");
        let started = Instant::now();
        let result = client.call_operation(assume_role, input.to_value()).await;
        let milliseconds = started.elapsed().as_millis();
        let mut outcome = match result {
            Ok(output) => {
                let role = AssumeRoleOutput::from_value(output.response.output).expect("the output");
                let arn = role.assumed_role_user.map(|user| user.arn);
                let total_retry_delay = output.total_retry_delay.as_millis();
                json!({ "kind": "success", "arn": arn, "accessKeyId": role.credentials.access_key_id,
                    "attempts": output.attempts, "totalRetryDelay": total_retry_delay })
            }
            Err(error) => {
                let text = format!("{error} {error:?} {error:#?} {:?} {:?}", error.hint(), error.violations());
                json!({ "kind": error.kind().name(), "text": text, "attempts": error.attempts(),
                    "totalRetryDelay": error.total_retry_delay().as_millis() })
            }
        };
        outcome["session"] = call["session"].clone();
        outcome["milliseconds"] = json!(milliseconds);
        outcome
    }

    fn client(&self, call: &Value) -> Client<World> {
        let mut clients = self.clients.lock().expect("no panic");
        let client = clients.entry(text(call, "client"));
        client.or_insert_with(|| self.new_client(call)).clone()
    }

    fn new_client(&self, call: &Value) -> Client<World> {
        let mut config = Config::new(text(&self.plan, "region"));
        config.endpoint.endpoint = Some(text(&self.plan, "endpoint"));
        config.request_timeout = Duration::from_millis(number(&self.plan, "requestTimeout"));
        config.clock_offset = call["clockOffset"].as_i64().expect("a number");
        let credentials =
            Credentials::new(text(&self.plan, "accessKeyId"), text(&self.plan, "secretAccessKey").as_str());
        let world = World {
            network: self.network.clone(),
            refusing_endpoint: text(&self.plan, "refusingEndpoint"),
            refusals: number(call, "refusals").into(),
        };
        Client::with(config, Some(Box::new(credentials)), world).expect("a client")
    }
}

/// A transport over the real network and clock that skips delays. The first `refusals` requests go to a closed port.
struct World {
    network: Reqwest,
    refusing_endpoint: String,
    refusals: AtomicU64,
}

impl Transport for World {
    async fn send(&self, mut request: Request, timeout: Duration) -> Result<Response, Error> {
        let decrement = |count: u64| count.checked_sub(1);
        if self.refusals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, decrement).is_ok() {
            request.url.clone_from(&self.refusing_endpoint);
        }
        self.network.send(request, timeout).await
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    async fn sleep(&self, _: Duration) {}

    fn random(&self) -> f64 {
        self.network.random()
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().expect(name).to_owned()
}

fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().expect(name)
}
