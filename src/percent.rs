//! Percent-encoding as AWS wants it, in form bodies and signatures alike.
//!
//! Source: RFC 3986, "Uniform Resource Identifier (URI): Generic Syntax", section 2.3.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

const ALL_BUT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ALL_BUT_PATH: &AsciiSet = &ALL_BUT_UNRESERVED.remove(b'/');

/// Appends `text` to `to`, all but the unreserved characters encoded in upper-case hex: a space is `%20`.
pub fn encode(text: impl AsRef<[u8]>, to: &mut String) {
    to.extend(percent_encode(text.as_ref(), ALL_BUT_UNRESERVED));
}

/// As [`encode`], and slashes stay.
pub(crate) fn encode_path(path: &[u8], to: &mut String) {
    to.extend(percent_encode(path, ALL_BUT_PATH));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_is_percent_20_and_everything_but_unreserved_is_encoded() {
        let mut encoded = String::new();
        encode("a b+c~d-e_f.g/é\n*", &mut encoded);
        assert_eq!(encoded, "a%20b%2Bc~d-e_f.g%2F%C3%A9%0A%2A");
    }
}
