//! The JavaScript face: what the npm package's TypeScript calls. No logic; it hands values to the crate and back.
//!
//! It does no I/O: the TypeScript sends with the platform's `fetch`, and asks here what to send and what to make of the
//! answer. Promises, streams and timers cost 8 KB of wasm after brotli, and one of JavaScript.
//!
//! Inputs are walked here once; outputs cross as one JSON string, which engines parse faster than they set fields.

#[allow(unsafe_code, reason = "a global allocator is an unsafe trait")]
mod allocator;
mod signer;
mod value;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use js_sys::{Array, Object};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::call::{self, Caller, Config, Step};
use crate::export::export;
use crate::http::{Request, Response};
use crate::model::{Operation, operation};
use crate::retry::whole_milliseconds;
use crate::transport::{network_error, timeout_error};
use crate::{Credentials, Error, ErrorKind, endpoint, response};
use value::{error_to_js, from_js, set, to_js};

/// A client, and the keys that it signs with.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Sts {
    caller: Rc<Caller>,
    keys: RefCell<Option<Credentials>>,
}

#[wasm_bindgen]
impl Sts {
    /// The client's settings. `clock_offset` is in milliseconds.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::too_many_arguments, clippy::fn_params_excessive_bools, reason = "called by one line")]
    pub fn new(
        region: String,
        endpoint: Option<String>,
        use_fips: bool,
        use_dualstack: bool,
        use_global: bool,
        validate: bool,
        max_attempts: u32,
        clock_offset: f64,
    ) -> Result<Sts, JsValue> {
        let config = Config {
            endpoint: endpoint::Options { region, endpoint, use_fips, use_dualstack, use_global },
            max_attempts,
            clock_offset: milliseconds(clock_offset),
            validate,
            ..Config::default()
        };
        let caller = Caller::new(config).map_err(|error| error_to_js(&error))?;
        Ok(Sts { caller: Rc::new(caller), keys: RefCell::new(None) })
    }

    /// The keys that calls from now on are signed with. Copies of former ones are wiped when calls in flight end.
    #[wasm_bindgen(js_name = setCredentials)]
    pub fn set_credentials(&self, access_key_id: String, secret_access_key: String, session_token: Option<String>) {
        self.keys.replace(Some(credentials(access_key_id, secret_access_key, session_token)));
    }

    /// Begins a call.
    pub fn begin(&self, operation: &str, input: &JsValue) -> Result<Call, JsValue> {
        let call = find(operation)
            .and_then(|operation| self.caller.begin(operation, &from_js(input), self.keys.borrow().clone()));
        Ok(Call { caller: Rc::clone(&self.caller), call: call.map_err(|error| error_to_js(&error))? })
    }

    /// What is added to this machine's clock to get the server's, in milliseconds.
    #[wasm_bindgen(getter, js_name = clockOffset)]
    #[expect(clippy::cast_precision_loss, reason = "an offset is far below 2^53")]
    pub fn clock_offset(&self) -> f64 {
        self.caller.clock_offset() as f64
    }

    /// Sets what is added to this machine's clock, in milliseconds.
    #[wasm_bindgen(setter, js_name = clockOffset)]
    pub fn set_clock_offset(&self, value: f64) {
        self.caller.set_clock_offset(milliseconds(value));
    }

    /// The URL that calls are sent to.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.caller.endpoint().url().to_owned()
    }

    /// Wipes the keys, those derived from them, and what calls left on the stack.
    pub fn wipe(&self) {
        self.keys.replace(None);
        self.caller.forget_signing_keys();
        allocator::wipe_stack();
    }
}

/// A call that has begun.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Call {
    caller: Rc<Caller>,
    call: call::Call,
}

#[wasm_bindgen]
impl Call {
    /// The request as it would be sent at `time`, and the steps of its signature. Times are in milliseconds since 1970.
    pub fn prepare(&self, now: f64, time: Option<f64>) -> Result<JsValue, JsValue> {
        let time = time.map_or_else(|| self.caller.server_time(system_time(now)), system_time);
        let prepared = self.call.prepare(&self.caller, time).map_err(|error| error_to_js(&error))?;
        let object = request_to_js(&prepared.request);
        if let Some(signed) = &prepared.signed {
            set(&object, "canonicalRequest", &signed.canonical_request.as_str().into());
            set(&object, "stringToSign", &signed.string_to_sign.as_str().into());
        }
        Ok(object)
    }

