//! The JavaScript face: what the npm package's TypeScript calls. No logic; it hands values to the crate and back.
//!
//! It does no I/O: the TypeScript sends with the platform's `fetch`, and asks here what to send and what to make of the
//! answer. Strings and bytes are all that crosses: what goes in and comes out is one string each, as [`wire`] says.

#[allow(unsafe_code, reason = "a global allocator is an unsafe trait")]
mod allocator;
mod signer;
mod wire;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use wasm_bindgen::prelude::wasm_bindgen;

use crate::call::{self, Caller, Config, Step};
use crate::error::Party;
use crate::http::{Request, Response};
use crate::model::{Operation, Value, operation};
use crate::retry::{shifted, whole_milliseconds};
use crate::transport::{network_error, timeout_error};
use crate::{Credentials, Error, ErrorKind, endpoint, response};
use wire::{Writer, read};

/// A client, and the keys that it signs with.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Sts {
    /// Or why there is none; each call then says so.
    caller: Result<Rc<Caller>, Rc<Error>>,
    keys: RefCell<Option<Credentials>>,
}

#[wasm_bindgen]
impl Sts {
    /// `settings` is an object; what is not there is off.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str) -> Sts {
        let settings = read(settings);
        let config = Config {
            endpoint: endpoint::Options {
                region: text(&settings, "region").to_owned(),
                endpoint: optional(&settings, "endpoint"),
                use_fips: number(&settings, "useFipsEndpoint") != 0,
                use_dualstack: number(&settings, "useDualstackEndpoint") != 0,
                use_global: number(&settings, "useGlobalEndpoint") != 0,
            },
            max_attempts: u32::try_from(number(&settings, "maxAttempts")).unwrap_or_default(),
            clock_offset: number(&settings, "systemClockOffset"),
            validate: number(&settings, "validate") != 0,
            ..Config::default()
        };
        Sts { caller: Caller::new(config).map(Rc::new).map_err(Rc::new), keys: RefCell::new(None) }
    }

    /// The keys that calls from now on are signed with. Copies of former ones are wiped when calls in flight end.
    #[wasm_bindgen(js_name = setCredentials)]
    pub fn set_credentials(&self, keys: &str) {
        self.keys.replace(Some(credentials(keys)));
    }

    /// Begins a call. What is wrong with it, the call says when it is asked for its request.
    pub fn begin(&self, operation: &str, input: &str) -> Call {
        Call(self.caller.clone().and_then(|caller| {
            let keys = self.keys.borrow().clone();
            let call = find(operation).and_then(|operation| caller.begin(operation, &read(input), keys));
            Ok((caller, call.map_err(Rc::new)?))
        }))
    }

    /// What is added to this machine's clock to get the server's, in milliseconds.
    #[wasm_bindgen(getter, js_name = clockOffset)]
    #[expect(clippy::cast_precision_loss, reason = "an offset is far below 2^53")]
    pub fn clock_offset(&self) -> f64 {
        self.caller.as_ref().map_or(0, |caller| caller.clock_offset()) as f64
    }

    /// Sets what is added to this machine's clock, in milliseconds.
    #[wasm_bindgen(setter, js_name = clockOffset)]
    pub fn set_clock_offset(&self, value: f64) {
        if let Ok(caller) = &self.caller {
            caller.set_clock_offset(whole(value));
        }
    }

    /// Wipes the keys, those derived from them, and what calls left on the stack.
    pub fn wipe(&self) {
        self.keys.replace(None);
        if let Ok(caller) = &self.caller {
            caller.forget_signing_keys();
        }
        allocator::wipe_stack();
    }
}

/// A call that has begun, or why it has not.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Call(Result<(Rc<Caller>, call::Call), Rc<Error>>);

#[wasm_bindgen]
impl Call {
    /// The request as it would be sent at `time`, and the steps of its signature. Times are in milliseconds since 1970.
    pub fn prepare(&self, now: f64, time: Option<f64>) -> String {
        let (caller, call) = match &self.0 {
            Ok(begun) => begun,
            Err(error) => return told(error),
        };
        let time = time.map_or_else(|| caller.server_time(system_time(whole(now))), |at| system_time(whole(at)));
        written(call.prepare(caller, time), |to, prepared| {
            request_members(to, &prepared.request);
            if let Some(signed) = &prepared.signed {
                to.member("canonicalRequest", Some(&signed.canonical_request));
                to.member("stringToSign", Some(&signed.string_to_sign));
            }
        })
    }

    /// The request to send now.
    pub fn next(&mut self, now: f64) -> String {
        match &mut self.0 {
            Ok((caller, call)) => {
                let request = call.next(caller, system_time(whole(now)));
                written(request, |to, request| request_members(to, &request))
            }
            Err(error) => told(error),
        }
    }

