//! Search for short patterns in strings.
//!
//! `str::find` chooses among algorithms for patterns of any length. Searching at each position in turn makes the npm module
//! 670 bytes smaller after brotli, as `cargo xtask size --levels` measures.

/// Returns the index at which the first `pattern` in `text` starts.
pub(crate) fn find(text: &str, pattern: &str) -> Option<usize> {
    if cfg!(std_search) {
        return text.find(pattern);
    }
    text.as_bytes().windows(pattern.len()).position(|window| window == pattern.as_bytes())
}

pub(crate) fn contains(text: &str, pattern: &str) -> bool {
    find(text, pattern).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_occurrence_is_found_as_by_the_standard_library() {
        for text in ["", "a", "ab", "aab", "a-->b-->", "übermäßig <!-- ü -->", "aaaa"] {
            for pattern in ["a", "ab", "-->", "ü", "aaaaa"] {
                assert_eq!(find(text, pattern), text.find(pattern), "{pattern} in {text}");
                assert_eq!(contains(text, pattern), text.contains(pattern), "{pattern} in {text}");
            }
        }
    }
}
