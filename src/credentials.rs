//! AWS credentials, zeroized on drop and hidden in `Debug`.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use sts_web::Credentials;
//!
//! let now = SystemTime::now();
//! let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "secret")
//!     .with_session_token("token")
//!     .with_expiration(now + Duration::from_secs(3600));
//! assert!(credentials.is_valid_for(Duration::from_secs(300), now));
//! assert!(!format!("{credentials:?}").contains("secret"));
//! ```

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::Secret;
use crate::model::IssuedCredentials;

/// An access key ID, its secret access key and, for temporary credentials, the session token.
///
/// Each clone zeroizes its secret access key and session token on drop. `Debug` prints neither.
#[derive(Clone)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: Secret,
    session_token: Option<Secret>,
    expiration: Option<SystemTime>,
}

impl Credentials {
    /// Creates long-term credentials from an access key ID (`AKIA…`) and its secret access key.
    ///
    /// Spaces and line breaks around either are removed: files and copied text often have them.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<Secret>) -> Self {
        Self {
            access_key_id: access_key_id.into().trim_ascii().to_owned(),
            secret_access_key: trimmed(secret_access_key.into()),
            session_token: None,
            expiration: None,
        }
    }

    /// Sets the session token of temporary credentials. Spaces and line breaks around it are removed, and an empty token
    /// is ignored.
    #[must_use]
    pub fn with_session_token(mut self, session_token: impl Into<Secret>) -> Self {
        self.session_token = Some(trimmed(session_token.into())).filter(|token| !token.expose_secret().is_empty());
        self
    }

    /// Sets the time when the credentials expire.
    #[must_use]
    pub fn with_expiration(mut self, expiration: SystemTime) -> Self {
        self.expiration = Some(expiration);
        self
    }

    /// Returns the access key ID, which is not a secret.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the secret access key.
    #[must_use]
    pub fn secret_access_key(&self) -> &str {
        self.secret_access_key.expose_secret()
    }

    /// Returns the session token, which only temporary credentials have.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_ref().map(Secret::expose_secret)
    }

    /// Returns the time when the credentials expire, or `None` if they do not.
    #[must_use]
    pub fn expiration(&self) -> Option<SystemTime> {
        self.expiration
    }

    /// Returns whether the credentials have not expired at `now`.
    #[must_use]
    pub fn is_valid(&self, now: SystemTime) -> bool {
        self.is_valid_for(Duration::ZERO, now)
    }

    /// Returns whether the credentials remain valid for at least `margin` after `now`.
    #[must_use]
    pub fn is_valid_for(&self, margin: Duration, now: SystemTime) -> bool {
        self.expiration.is_none_or(|expiration| expiration.duration_since(now).is_ok_and(|left| left > margin))
    }
}

/// Returns the secret without surrounding white space. The original is zeroized.
fn trimmed(secret: Secret) -> Secret {
    let text = secret.expose_secret();
    match text.trim_ascii() {
        trimmed if trimmed.len() < text.len() => trimmed.into(),
        _ => secret,
    }
}

/// Converts the credentials in the output of an operation.
impl From<&IssuedCredentials> for Credentials {
    fn from(issued: &IssuedCredentials) -> Self {
        Self {
            access_key_id: issued.access_key_id.clone(),
            secret_access_key: issued.secret_access_key.clone(),
            session_token: Some(issued.session_token.clone()),
            expiration: Some(issued.expiration),
        }
    }
}

/// Converts the credentials in the output of an operation, without copying them.
impl From<IssuedCredentials> for Credentials {
    fn from(issued: IssuedCredentials) -> Self {
        Self {
            access_key_id: issued.access_key_id,
            secret_access_key: issued.secret_access_key,
            session_token: Some(issued.session_token),
            expiration: Some(issued.expiration),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> Credentials {
        Credentials::new("ASIAEXAMPLE", "the secret")
            .with_session_token("the token")
            .with_expiration(SystemTime::UNIX_EPOCH + Duration::from_secs(1000))
    }

    #[test]
    fn debug_shows_the_key_id_and_no_secret() {
        let shown = format!("{:?}", temporary());
        assert!(shown.contains("ASIAEXAMPLE"), "{shown}");
        assert!(!shown.contains("the secret") && !shown.contains("the token"), "{shown}");
    }

    #[test]
    fn surrounding_white_space_is_removed_and_an_empty_session_token_is_none() {
        let credentials = Credentials::new(" AKIAEXAMPLE\n", "\tthe secret\r\n").with_session_token("the token ");
        assert_eq!(credentials.access_key_id(), "AKIAEXAMPLE");
        assert_eq!(credentials.secret_access_key(), "the secret");
        assert_eq!(credentials.session_token(), Some("the token"));
        for empty in ["", "\n"] {
            assert_eq!(temporary().with_session_token(empty).session_token(), None);
        }
    }

    #[test]
    fn credentials_are_valid_until_they_expire() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert!(temporary().is_valid(at(999)));
        assert!(!temporary().is_valid(at(1000)));
        assert!(!temporary().is_valid_for(Duration::from_secs(60), at(940)));
        assert!(temporary().is_valid_for(Duration::from_secs(60), at(939)));
        assert!(!temporary().is_valid_for(Duration::MAX, at(0)));
        assert!(!temporary().is_valid(at(2000)));
        assert!(Credentials::new("AKIA", "s").is_valid(at(u64::from(u32::MAX))));
    }
}