    /// What to make of a response: the output, or how long to wait before the next attempt, or the error.
    pub fn answer(&mut self, status: u16, headers: &str, body: Vec<u8>, now: f64, random: f64) -> String {
        let response = Response { status, headers: pairs(&read(headers)), body };
        self.step(Ok(&response), now, random)
    }

    /// The same for a request that got no answer. `kind` is `timeout`, `large` or `network`; `words` the platform's.
    pub fn failed(&mut self, kind: &str, words: &str, now: f64, random: f64) -> String {
        let error = match kind {
            "timeout" => timeout_error(words),
            "large" => response::too_large(),
            _ => network_error(words),
        };
        self.step(Err(error), now, random)
    }

    fn step(&mut self, received: Result<&Response, Error>, now: f64, random: f64) -> String {
        let (caller, call) = match &mut self.0 {
            Ok(begun) => begun,
            Err(error) => return told(error),
        };
        written(call.step(caller, received, system_time(whole(now)), random), |to, step| match step {
            Step::Done(reply) => {
                to.text("output");
                to.value(&reply.output);
                to.member("requestId", reply.request_id.as_deref());
                to.number_member("attempts", reply.attempts.into());
                to.number_member("totalRetryDelay", whole_milliseconds(reply.total_retry_delay).cast_signed());
            }
            Step::Again(delay) => to.number_member("again", whole_milliseconds(delay).cast_signed()),
        })
    }
}

/// Reads a response to a call: the output, or the error.
#[wasm_bindgen]
pub fn parse(operation: &str, status: u16, headers: &str, body: Vec<u8>) -> String {
    let response = Response { status, headers: pairs(&read(headers)), body };
    let answer = find(operation).and_then(|operation| response::read(operation, &response));
    written(answer, |to, answer| {
        to.text("output");
        to.value(&answer.output);
        to.member("requestId", answer.request_id.as_deref());
    })
}

fn find(name: &str) -> Result<&'static Operation, Error> {
    operation(name).ok_or_else(|| {
        Error::new(ErrorKind::Validation, "UnknownOperation", ["STS has no operation called ", name].concat())
    })
}

/// An object with what `write` adds; or the error.
fn written<T>(result: Result<T, Error>, write: impl FnOnce(&mut Writer, T)) -> String {
    match result {
        Ok(value) => {
            let mut writer = Writer::default();
            writer.mark('m');
            write(&mut writer, value);
            writer.mark('e');
            writer.0
        }
        Err(error) => told(&error),
    }
}

/// `x` in place of `m`, and the error's fields.
fn told(error: &Error) -> String {
    let mut writer = Writer::default();
    let to = &mut writer;
    to.mark('x');
    to.member("kind", Some(error.kind().name()));
    to.member("code", Some(error.code()));
    to.member("message", Some(error.message()));
    to.member("hint", error.hint().as_deref());
    to.member("fault", Some(if error.party() == Party::Server { "server" } else { "client" }));
    if let Some(status) = error.status() {
        to.number_member("status", status.into());
    }
    to.member("requestId", error.request_id());
    to.number_member("attempts", error.attempts().into());
    to.number_member("totalRetryDelay", whole_milliseconds(error.total_retry_delay()).cast_signed());
    to.number_member("retryable", error.is_retryable().into());
    to.number_member("throttling", error.is_throttling().into());
    to.text("faults");
    to.mark('l');
    for fault in error.faults() {
        to.mark('m');
        to.member("member", Some(&fault.member));
        to.member("message", Some(&fault.message));
        to.mark('e');
    }
    to.mark('e');
    to.mark('e');
    writer.0
}

fn request_members(to: &mut Writer, request: &Request) {
    to.member("method", Some(&request.method));
    to.member("url", Some(&request.url));
    header_members(to, &request.headers);
    // A form body is ASCII.
    to.member("body", std::str::from_utf8(&request.body).ok());
}

fn header_members(to: &mut Writer, headers: &[(String, String)]) {
    to.text("headers");
    to.mark('m');
    for (name, value) in headers {
        to.member(name, Some(value));
    }
    to.mark('e');
}

fn credentials(keys: &str) -> Credentials {
    let keys = read(keys);
    let credentials = Credentials::new(text(&keys, "accessKeyId"), text(&keys, "secretAccessKey"));
    match optional(&keys, "sessionToken") {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    }
}

/// An object of texts, as pairs.
fn pairs(object: &Value) -> Vec<(String, String)> {
    let Value::Structure(members) = object else { return Vec::new() };
    members.iter().map(|(name, value)| ((**name).to_owned(), value.as_text().unwrap_or_default().to_owned())).collect()
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_text).unwrap_or_default()
}

fn optional(object: &Value, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_text).map(str::to_owned)
}

fn number(object: &Value, name: &str) -> i64 {
    match object.get(name) {
        Some(Value::Integer(number)) => *number,
        _ => 0,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn whole(value: f64) -> i64 {
    value as i64
}

fn system_time(milliseconds: i64) -> SystemTime {
    shifted(UNIX_EPOCH, milliseconds)
}
