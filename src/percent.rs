//! Percent-encoding as AWS wants it, in form bodies and signatures alike.
//!
//! Source: RFC 3986, "Uniform Resource Identifier (URI): Generic Syntax", section 2.3.

/// Appends `text`, with all but the unreserved characters `A-Z a-z 0-9 - . _ ~` as `%` and two upper-case digits.
pub fn encode(text: impl AsRef<[u8]>, to: &mut String) {
    push(text.as_ref(), b"-._~", to);
}

/// The same, with slashes left as they are.
pub(crate) fn encode_path(path: &[u8], to: &mut String) {
    push(path, b"-._~/", to);
}

/// The bytes that a percent-encoded text stands for. A `%` without two hexadecimal digits after it stands for itself.
pub(crate) fn decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let digit = |place: usize| tail.get(place).and_then(|byte| char::from(*byte).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (*first, digit(0), digit(1)) {
            bytes.extend(u8::try_from(high << 4 | low));
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    bytes
}

// The `percent-encoding` crate does this with a table, and is half a KB more of wasm.
fn push(mut bytes: &[u8], left_alone: &[u8], to: &mut String) {
    // Run by run: character by character takes five times as long.
    loop {
        let run = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || left_alone.contains(byte)).count();
        let (run, rest) = bytes.split_at(run);
        to.push_str(std::str::from_utf8(run).unwrap_or_default());
        let [byte, rest @ ..] = rest else { return };
        let digit = |half: u8| b"0123456789ABCDEF"[usize::from(half)];
        let encoded = [b'%', digit(byte >> 4), digit(byte & 15)];
        to.push_str(std::str::from_utf8(&encoded).unwrap_or_default());
        bytes = rest;
    }
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

    #[test]
    fn what_is_encoded_is_decoded_and_a_lone_percent_sign_stays() {
        assert_eq!(decode(b"a%20b%2bc%C3%A9+"), "a b+cé+".as_bytes());
        for text in ["%", "%2", "%zz", "100%", "%+1"] {
            assert_eq!(decode(text.as_bytes()), text.as_bytes());
        }
        assert_eq!(decode(b"%%41"), b"%A");
    }
}
