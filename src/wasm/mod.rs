//! The JavaScript face: what the npm package's TypeScript calls. No logic; it hands values to the crate and back.
//!
//! It does no I/O: the TypeScript sends with the platform's `fetch`, and asks here what to send and what to make of the
//! answer. Strings and bytes are all that crosses: what goes in and comes out is one string each, as [`wire`] says.

#[allow(unsafe_code, reason = "a global allocator is an unsafe trait")]
mod allocator;
mod wire;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wasm_bindgen::prelude::wasm_bindgen;

use crate::call::{self, Config, Context, Prepared, Step};
use crate::error::FaultKind;
use crate::http::{Request, Response};
use crate::model::{Operation, Value, operation};
use crate::retry::{shifted, whole_milliseconds};
use crate::sign::{Payload, Scope, Settings, Signer};
use crate::transport::{network_error, timeout_error};
use crate::{Credentials, Error, ErrorKind, endpoint, response};
use wire::{Writer, read};

/// What the package's `STS` and `Signer` hold: keys, and what is made with them. All times are in milliseconds since
/// 1970.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Client {
    /// Or why STS cannot be called; each call then says so.
    context: Result<Rc<Context>, Rc<Error>>,
    signer: Signer,
    keys: RefCell<Option<Credentials>>,
}

#[wasm_bindgen]
impl Client {
    /// `settings` is an object; what is not there is off.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str) -> Client {
        let settings = read(settings);
        let config = Config {
            endpoint: endpoint::Options {
                region: text(&settings, "region"),
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
        let context = Context::new(config).map(Rc::new).map_err(Rc::new);
        Client { context, signer: Signer::new(), keys: RefCell::default() }
    }

    /// The keys that are signed with from now on. Copies of former ones are wiped when calls in flight end.
    #[wasm_bindgen(js_name = setCredentials)]
    pub fn set_credentials(&self, keys: &str) {
        let keys = read(keys);
        let mut credentials = Credentials::new(text(&keys, "accessKeyId"), text(&keys, "secretAccessKey"));
        if let Some(token) = optional(&keys, "sessionToken") {
            credentials = credentials.with_session_token(token);
        }
        self.keys.replace(Some(credentials));
    }

    /// Begins a call. What is wrong with it, the call says when it is asked for its request.
    pub fn begin(&self, operation: &str, input: &str) -> PendingCall {
        PendingCall(self.context.clone().and_then(|context| {
            let keys = self.keys.borrow().clone();
            let call = find(operation).and_then(|operation| context.begin(operation, &read(input), keys));
            Ok((context, call.map_err(Rc::new)?))
        }))
    }

    /// Signs any request: its headers, or its URL where `expiresIn`, in seconds, is there.
    ///
    /// `request` has `method`, `url`, `headers`, `region`, `service` and `time` too.
    pub fn sign(&self, request: &str, body: Vec<u8>) -> String {
        let given = read(request);
        let mut request =
            Request { method: text(&given, "method"), url: text(&given, "url"), headers: headers(&given), body };
        let signed = self.signed(&mut request, &given);
        written(signed, |to, ()| request_members(to, &request))
    }

    /// What is added to this machine's clock to get the server's, in milliseconds.
    #[wasm_bindgen(getter, js_name = clockOffset)]
    pub fn clock_offset(&self) -> f64 {
        self.context.as_ref().map_or(0.0, |context| milliseconds(context.clock_offset()))
    }

    /// Sets what is added to this machine's clock, in milliseconds.
    #[wasm_bindgen(setter, js_name = clockOffset)]
    pub fn set_clock_offset(&self, value: f64) {
        if let Ok(context) = &self.context {
            context.set_clock_offset(whole(value));
        }
    }

    /// Ends with all that it holds: the keys, those derived from them, and what was left on the stack.
    pub fn wipe(self) {
        // Calls in flight share it.
        if let Ok(context) = &self.context {
            context.forget_signing_keys();
        }
        drop(self);
        allocator::wipe_stack();
    }

    fn signed(&self, request: &mut Request, given: &Value) -> Result<(), Error> {
        let keys = self.keys.borrow();
        let keys = keys.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::Credentials, "CredentialsProviderError", "there are no credentials")
        })?;
        let (region, service) = (&text(given, "region"), &text(given, "service"));
        let scope = Scope { region, service };
        let mut settings = if service == "s3" { Settings::s3() } else { Settings::default() };
        let time = match given.get("time") {
            Some(Value::Integer(time)) => system_time(*time),
            _ => system_time(i64::MAX),
        };
        if given.get("expiresIn").is_none() {
            return self.signer.sign(request, keys, scope, &settings, time).map(|_| ());
        }
        if service == "s3" {
            // S3 takes presigned bodies unsigned; elsewhere there is none.
            settings.payload = Payload::Unsigned;
        }
        let expires_in = Duration::from_secs(number(given, "expiresIn").unsigned_abs());
        let (url, _) = self.signer.presign(request, keys, scope, &settings, expires_in, time)?;
        request.url.clone_from(&url);
        Ok(())
    }
}

/// A call that has begun, or why it has not.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PendingCall(Result<(Rc<Context>, call::Call), Rc<Error>>);

#[wasm_bindgen]
impl PendingCall {
    /// What is added to this machine's clock to get the server's, in milliseconds.
    #[wasm_bindgen(getter, js_name = clockOffset)]
    pub fn clock_offset(&self) -> f64 {
        self.0.as_ref().map_or(0.0, |(context, _)| milliseconds(context.clock_offset()))
    }

