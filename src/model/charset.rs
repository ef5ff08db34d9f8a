//! Character patterns of the STS model, without a regex engine.

/// Characters that a string may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Charset {
    /// Any character.
    Any,
    /// Characters that XML 1.0 allows. The pattern of ARNs.
    Xml,
    /// Tab, line feed, carriage return and U+0020 to U+00FF. The pattern of session policies.
    Latin1,
    /// Digits.
    Digits,
    /// ASCII letters, digits and underscore: `\w`.
    Word,
    /// `\w` and `+=,.@-`. The pattern of names.
    Name,
    /// `\w` and `+=,.@:/-`. The pattern of external IDs and MFA serial numbers.
    Path,
    /// Letters, spaces and digits of any script, and `_.:/=+-@`. The pattern of tags.
    Tag,
}

impl Charset {
    /// Returns whether a string may contain `character`.
    #[must_use]
    pub fn allows(self, character: char) -> bool {
        let word = character.is_ascii_alphanumeric() || character == '_';
        match self {
            Self::Any => true,
            Self::Xml => match character {
                '\t' | '\n' | '\r' | '\u{85}' => true,
                '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => false,
                _ => character >= ' ',
            },
            Self::Latin1 => matches!(character, '\t' | '\n' | '\r' | ' '..='\u{ff}'),
            Self::Digits => character.is_ascii_digit(),
            Self::Word => word,
            Self::Name => word || one_of(character, "+=,.@-"),
            Self::Path => word || one_of(character, "+=,.@:/-"),
            // Unicode letter tables take several KB of wasm: STS checks characters beyond ASCII.
            Self::Tag => word || one_of(character, " .:/=+-@") || character > '\u{9f}',
        }
    }

    /// Describes the characters for error messages.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Any => "any character",
            Self::Xml => "any character except control characters",
            Self::Latin1 => "characters up to U+00FF, except control characters other than tab and line breaks",
            Self::Digits => "digits",
            Self::Word => "letters, digits and _",
            Self::Name => "letters, digits and _+=,.@-",
            Self::Path => "letters, digits and _+=,.@:/-",
            Self::Tag => "letters, digits, spaces and _.:/=+-@",
        }
    }
}

fn one_of(character: char, ascii: &str) -> bool {
    ascii.bytes().any(|byte| char::from(byte) == character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_charset_allows_the_characters_of_its_pattern() {
        let all = |charset: Charset, text: &str| text.chars().all(|character| charset.allows(character));
        assert!(all(Charset::Name, "s3-access.example@x=1+2,_"));
        assert!(!all(Charset::Name, "with space") && !all(Charset::Name, "a/b") && !all(Charset::Name, "ä"));
        assert!(all(Charset::Path, "arn:aws:iam::123456789012:mfa/user"));
        assert!(
            all(Charset::Tag, "cost centre: Zürich/東京") && !all(Charset::Tag, "a#b") && !all(Charset::Tag, "a\tb")
        );
        assert!(all(Charset::Latin1, "{\n\t\"é\": 1}") && !all(Charset::Latin1, "“"));
        assert!(all(Charset::Xml, "“東京”\n") && !all(Charset::Xml, "\u{0}") && !all(Charset::Xml, "\u{80}"));
        assert!(all(Charset::Digits, "123456") && !all(Charset::Digits, "12345٣"));
    }
}
