//! Signatures for any service: what the package's `Signer` calls.

use std::cell::RefCell;
use std::time::Duration;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::value::error_to_js;
use super::{allocator, credentials, pairs, system_time};
use crate::http::Request;
use crate::sign::{Payload, Scope, Settings, Signer as Inner};
use crate::{Credentials, Error, ErrorKind};

/// A signer, and the keys that it signs with.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Signer {
    signer: Inner,
    keys: RefCell<Option<Credentials>>,
}

#[wasm_bindgen]
impl Signer {
    /// A signer without keys yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// The keys that requests from now on are signed with.
    #[wasm_bindgen(js_name = setCredentials)]
    pub fn set_credentials(&self, access_key_id: String, secret_access_key: String, session_token: Option<String>) {
        self.keys.replace(Some(credentials(access_key_id, secret_access_key, session_token)));
    }

    /// The headers of the request with its signature among them, as an array of pairs. `time` is in milliseconds since
    /// 1970.
    #[expect(clippy::too_many_arguments, reason = "called by one line")]
    pub fn sign(
        &self,
        method: String,
        url: String,
        headers: &Array,
        body: Vec<u8>,
        region: &str,
        service: &str,
        time: f64,
    ) -> Result<Array, JsValue> {
        let mut request = Request { method, url, headers: pairs(headers), body };
        let scope = Scope { region, service };
        let signed = self.with_keys(|keys| {
            self.signer.sign(&mut request, keys, scope, &settings(service, Payload::Signed), system_time(time))
        });
        signed.map_err(|error| error_to_js(&error))?;
        Ok(request
            .headers
            .iter()
            .map(|(name, value)| Array::of2(&name.as_str().into(), &value.as_str().into()))
            .collect())
    }

    /// The URL with its signature, which works by itself for `seconds`.
    #[expect(clippy::too_many_arguments, reason = "called by one line")]
    pub fn presign(
        &self,
        method: String,
        url: String,
        headers: &Array,
        region: &str,
        service: &str,
        seconds: u32,
        time: f64,
    ) -> Result<String, JsValue> {
        let request = Request { method, url, headers: pairs(headers), body: Vec::new() };
        // S3 takes presigned bodies unsigned; elsewhere there is none.
        let payload = if service == "s3" { Payload::Unsigned } else { Payload::Signed };
        let (scope, expires_in) = (Scope { region, service }, Duration::from_secs(u64::from(seconds)));
        let presigned = self.with_keys(|keys| {
            self.signer.presign(&request, keys, scope, &settings(service, payload), expires_in, system_time(time))
        });
        presigned.map(|(url, _)| url.as_str().to_owned()).map_err(|error| error_to_js(&error))
    }

    /// Wipes the keys, those derived from them, and what signing left on the stack.
    pub fn wipe(&self) {
        self.keys.replace(None);
        self.signer.forget();
        allocator::wipe_stack();
    }

    fn with_keys<R>(&self, sign: impl FnOnce(&Credentials) -> Result<R, Error>) -> Result<R, Error> {
        match &*self.keys.borrow() {
            Some(keys) => sign(keys),
            None => Err(Error::new(ErrorKind::Credentials, "CredentialsProviderError", "there are no credentials")),
        }
    }
}

fn settings(service: &str, payload: Payload) -> Settings {
    let settings = if service == "s3" { Settings::s3() } else { Settings::default() };
    Settings { payload, ..settings }
}