    /// Ends, and wipes what was left on the stack: for a call that outlived its client.
    pub fn wipe(self) {
        drop(self);
        allocator::wipe_stack();
    }

    /// The request to send, and the steps of its signature. `time` is the server's, as far as it is known.
    pub fn next(&mut self, time: f64) -> String {
        let (context, call) = match &mut self.0 {
            Ok(begun) => begun,
            Err(error) => return told(error),
        };
        written(call.next_request(context, system_time(whole(time))), |to, Prepared { request, signed }| {
            request_members(to, &request);
            // A form is ASCII.
            to.member("body", std::str::from_utf8(&request.body).ok());
            if let Some(signed) = &signed {
                to.member("canonicalRequest", Some(&signed.canonical_request));
                to.member("stringToSign", Some(&signed.string_to_sign));
            }
        })
    }

    /// What to make of a reply: the output, or how long to wait before the next attempt, or the error.
    ///
    /// `reply` has `status` and `headers`; or, where no answer came, `failed`, which is `timeout`, `large` or
    /// `network`, and `words`, the platform's. `now` is this machine's time; `random` is from 0 to 1.
    pub fn answer(&mut self, reply: &str, body: Vec<u8>, now: f64, random: f64) -> String {
        let (context, call) = match &mut self.0 {
            Ok(begun) => begun,
            Err(error) => return told(error),
        };
        let reply = read(reply);
        let words = &text(&reply, "words");
        let response = response(&reply, body);
        let received = match reply.get("failed").and_then(Value::as_text) {
            None => Ok(&response),
            Some("timeout") => Err(timeout_error(words)),
            Some("large") => Err(response::too_large()),
            Some(_) => Err(network_error(words)),
        };
        written(call.handle_response(context, received, system_time(whole(now)), random), |to, step| match step {
            Step::Done(reply) => {
                to.text("output");
                to.value(&reply.response.output);
                to.member("requestId", reply.response.request_id.as_deref());
                to.number_member("attempts", reply.attempts.into());
                to.number_member("totalRetryDelay", whole_milliseconds(reply.total_retry_delay).cast_signed());
            }
            Step::Retry(delay) => to.number_member("again", whole_milliseconds(delay).cast_signed()),
        })
    }
}

/// Reads a response to a call, which has `status` and `headers`: the output, or the error.
#[wasm_bindgen]
pub fn parse(operation: &str, reply: &str, body: Vec<u8>) -> String {
    let answer = find(operation).and_then(|operation| response::parse(operation, &response(&read(reply), body)));
    written(answer, |to, answer| {
        to.text("output");
        to.value(&answer.output);
        to.member("requestId", answer.request_id.as_deref());
    })
}

fn response(reply: &Value, body: Vec<u8>) -> Response {
    Response { status: u16::try_from(number(reply, "status")).unwrap_or_default(), headers: headers(reply), body }
}

#[expect(clippy::cast_precision_loss, reason = "an offset is far below 2^53")]
fn milliseconds(offset: i64) -> f64 {
    offset as f64
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
            let mut writer = Writer::new();
            writer.mark("m:");
            write(&mut writer, value);
            writer.mark("e:");
            writer.0
        }
        Err(error) => told(&error),
    }
}

/// `x` in place of `m`, and the error's fields.
fn told(error: &Error) -> String {
    let mut writer = Writer::new();
    let to = &mut writer;
    to.mark("x:");
    to.member("kind", Some(error.kind().name()));
    to.member("code", Some(error.code()));
    to.member("message", Some(error.message()));
    to.member("hint", error.hint().as_deref());
    to.member("fault", Some(if error.fault_kind() == FaultKind::Server { "server" } else { "client" }));
    if let Some(status) = error.status() {
        to.number_member("status", status.into());
    }
    to.member("requestId", error.request_id());
    to.number_member("attempts", error.attempts().into());
    to.number_member("totalRetryDelay", whole_milliseconds(error.total_retry_delay()).cast_signed());
    to.number_member("retryable", error.is_retryable().into());
    to.number_member("throttling", error.is_throttling().into());
    to.text("violations");
    to.mark("l:");
    for violation in error.violations() {
        to.mark("m:");
        to.member("member", Some(&violation.member));
        to.member("message", Some(&violation.message));
        to.mark("e:");
    }
    to.mark("e:");
    to.mark("e:");
    writer.0
}

fn request_members(to: &mut Writer, request: &Request) {
    to.member("method", Some(&request.method));
    to.member("url", Some(&request.url));
    to.text("headers");
    to.mark("m:");
    for (name, value) in &request.headers {
        to.member(name, Some(value));
    }
    to.mark("e:");
}

/// The member `headers`, an object of texts, as pairs.
fn headers(object: &Value) -> Vec<(String, String)> {
    let Some(Value::Structure(members)) = object.get("headers") else { return Vec::new() };
    members.iter().map(|(name, value)| ((**name).to_owned(), value.as_text().unwrap_or_default().to_owned())).collect()
}

fn text(object: &Value, name: &str) -> String {
    optional(object, name).unwrap_or_default()
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

/// A date that is none becomes a time that is refused, and not 1970.
#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn whole(value: f64) -> i64 {
    if value.is_nan() { i64::MAX } else { value as i64 }
}

fn system_time(milliseconds: i64) -> SystemTime {
    shifted(UNIX_EPOCH, milliseconds)
}
