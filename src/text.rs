//! Searching in text byte by byte. The standard library's searchers are quicker on long text, and 4 KB of wasm.

/// Whether `part`, which is not empty, stands in `text`.
pub(crate) fn holds(text: &str, part: &str) -> bool {
    // Only where the first byte fits is the rest compared, which is a call.
    text.as_bytes().windows(part.len()).any(|window| window[0] == part.as_bytes()[0] && window == part.as_bytes())
}

/// What is before and after the first `separator`, an ASCII character.
pub(crate) fn cut(text: &str, separator: u8) -> Option<(&str, &str)> {
    at(text, text.bytes().position(|byte| byte == separator)?)
}

/// What is before and after the last `separator`, an ASCII character.
pub(crate) fn cut_last(text: &str, separator: u8) -> Option<(&str, &str)> {
    at(text, text.bytes().rposition(|byte| byte == separator)?)
}

fn at(text: &str, place: usize) -> Option<(&str, &str)> {
    Some((text.get(..place)?, text.get(place + 1..)?))
}

/// The parts of `text` between the separators, each an ASCII character.
pub(crate) fn parts(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, tail) = cut(text, separator).map_or((text, None), |(part, tail)| (part, Some(tail)));
        rest = tail;
        Some(part)
    })
}

/// A whole number, as `-12`, of up to 18 digits. The standard library's `parse` is 500 bytes of wasm.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || digits.len() > 18 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = digits.bytes().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
    Some(if digits.len() < text.len() { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_and_nothing_else() {
        for (text, number) in [("0", 0), ("-12", -12), ("007", 7), ("999999999999999999", 999_999_999_999_999_999)] {
            assert_eq!(whole_number(text), Some(number));
        }
        for wrong in ["", "-", "--1", "+1", "1.0", "1 ", "1000000000000000000", "١"] {
            assert_eq!(whole_number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn texts_are_cut_at_separators() {
        assert_eq!(cut("a=b=c", b'='), Some(("a", "b=c")));
        assert_eq!(cut_last("a=b=c", b'='), Some(("a=b", "c")));
        assert_eq!(cut("é", b'='), None);
        assert_eq!(parts("/a//b", b'/').collect::<Vec<_>>(), ["", "a", "", "b"]);
        assert_eq!(parts("", b'/').collect::<Vec<_>>(), [""]);
        assert!(holds("ab", "b") && !holds("ab", "c") && !holds("a", "ab"));
    }
}
