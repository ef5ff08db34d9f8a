//! JavaScript bindings, which the npm package's TypeScript calls. No logic: they convert values and call the crate.
//!
//! They do no I/O: the TypeScript gets each request from here, sends it with the platform's `fetch`, and passes the response
//! back. Only strings and bytes cross the boundary; objects are strings in the format of [`wire`].

#[allow(unsafe_code, reason = "a global allocator is an unsafe trait")]
mod allocator;
mod wire;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::FaultKind;
use crate::http::{Request, Response};
use crate::model::{Operation, Value, operation};
use crate::raw::call::{self, Config, Context, Prepared, Step};
use crate::raw::response;
use crate::raw::retry::{shifted, whole_milliseconds};
use crate::sign::{PathStyle, Payload, Scope, SessionToken, Settings, Signer, is_connection_header};
use crate::transport::{network_failure, timeout_failure};
use crate::{Credentials, Error, ErrorKind, endpoint};
use wire::{Writer, read};

/// The state of the package's `STS` and `Signer`: settings, credentials and cached signing keys.
///
/// All times are in milliseconds since 1970.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Client {
    /// The settings for STS calls, or the error that every call returns because they are invalid.
    context: Result<Rc<Context>, Rc<Error>>,
    signer: Signer,
    credentials: RefCell<Option<Credentials>>,
}

#[wasm_bindgen]
impl Client {
    /// `settings` is an object. Settings that are omitted are off.
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
        Client { context, signer: Signer::new(), credentials: RefCell::default() }
    }

    /// Sets the credentials for new calls. Pending calls keep theirs, which are wiped when these calls end.
    #[wasm_bindgen(js_name = setCredentials)]
    pub fn set_credentials(&self, credentials: &str) {
        let object = read(credentials);
        let mut credentials = Credentials::new(text(&object, "accessKeyId"), text(&object, "secretAccessKey"));
        if let Some(token) = optional(&object, "sessionToken") {
            credentials = credentials.with_session_token(token);
        }
        self.credentials.replace(Some(credentials));
    }

    /// Starts a call. If its input is invalid, [`PendingCall::next_request`] returns the error.
    #[wasm_bindgen(js_name = startCall)]
    pub fn start_call(&self, operation: &str, input: &str) -> PendingCall {
        PendingCall(self.context.clone().and_then(|context| {
            let credentials = self.credentials.borrow().clone();
            let call = find(operation).and_then(|operation| context.begin(operation, &read(input), credentials));
            Ok((context, call.map_err(Rc::new)?))
        }))
    }

    /// Signs a request for any service. The signature is in the query if `request` has `expiresIn`, in seconds, and
    /// otherwise in the headers.
    ///
    /// `request` also has `method`, `url`, `headers`, `region`, `service` and `time`. Optionally, `singleEncode`,
    /// `contentSha256`, `signSessionToken` and `unsignedPayload`, each 0 or 1, replace the service's settings. Returns
    /// `method`, `url` and the `headers` to send.
    pub fn sign(&self, request: &str, body: Vec<u8>) -> String {
        let parameters = read(request);
        let mut request = Request {
            method: text(&parameters, "method"),
            url: text(&parameters, "url"),
            headers: headers(&parameters),
            body,
        };
        let signed = self.sign_in_place(&mut request, &parameters);
        request.headers.retain(|(name, _)| !is_connection_header(name));
        write_result(signed, |writer, ()| write_request(writer, &request))
    }

    /// Server time minus local time, in milliseconds.
    #[wasm_bindgen(getter, js_name = clockOffset)]
    pub fn clock_offset(&self) -> f64 {
        self.context.as_ref().map_or(0.0, |context| milliseconds(context.clock_offset()))
    }

    /// Sets server time minus local time, in milliseconds.
    #[wasm_bindgen(setter, js_name = clockOffset)]
    pub fn set_clock_offset(&self, value: f64) {
        if let Ok(context) = &self.context {
            context.set_clock_offset(to_integer(value));
        }
    }

    /// Wipes the credentials, the signing keys derived from them, and what earlier calls left on the stack.
    pub fn wipe(self) {
        // Pending calls share the context, so dropping it here would not drop the signing keys.
        if let Ok(context) = &self.context {
            context.forget_signing_keys();
        }
        drop(self);
        allocator::wipe_stack();
    }

    fn sign_in_place(&self, request: &mut Request, parameters: &Value) -> Result<(), Error> {
        let credentials = self.credentials.borrow();
        let credentials = credentials.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::Credentials, "CredentialsProviderError", "the credentials are missing")
        })?;
        let (region, service) = (&text(parameters, "region"), &text(parameters, "service"));
        let scope = Scope { region, service };
        let mut settings = settings_for(service, parameters);
        let time = match parameters.get("time") {
            Some(Value::Integer(time)) => system_time(*time),
            _ => system_time(i64::MAX),
        };
        if parameters.get("expiresIn").is_none() {
            return self.signer.sign(request, credentials, scope, &settings, time).map(|_| ());
        }
        if Settings::for_service(service) == Settings::s3() {
            // S3 accepts unsigned bodies with presigned URLs; other services expect the hash of an empty body.
            settings.payload = Payload::Unsigned;
        }
        let expires_in = Duration::from_secs(u64::try_from(number(parameters, "expiresIn")).unwrap_or_default());
        let (url, _) = self.signer.presign(request, credentials, scope, &settings, expires_in, time)?;
        request.url.clone_from(&url);
        Ok(())
    }
}

