//! A string that is kept out of `Debug` output.

use std::fmt;
use std::hint::black_box;

use zeroize::Zeroizing;

/// A secret string: `Debug` does not show it, and it is zeroized on drop.
///
/// ```
/// use sts_web::Secret;
///
/// let secret = Secret::from("hunter2");
/// assert_eq!(secret.expose_secret(), "hunter2");
/// assert_eq!(format!("{secret:?}"), "Secret(…)");
/// ```
#[derive(Clone, Default, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Returns the string. The name makes the places that use a secret easy to find.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

/// Takes ownership of the string, without copying it.
impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl From<Zeroizing<String>> for Secret {
    fn from(secret: Zeroizing<String>) -> Self {
        Self(secret)
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        secret.to_owned().into()
    }
}

/// Compares all bytes, so that the time does not depend on where two secrets of one length differ.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let pairs = self.0.bytes().zip(other.0.bytes());
        self.0.len() == other.0.len() && pairs.fold(0, |differences, (a, b)| black_box(differences | (a ^ b))) == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_equal_if_all_of_their_bytes_are() {
        let secret = Secret::from("abc");
        assert_eq!(secret, Secret::from(String::from("abc")));
        for other in ["", "ab", "abcd", "xbc", "axc", "abx", "ABC"] {
            assert_ne!(secret, Secret::from(other), "{other}");
        }
    }
}
