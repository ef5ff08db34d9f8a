//! The character patterns of the STS model, without a regex engine.

/// The characters that a text may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Every character.
    Any,
    /// What XML 1.0 can carry. Pattern of ARNs.
    Xml,
    /// Tab, line feed, carriage return and U+0020 to U+00FF. Pattern of session policies.
    Latin1,
    /// Digits.
    Digits,
    /// Letters, digits and the underscore: `\w`.
    Word,
    /// `\w` and `+=,.@-`. Pattern of names.
    Name,
    /// `\w` and `+=,.@:/-`. Pattern of external ids and MFA serial numbers.
    Path,
    /// Letters, spaces and digits of any script and `_.:/=+-@`. Pattern of tags.
    Tag,
}

impl Charset {
    /// Whether a text may have `character`.
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
            // Which characters outside ASCII are letters takes tables of some KB: the server judges those.
            Self::Tag => word || one_of(character, " .:/=+-@") || character > '\u{9f}',
        }
    }

    /// The characters in words, to follow "it may have ".
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Any => "any character",
            Self::Xml => "any character but control characters",
            Self::Latin1 => "characters up to U+00FF and no control characters but tab and line ends",
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
    fn charsets_allow_what_their_patterns_do() {
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
