//! Steps 2 and 3: hash the canonical request and create the string to sign. Both use the date format that is defined here.

use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::Scope;
use crate::timestamp::{LAST_SECOND, basic_digits};
use crate::{Error, ErrorKind};

/// A time in the format `20150830T123600Z`. The first eight characters are the date.
#[derive(Debug, Clone)]
pub(crate) struct DateTime(String);

impl DateTime {
    pub(crate) fn of(time: SystemTime) -> Result<Self, Error> {
        let seconds = time.duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs());
        if seconds > LAST_SECOND {
            return Err(Error::new(
                ErrorKind::Configuration,
                "InvalidTime",
                "the time must be in the years 1970 to 9999",
            ));
        }
        let mut text = basic_digits(time);
        text.insert(8, 'T');
        text.push('Z');
        Ok(Self(text))
    }

    pub(crate) fn date_time(&self) -> &str {
        &self.0
    }

    pub(crate) fn date(&self) -> &str {
        self.0.get(..8).unwrap_or_default()
    }

    pub(super) fn credential_scope(&self, scope: Scope<'_>) -> String {
        [self.date(), "/", scope.region, "/", scope.service, "/aws4_request"].concat()
    }
}

pub(super) fn string_to_sign(date: &DateTime, credential_scope: &str, canonical_request: &str) -> String {
    let hash = sha256_hex(canonical_request.as_bytes());
    ["AWS4-HMAC-SHA256\n", date.date_time(), "\n", credential_scope, "\n", &hash].concat()
}

pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_formatted_as_signature_version_4_requires() {
        let at = |seconds| DateTime::of(UNIX_EPOCH + Duration::from_secs(seconds)).map(|time| time.0).ok();
        assert_eq!(at(1_440_938_160).as_deref(), Some("20150830T123600Z"));
        assert_eq!(at(0).as_deref(), Some("19700101T000000Z"));
        assert_eq!(at(1_709_164_799).as_deref(), Some("20240228T235959Z"));
        assert_eq!(at(253_402_300_799).as_deref(), Some("99991231T235959Z"));
        assert_eq!(at(253_402_300_800), None);
        assert!(DateTime::of(UNIX_EPOCH - Duration::from_secs(1)).is_err());
    }
}
