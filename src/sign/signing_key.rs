//! Step 4: derive a signing key, once per secret access key, day, region and service.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Scope;
use crate::{Credentials, Secret};

/// A cache of recently derived signing keys. `Debug` shows their number.
#[derive(Default)]
pub(super) struct SigningKeys(Mutex<Vec<SigningKey>>);

struct SigningKey {
    // The secret, not the access key ID: a rotated secret must not match the old signing key.
    secret_access_key: Secret,
    credential_scope: String,
    key: Key,
}

impl SigningKeys {
    /// Enough for a few regions and services around midnight UTC.
    const CAPACITY: usize = 8;

    /// Calls `with_key` with the signing key for `scope` on `date`, e.g. `20150830`.
    pub(super) fn with<R>(
        &self,
        credentials: &Credentials,
        credential_scope: &str,
        scope: Scope<'_>,
        date: &str,
        with_key: impl FnOnce(&[u8]) -> R,
    ) -> R {
        let secret = credentials.secret_access_key();
        let mut keys = self.lock();
        if let Some(known) = keys.iter().find(|key| key.matches(secret, credential_scope)) {
            return with_key(&*known.key);
        }
        let key = derive(secret, date, scope);
        let result = with_key(&*key);
        if keys.len() == Self::CAPACITY {
            keys.remove(0);
        }
        keys.push(SigningKey { secret_access_key: secret.into(), credential_scope: credential_scope.to_owned(), key });
        result
    }

    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SigningKey>> {
        // A panic while the lock is held leaves no partial key behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A signing key, or the HMAC of a step on the way to one. Zeroized on drop.
type Key = Zeroizing<[u8; 32]>;

fn derive(secret_access_key: &str, date: &str, scope: Scope<'_>) -> Key {
    let secret = Zeroizing::new(["AWS4", secret_access_key].concat());
    let key = hmac_sha256(secret.as_bytes(), date.as_bytes());
    [scope.region, scope.service, "aws4_request"].iter().fold(key, |key, part| hmac_sha256(&*key, part.as_bytes()))
}

/// Returns the HMAC-SHA256 of `message`.
pub(super) fn hmac_sha256(key: &[u8], message: &[u8]) -> Key {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC accepts keys of any length");
    hmac.update(message);
    Zeroizing::new(hmac.finalize().into_bytes().into())
}

impl SigningKey {
    fn matches(&self, secret: &str, credential_scope: &str) -> bool {
        self.credential_scope == credential_scope && self.secret_access_key.expose_secret() == secret
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKeys").field(&self.lock().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(keys: &SigningKeys, secret: &str, date: &str, region: &str) -> Vec<u8> {
        let credentials = Credentials::new("AKIDEXAMPLE", secret);
        let credential_scope = [date, region, "iam", "aws4_request"].join("/");
        keys.with(&credentials, &credential_scope, Scope { region, service: "iam" }, date, <[u8]>::to_vec)
    }

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    #[test]
    fn a_key_is_derived_once_per_secret_day_and_region() {
        let keys = SigningKeys::default();
        let first = key(&keys, SECRET, "20150830", "us-east-1");
        // The example of a derived key in AWS's documentation.
        assert_eq!(
            base16ct::lower::encode_string(&first),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
        assert_eq!(key(&keys, SECRET, "20150830", "us-east-1"), first);
        assert_eq!(keys.lock().len(), 1);
        assert_ne!(key(&keys, SECRET, "20150831", "us-east-1"), first);
        assert_ne!(key(&keys, SECRET, "20150830", "eu-west-1"), first);
        assert_ne!(key(&keys, "another secret", "20150830", "us-east-1"), first);
        assert_eq!(keys.lock().len(), 4);
    }

    #[test]
    fn the_cache_is_bounded_and_empty_after_forget() {
        let keys = SigningKeys::default();
        for region in 0..20 {
            key(&keys, SECRET, "20150830", &region.to_string());
        }
        assert_eq!(keys.lock().len(), SigningKeys::CAPACITY);
        keys.forget();
        assert!(keys.lock().is_empty());
    }
}