/// Returns the service's settings, with those in `parameters` replaced.
fn settings_for(service: &str, parameters: &Value) -> Settings {
    let mut settings = Settings::for_service(service);
    let flag = |name| parameters.get(name).map(|_| number(parameters, name) != 0);
    if let Some(single_encode) = flag("singleEncode") {
        settings.path = if single_encode { PathStyle::Verbatim } else { PathStyle::Normalized };
    }
    if let Some(sign) = flag("signSessionToken") {
        settings.session_token = if sign { SessionToken::Signed } else { SessionToken::Appended };
    }
    if flag("s3Session") == Some(true) {
        settings.session_token = SessionToken::S3Session;
    }
    if flag("unsignedPayload") == Some(true) {
        settings.payload = Payload::Unsigned;
        settings.content_sha256 = true;
    }
    settings.content_sha256 = flag("contentSha256").unwrap_or(settings.content_sha256);
    settings
}

/// A call in progress, or the error that prevented it.
///
/// The caller alternates between [`Self::next_request`] and [`Self::handle_response`] until the latter returns an output
/// or an error.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PendingCall(Result<(Rc<Context>, call::Call), Rc<Error>>);

#[wasm_bindgen]
impl PendingCall {
    /// Server time minus local time, in milliseconds.
    #[wasm_bindgen(getter, js_name = clockOffset)]
    pub fn clock_offset(&self) -> f64 {
        self.0.as_ref().map_or(0.0, |(context, _)| milliseconds(context.clock_offset()))
    }

    /// Drops the call and wipes what it left on the stack. For calls that outlive their client.
    pub fn wipe(self) {
        drop(self);
        allocator::wipe_stack();
    }

    /// Returns the request to send, with `canonicalRequest` and `stringToSign` if it is signed. `time` is the server's.
    #[wasm_bindgen(js_name = nextRequest)]
    pub fn next_request(&mut self, time: f64) -> String {
        let (context, call) = match &mut self.0 {
            Ok(started) => started,
            Err(error) => return error_result(error),
        };
        let prepared = call.next_request(context, system_time(to_integer(time)));
        write_result(prepared, |writer, Prepared { request, signed }| {
            write_request(writer, &request);
            // A form-encoded body is ASCII.
            writer.member("body", std::str::from_utf8(&request.body).ok());
            if let Some(signed) = &signed {
                writer.member("canonicalRequest", Some(&signed.canonical_request));
                writer.member("stringToSign", Some(&signed.string_to_sign));
            }
        })
    }