    /// The request to send now.
    pub fn next(&mut self, now: f64) -> Result<JsValue, JsValue> {
        let request = self.call.next(&self.caller, system_time(now));
        request.map(|request| request_to_js(&request)).map_err(|error| error_to_js(&error))
    }

    /// What to make of a response: `{ output, … }`, the milliseconds to wait before the next attempt, or the error's
    /// fields thrown. `headers` is an array of pairs.
    pub fn answer(
        &mut self,
        status: u16,
        headers: &Array,
        body: Vec<u8>,
        now: f64,
        random: f64,
    ) -> Result<JsValue, JsValue> {
        let response = Response { status, headers: pairs(headers), body };
        self.step(Ok(&response), now, random)
    }

    /// The same for a request that got no answer. `kind` is `timeout`, `large` or `network`; `words` the platform's.
    pub fn failed(&mut self, kind: &str, words: &str, now: f64, random: f64) -> Result<JsValue, JsValue> {
        let error = match kind {
            "timeout" => timeout_error(words),
            "large" => response::too_large(),
            _ => network_error(words),
        };
        self.step(Err(error), now, random)
    }

    fn step(&mut self, received: Result<&Response, Error>, now: f64, random: f64) -> Result<JsValue, JsValue> {
        match self.call.step(&self.caller, received, system_time(now), random) {
            Ok(Step::Done(reply)) => {
                let object = Object::new();
                set(&object, "output", &to_js(&reply.output));
                set(&object, "requestId", &reply.request_id.into());
                set(&object, "attempts", &reply.attempts.into());
                set(&object, "totalRetryDelay", &duration(reply.total_retry_delay));
                Ok(object.into())
            }
            Ok(Step::Again(delay)) => Ok(duration(delay)),
            Err(error) => Err(error_to_js(&error)),
        }
    }
}

/// Reads a response to a call: the output, or the error's fields thrown. `headers` is an array of pairs.
#[wasm_bindgen]
pub fn parse(operation: &str, status: u16, headers: &Array, body: Vec<u8>) -> Result<JsValue, JsValue> {
    let response = Response { status, headers: pairs(headers), body };
    let answer = find(operation).and_then(|operation| response::read(operation, &response));
    let answer = answer.map_err(|error| error_to_js(&error))?;
    let object = Object::new();
    set(&object, "output", &to_js(&answer.output));
    set(&object, "requestId", &answer.request_id.into());
    Ok(object.into())
}

/// Credentials as `format`: `sh`, `json` and so on. `expiration` is in milliseconds since 1970.
#[wasm_bindgen(js_name = exportCredentials)]
pub fn export_credentials(
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expiration: Option<f64>,
    format: &str,
    profile: &str,
) -> Result<String, JsValue> {
    let mut credentials = credentials(access_key_id, secret_access_key, session_token);
    if let Some(expiration) = expiration {
        credentials = credentials.with_expiration(system_time(expiration));
    }
    let text = format.parse().and_then(|format| export(&credentials, format, profile));
    text.map(|text| text.as_str().to_owned()).map_err(|error| error_to_js(&error))
}

fn credentials(access_key_id: String, secret_access_key: String, session_token: Option<String>) -> Credentials {
    let credentials = Credentials::new(access_key_id, secret_access_key);
    match session_token {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    }
}

fn find(name: &str) -> Result<&'static Operation, Error> {
    operation(name).ok_or_else(|| {
        Error::new(ErrorKind::Validation, "UnknownOperation", ["STS has no operation called ", name].concat())
    })
}

fn request_to_js(request: &Request) -> JsValue {
    let (object, headers) = (Object::new(), Object::new());
    for (name, value) in &request.headers {
        set(&headers, name, &value.as_str().into());
    }
    set(&object, "method", &request.method.as_str().into());
    set(&object, "url", &request.url.as_str().into());
    set(&object, "headers", &headers);
    // A form body is ASCII.
    set(&object, "body", &std::str::from_utf8(&request.body).unwrap_or_default().into());
    object.into()
}

fn pairs(headers: &Array) -> Vec<(String, String)> {
    let pair = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    headers.iter().filter_map(pair).collect()
}

fn duration(duration: Duration) -> JsValue {
    u32::try_from(whole_milliseconds(duration)).unwrap_or(u32::MAX).into()
}

#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn milliseconds(value: f64) -> i64 {
    value as i64
}

fn system_time(milliseconds: f64) -> SystemTime {
    UNIX_EPOCH + crate::transport::milliseconds(milliseconds)
}
