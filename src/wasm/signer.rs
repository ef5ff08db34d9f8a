//! Signatures for any service: what the package's `Signer` calls.

use std::cell::RefCell;
use std::time::Duration;

use wasm_bindgen::prelude::wasm_bindgen;

use super::wire::read;
use super::{allocator, credentials, header_members, number, pairs, system_time, text, written};
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
    pub fn set_credentials(&self, keys: &str) {
        self.keys.replace(Some(credentials(keys)));
    }

    /// The request's headers with its signature among them; or its URL with the signature, where `expiresIn` is there.
    ///
    /// `request` has `method`, `url`, `headers`, `region`, `service`, `time` in milliseconds since 1970 and `expiresIn`
    /// in seconds.
    pub fn sign(&self, request: &str, body: Vec<u8>) -> String {
        let given = read(request);
        let mut request = Request {
            method: text(&given, "method").to_owned(),
            url: text(&given, "url").to_owned(),
            headers: given.get("headers").map(pairs).unwrap_or_default(),
            body,
        };
        let mut sign = || {
            let keys = self.keys.borrow();
            let keys = keys.as_ref().ok_or_else(|| {
                Error::new(ErrorKind::Credentials, "CredentialsProviderError", "there are no credentials")
            })?;
            let scope = Scope { region: text(&given, "region"), service: text(&given, "service") };
            let mut settings = if scope.service == "s3" { Settings::s3() } else { Settings::default() };
            let time = system_time(number(&given, "time"));
            if given.get("expiresIn").is_none() {
                self.signer.sign(&mut request, keys, scope, &settings, time)?;
                return Ok(());
            }
            if scope.service == "s3" {
                // S3 takes presigned bodies unsigned; elsewhere there is none.
                settings.payload = Payload::Unsigned;
            }
            let expires_in = Duration::from_secs(u64::try_from(number(&given, "expiresIn")).unwrap_or_default());
            let (url, _) = self.signer.presign(&request, keys, scope, &settings, expires_in, time)?;
            request.url.clone_from(&url);
            Ok(())
        };
        let signed = sign();
        written(signed, |to, ()| {
            to.member("url", Some(&request.url));
            header_members(to, &request.headers);
        })
    }

    /// Wipes the keys, those derived from them, and what signing left on the stack.
    pub fn wipe(&self) {
        self.keys.replace(None);
        self.signer.forget();
        allocator::wipe_stack();
    }
}
