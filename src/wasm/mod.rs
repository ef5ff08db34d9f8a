//! The JavaScript face: what the npm package's TypeScript calls. No logic; it hands values to the crate and back.
//!
//! Inputs are walked here once; outputs cross as one JSON string, which engines parse faster than they set fields.

#[allow(unsafe_code, reason = "a global allocator is an unsafe trait")]
mod allocator;
mod signal;
mod value;

use std::cell::RefCell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use js_sys::{Array, Function, Object, Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;

use crate::client::{Config, Prepared, no_credentials};
use crate::export::export;
use crate::http::Response;
use crate::model::{Operation, operation};
use crate::retry::whole_milliseconds;
use crate::transport::Fetch;
use crate::{Credentials, Error, ErrorKind, endpoint, response};
use signal::unless_aborted;
use value::{error_to_js, from_js, set, to_js};

type Client = crate::Client<Fetch>;

/// A client, and the keys that it signs with.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Sts {
    client: Client,
    keys: RefCell<Option<Credentials>>,
}

#[wasm_bindgen]
impl Sts {
    /// `fetch` in place of the platform's, if given; `init` the fields of `RequestInit` that the platform wants.
    /// Times are in milliseconds.
    #[wasm_bindgen(constructor)]
    #[expect(
        clippy::too_many_arguments,
        clippy::fn_params_excessive_bools,
        reason = "crosses cheaply, and is called by one line"
    )]
    pub fn new(
        region: String,
        endpoint: Option<String>,
        use_fips: bool,
        use_dualstack: bool,
        use_global: bool,
        validate: bool,
        max_attempts: u32,
        request_timeout: u32,
        clock_offset: f64,
        fetch: Option<Function>,
        init: Object,
    ) -> Result<Sts, JsValue> {
        let config = Config {
            endpoint: endpoint::Options { region, endpoint, use_fips, use_dualstack, use_global },
            max_attempts,
            request_timeout: Duration::from_millis(u64::from(request_timeout)),
            clock_offset: milliseconds(clock_offset),
            validate,
        };
        let client = Client::with(config, None, Fetch::new(fetch, init));
        Ok(Sts { client: client.map_err(|error| error_to_js(&error))?, keys: RefCell::new(None) })
    }

    /// The keys that calls from now on are signed with. Copies of former ones are wiped when calls in flight end.
    #[wasm_bindgen(js_name = setCredentials)]
    pub fn set_credentials(&self, access_key_id: String, secret_access_key: String, session_token: Option<String>) {
        let credentials = Credentials::new(access_key_id, secret_access_key);
        self.keys.replace(Some(match session_token {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        }));
    }

    /// Makes a call: `{ output, requestId, attempts, totalRetryDelay }`, or the error's fields thrown.
    pub fn call(&self, operation: &str, input: &JsValue, signal: Option<Object>) -> Promise {
        let client = self.client.clone();
        // All that can fail without sending is done at once, so that the future holds little.
        let prepared = find(operation)
            .and_then(|operation| Ok((operation, client.body(operation, &from_js(input))?, self.keys_for(operation)?)));
        future_to_promise(async move {
            let call = async {
                let (operation, body, keys) = prepared?;
                client.send(operation, &body, keys.as_ref()).await
            };
            let reply = unless_aborted(signal, call).await.map_err(|error| error_to_js(&error))?;
            let object = Object::new();
            set(&object, "output", &to_js(&reply.output));
            set(&object, "requestId", &reply.request_id.into());
            set(&object, "attempts", &reply.attempts.into());
            set(&object, "totalRetryDelay", &duration(reply.total_retry_delay));
            Ok(object.into())
        })
    }

    /// The request of a call, and the steps of its signature. Nothing is sent. `time` is in milliseconds since 1970.
    pub fn request(&self, operation: &str, input: &JsValue, time: Option<f64>) -> Result<JsValue, JsValue> {
        let prepared = find(operation).and_then(|operation| {
            let keys = self.keys_for(operation)?;
            self.client.prepare_with(operation, &from_js(input), keys.as_ref(), time.map(system_time))
        });
        prepared.map(|prepared| prepared_to_js(&prepared)).map_err(|error| error_to_js(&error))
    }

    /// What is added to this machine's clock to get the server's, in milliseconds.
    #[wasm_bindgen(getter, js_name = clockOffset)]
    #[expect(clippy::cast_precision_loss, reason = "an offset is far below 2^53")]
    pub fn clock_offset(&self) -> f64 {
        self.client.clock_offset() as f64
    }

    /// Sets what is added to this machine's clock, in milliseconds.
    #[wasm_bindgen(setter, js_name = clockOffset)]
    pub fn set_clock_offset(&self, value: f64) {
        self.client.set_clock_offset(milliseconds(value));
    }

    /// The URL that calls are sent to.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.client.endpoint().url().to_owned()
    }

    /// Wipes the keys, those derived from them, and what calls left on the stack.
    pub fn wipe(&self) {
        self.keys.replace(None);
        self.client.forget_signing_keys();
        allocator::wipe_stack();
    }

    fn keys_for(&self, operation: &Operation) -> Result<Option<Credentials>, Error> {
        if operation.signed { self.keys.borrow().clone().ok_or_else(no_credentials).map(Some) } else { Ok(None) }
    }
}

/// Reads a response to a call: the output, or the error's fields thrown. `headers` is an array of pairs.
#[wasm_bindgen]
pub fn parse(operation: &str, status: u16, headers: &Array, body: &Uint8Array) -> Result<JsValue, JsValue> {
    let pair = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    let response = Response { status, headers: headers.iter().filter_map(pair).collect(), body: body.to_vec() };
    let answer = find(operation).and_then(|operation| response::read(operation, &response));
    let answer = answer.map_err(|error| error_to_js(&error))?;
    let object = Object::new();
    set(&object, "output", &to_js(&answer.output));
    set(&object, "requestId", &answer.request_id.or_else(|| crate::error::request_id_header(&response)).into());
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
    let mut credentials = Credentials::new(access_key_id, secret_access_key);
    if let Some(token) = session_token {
        credentials = credentials.with_session_token(token);
    }
    if let Some(expiration) = expiration {
        credentials = credentials.with_expiration(system_time(expiration));
    }
    let text = format.parse().and_then(|format| export(&credentials, format, profile));
    text.map(|text| text.as_str().to_owned()).map_err(|error| error_to_js(&error))
}

fn find(name: &str) -> Result<&'static Operation, Error> {
    operation(name).ok_or_else(|| {
        Error::new(ErrorKind::Validation, "UnknownOperation", ["STS has no operation called ", name].concat())
    })
}

fn prepared_to_js(prepared: &Prepared) -> JsValue {
    let (object, headers) = (Object::new(), Object::new());
    for (name, value) in &prepared.request.headers {
        set(&headers, name, &value.as_str().into());
    }
    set(&object, "method", &prepared.request.method.as_str().into());
    set(&object, "url", &prepared.request.url.as_str().into());
    set(&object, "headers", &headers);
    set(&object, "body", &String::from_utf8_lossy(&prepared.request.body).as_ref().into());
    if let Some(signed) = &prepared.signed {
        set(&object, "canonicalRequest", &signed.canonical_request.as_str().into());
        set(&object, "stringToSign", &signed.string_to_sign.as_str().into());
    }
    object.into()
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