    /// Handles the response to a request. Returns `output`, `requestId`, `attempts` and `totalRetryDelay`; or
    /// `retryDelay`, the delay before the next attempt, in milliseconds; or the error.
    ///
    /// `response` has `status` and `headers`; or, if there was no response, `failure` (`timeout`, `too-large` or `network`)
    /// and the platform's `message`. `now` is the local time; `random`, for jitter, is from 0 to 1.
    #[wasm_bindgen(js_name = handleResponse)]
    pub fn handle_response(&mut self, response: &str, body: Vec<u8>, now: f64, random: f64) -> String {
        let (context, call) = match &mut self.0 {
            Ok(started) => started,
            Err(error) => return error_result(error),
        };
        let object = read(response);
        let message = &text(&object, "message");
        let response = to_response(&object, body);
        let received = match object.get("failure").and_then(Value::as_text) {
            None => Ok(&response),
            Some("timeout") => Err(timeout_failure(message)),
            Some("too-large") => Err(response::too_large()),
            Some(_) => Err(network_failure(message)),
        };
        let step = call.handle_response(context, received, system_time(to_integer(now)), random);
        write_result(step, |writer, step| match step {
            Step::Done(done) => {
                writer.text("output");
                writer.value(&done.response.output);
                writer.member("requestId", done.response.request_id.as_deref());
                writer.number_member("attempts", done.attempts.into());
                writer.number_member("totalRetryDelay", whole_milliseconds(done.total_retry_delay).cast_signed());
            }
            Step::Retry(delay) => writer.number_member("retryDelay", whole_milliseconds(delay).cast_signed()),
        })
    }
}

/// Parses a response, an object of `status` and `headers`. Returns `output` and `requestId`, or the error.
#[wasm_bindgen]
pub fn parse(operation: &str, response: &str, body: Vec<u8>) -> String {
    let response = to_response(&read(response), body);
    let parsed = find(operation).and_then(|operation| response::parse(operation, &response));
    write_result(parsed, |writer, parsed| {
        writer.text("output");
        writer.value(&parsed.output);
        writer.member("requestId", parsed.request_id.as_deref());
    })
}

fn to_response(object: &Value, body: Vec<u8>) -> Response {
    Response { status: u16::try_from(number(object, "status")).unwrap_or_default(), headers: headers(object), body }
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

/// Returns an object of the members that `write` adds, or the error.
fn write_result<T>(result: Result<T, Error>, write: impl FnOnce(&mut Writer, T)) -> String {
    match result {
        Ok(value) => {
            let mut writer = Writer::new();
            writer.mark("m:");
            write(&mut writer, value);
            writer.mark("e:");
            writer.0
        }
        Err(error) => error_result(&error),
    }
}

/// Returns an object of the error's fields, marked by `x` instead of `m`.
fn error_result(error: &Error) -> String {
    let mut writer = Writer::new();
    writer.mark("x:");
    writer.member("kind", Some(error.kind().name()));
    writer.member("code", Some(error.code()));
    writer.member("message", Some(error.message()));
    writer.member("hint", error.hint().as_deref());
    writer.member("fault", Some(if error.fault_kind() == FaultKind::Server { "server" } else { "client" }));
    if let Some(status) = error.status() {
        writer.number_member("status", status.into());
    }
    writer.member("requestId", error.request_id());
    writer.number_member("attempts", error.attempts().into());
    writer.number_member("totalRetryDelay", whole_milliseconds(error.total_retry_delay()).cast_signed());
    writer.number_member("retryable", error.is_retryable().into());
    writer.number_member("throttling", error.is_throttling().into());
    writer.text("violations");
    writer.mark("l:");
    for violation in error.violations() {
        writer.mark("m:");
        writer.member("member", Some(&violation.member));
        writer.member("message", Some(&violation.message));
        writer.mark("e:");
    }
    writer.mark("e:");
    writer.mark("e:");
    writer.0
}

fn write_request(writer: &mut Writer, request: &Request) {
    writer.member("method", Some(&request.method));
    writer.member("url", Some(&request.url));
    writer.text("headers");
    writer.mark("m:");
    for (name, value) in &request.headers {
        writer.member(name, Some(value));
    }
    writer.mark("e:");
}

/// Returns the member `headers`, an object of strings, as pairs.
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

/// Converts a number to an integer. An invalid date, which is NaN, becomes a time that is rejected, not 1970.
#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn to_integer(value: f64) -> i64 {
    if value.is_nan() { i64::MAX } else { value as i64 }
}

/// A time before 1970, which wasm cannot represent, becomes one that is rejected.
fn system_time(milliseconds: i64) -> SystemTime {
    shifted(UNIX_EPOCH, if milliseconds < 0 { i64::MAX } else { milliseconds })
}
