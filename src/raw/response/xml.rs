//! Reads the elements of an XML document one by one, and rejects constructs that STS responses never contain.
//!
//! It supports the XML that STS and compatible servers send: elements, text, CDATA sections, comments, processing
//! instructions, the five predefined entities and character references. A document type declaration is an error, so that
//! no entity can be declared. Attributes are skipped, because the parsers need none.
//!
//! The crate quick-xml would make the npm package's download 4 KB larger (measured with `cargo xtask size`). The fuzz
//! target `xml` and the tests below compare this reader with it.
//!
//! Source: W3C, "Extensible Markup Language (XML) 1.0 (Fifth Edition)".

use zeroize::Zeroizing;

use super::unexpected_response;
use crate::{Error, substring};

/// The next node of a document.
pub(super) enum Node<'a> {
    /// An element begins. This is its name, without the prefix.
    Open(&'a str),
    /// The element ends.
    Close,
}

/// A forward-only reader that is inside one element at a time.
pub(super) struct Xml<'a> {
    /// The part of the document that has not been read.
    rest: &'a str,
    /// Names of the open elements, outermost first, with their prefixes.
    open: Vec<&'a str>,
    /// Whether the innermost open element was written as `<name/>`, so that it ends without an end tag.
    empty: bool,
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { rest: text, open: Vec::new(), empty: false }
    }

    /// Enters the root element, whose name must be `stem` followed by `suffix`.
    pub(super) fn root(&mut self, stem: &str, suffix: &str) -> Result<(), Error> {
        match self.any_root()? {
            name if name.strip_suffix(suffix) == Some(stem) => Ok(()),
            name => Err(unexpected_response(&format!("its root element is {}", shortened(name)))),
        }
    }

    /// Enters the root element, whatever its name, and returns the name.
    pub(super) fn any_root(&mut self) -> Result<&'a str, Error> {
        self.rest = self.rest.trim_start_matches(WHITESPACE);
        if self.rest.is_empty() {
            return Err(unexpected_response("it is empty"));
        }
        if !self.rest.starts_with('<') {
            return Err(unexpected_response("it is not XML"));
        }
        if self.rest.starts_with("<?xml") {
            self.take_until("?>")?;
        }
        match self.next()? {
            Node::Open(name) => Ok(name),
            Node::Close => Err(malformed()),
        }
    }

    /// Returns the next child of the current element, or the end of the current element. Text is skipped.
    pub(super) fn next(&mut self) -> Result<Node<'a>, Error> {
        loop {
            match self.event()? {
                Event::Start(name) => return Ok(Node::Open(name)),
                Event::End => return Ok(Node::Close),
                Event::Eof => return Err(truncated()),
                Event::Text(_) | Event::Reference(_) | Event::Comment => {}
            }
        }
    }

    /// Returns the text of the current element and leaves it. Child elements are skipped.
    pub(super) fn text(&mut self) -> Result<Zeroizing<String>, Error> {
        let mut text = Zeroizing::new(String::new());
        loop {
            match self.event()? {
                Event::Text(part) => push_with_line_feeds(&mut text, part),
                Event::Reference(name) => text.push(resolve(name)?),
                Event::Start(_) => self.skip()?,
                Event::End => return Ok(text),
                Event::Eof => return Err(truncated()),
                Event::Comment => {}
            }
        }
    }

    /// Skips the rest of the current element.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        let outside = self.open.len() - 1;
        while self.open.len() > outside {
            self.event()?;
        }
        Ok(())
    }

    /// Checks that only comments, processing instructions and whitespace follow the root element.
    pub(super) fn end(mut self) -> Result<(), Error> {
        loop {
            match self.event()? {
                Event::Eof => return Ok(()),
                Event::Comment => {}
                _ => return Err(malformed()),
            }
        }
    }

    fn event(&mut self) -> Result<Event<'a>, Error> {
        if std::mem::take(&mut self.empty) {
            self.open.pop();
            return Ok(Event::End);
        }
        let outside = self.open.is_empty();
        match self.rest.as_bytes() {
            [] if outside => Ok(Event::Eof),
            [] => Err(truncated()),
            [b'<', b'/', ..] => self.end_tag(),
            [b'<', b'?', ..] => self.processing_instruction(),
            [b'<', b'!', ..] => self.comment_or_cdata(),
            [b'<', ..] => self.start_tag(),
            [b'&', ..] if !outside => self.reference(),
            _ => self.characters(outside),
        }
    }

    fn start_tag(&mut self) -> Result<Event<'a>, Error> {
        if self.open.len() == MAX_DEPTH {
            return Err(unexpected_response("its elements are nested too deeply"));
        }
        let tag = self.take_tag()?;
        let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, _) = split_before(tag, is_whitespace);
        if !name.starts_with(begins_name) {
            return Err(malformed());
        }
        self.open.push(name);
        self.empty = empty;
        Ok(Event::Start(name.split_once(':').map_or(name, |(_, local)| local)))
    }

    /// Takes the text between `<` and `>`. A `>` inside a quoted attribute value does not end the tag.
    fn take_tag(&mut self) -> Result<&'a str, Error> {
        let mut quote = None;
        for (index, byte) in self.rest.bytes().enumerate() {
            match (quote, byte) {
                (None, b'>') => {
                    let tag = &self.rest[1..index];
                    self.rest = &self.rest[index + 1..];
                    return Ok(tag);
                }
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), close) if open == close => quote = None,
                _ => {}
            }
        }
        Err(truncated())
    }

    fn end_tag(&mut self) -> Result<Event<'a>, Error> {
        let (tag, rest) = split_before(&self.rest["</".len()..], |byte| byte == b'>');
        self.rest = rest.strip_prefix('>').ok_or_else(truncated)?;
        let name = tag.trim_end_matches(WHITESPACE);
        if self.open.pop() == Some(name) { Ok(Event::End) } else { Err(malformed()) }
    }

    /// The XML declaration looks like one, but is allowed at the start of a document only.
    fn processing_instruction(&mut self) -> Result<Event<'a>, Error> {
        self.rest = &self.rest["<?".len()..];
        let (target, _) = split_before(self.take_until("?>")?, is_whitespace);
        if target != "xml" && target.starts_with(begins_name) { Ok(Event::Comment) } else { Err(malformed()) }
    }

    fn comment_or_cdata(&mut self) -> Result<Event<'a>, Error> {
        if let Some(comment) = self.rest.strip_prefix("<!--") {
            self.rest = comment;
            self.take_until("-->")?;
            Ok(Event::Comment)
        } else if let Some(text) = self.rest.strip_prefix("<![CDATA[").filter(|_| !self.open.is_empty()) {
            self.rest = text;
            self.take_until("]]>").map(Event::Text)
        } else if self.rest.get(2..9).is_some_and(|keyword| keyword.eq_ignore_ascii_case("doctype")) {
            Err(unexpected_response("it has a document type declaration"))
        } else {
            Err(malformed())
        }
    }

    fn reference(&mut self) -> Result<Event<'a>, Error> {
        self.rest = &self.rest["&".len()..];
        let name = self.take_until(";")?;
        // An ampersand that begins no reference must not take the text up to the next semicolon with it.
        if name.contains(['<', '&']) { Err(malformed()) } else { Ok(Event::Reference(name)) }
    }

    /// Outside the root element only whitespace is allowed.
    fn characters(&mut self, outside: bool) -> Result<Event<'a>, Error> {
        let (text, rest) = split_before(self.rest, |byte| matches!(byte, b'<' | b'&'));
        self.rest = rest;
        match outside {
            false => Ok(Event::Text(text)),
            true if !text.is_empty() && text.trim_matches(WHITESPACE).is_empty() => Ok(Event::Comment),
            true => Err(malformed()),
        }
    }

    /// Takes everything before `end`, and drops `end`.
    fn take_until(&mut self, end: &str) -> Result<&'a str, Error> {
        let index = substring::find(self.rest, end).ok_or_else(truncated)?;
        let taken = &self.rest[..index];
        self.rest = &self.rest[index + end.len()..];
        Ok(taken)
    }
}

enum Event<'a> {
    Start(&'a str),
    End,
    /// Characters as they are written, of a text or a CDATA section.
    Text(&'a str),
    /// The text between `&` and `;`.
    Reference(&'a str),
    /// A comment, a processing instruction, or whitespace outside the root element.
    Comment,
    Eof,
}

/// Maximum depth of nested elements. The responses of STS have six levels.
const MAX_DEPTH: usize = 32;

/// The characters that separate the parts of a tag.
const WHITESPACE: [char; 4] = [' ', '\t', '\r', '\n'];

fn is_whitespace(byte: u8) -> bool {
    WHITESPACE.contains(&char::from(byte))
}

/// Splits `text` before the first ASCII character that is a `stop`. `str::find` is much slower, because it decodes every
/// character before that one.
fn split_before(text: &str, stop: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(stop).unwrap_or(text.len()))
}

/// Whether a name can begin with `first`. Beyond ASCII every character counts as a letter: a table of letters takes 1.3 KB
/// of the npm package's download, and no name of STS has one.
fn begins_name(first: char) -> bool {
    first.is_ascii_alphabetic() || first == '_' || !first.is_ascii()
}

/// Appends a text with its line ends normalized: `\r\n` and `\r` become `\n`.
fn push_with_line_feeds(text: &mut String, part: &str) {
    for (index, line) in part.split('\r').enumerate() {
        if index > 0 && !line.starts_with('\n') {
            text.push('\n');
        }
        text.push_str(line);
    }
}

/// Returns the character of a reference: `amp`, `#65` or `#x41`.
fn resolve(reference: &str) -> Result<char, Error> {
    let number = match reference {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => reference.strip_prefix('#').ok_or_else(|| unexpected_response("it uses an undefined entity"))?,
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    let character = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    // `from_str_radix` accepts a sign, too.
    character.filter(|&character| character != '\0' && !digits.starts_with('+')).ok_or_else(malformed)
}

/// An element name from an untrusted document, short enough for a message.
fn shortened(name: &str) -> &str {
    if name.len() <= 40 { name } else { name.get(..40).unwrap_or("an element with a long name") }
}

fn malformed() -> Error {
    unexpected_response("its XML is malformed")
}

fn truncated() -> Error {
    unexpected_response("it is truncated")
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    fn text_of(document: &str) -> Result<String, Error> {
        let mut xml = Xml::new(document);
        xml.any_root()?;
        let text = xml.text()?.to_string();
        xml.end()?;
        Ok(text)
    }

    #[test]
    fn text_is_read_with_character_references_and_predefined_entities() {
        let document = "<a>&lt;b&gt; &amp; &quot;c&quot; &apos;d&apos; &#233;&#x41; <![CDATA[<&amp;]]></a>";
        assert_eq!(text_of(document).ok().as_deref(), Some("<b> & \"c\" 'd' éA <&amp;"));
    }

    #[test]
    fn child_elements_of_a_text_are_skipped_with_their_content() {
        assert_eq!(text_of("<a>b<c>d<e>f</e></c>g</a>").ok().as_deref(), Some("bg"));
    }

    /// Everything that `Xml` reports about a document, as quick-xml reports it; `None` for a document that is rejected.
    fn events(document: &str) -> Option<Vec<String>> {
        let mut xml = Xml::new(document);
        let mut events = vec![format!("<{}", xml.any_root().ok()?)];
        while !xml.open.is_empty() {
            match xml.event().ok()? {
                Event::Start(name) => events.push(format!("<{name}")),
                Event::End => events.push(">".to_owned()),
                Event::Text(part) => {
                    let mut text = String::new();
                    push_with_line_feeds(&mut text, part);
                    append(&mut events, &text);
                }
                Event::Reference(name) => append(&mut events, &resolve(name).ok()?.to_string()),
                Event::Comment => {}
                Event::Eof => return None,
            }
        }
        xml.end().ok()?;
        Some(events)
    }

    fn quick_xml_events(document: &str) -> Option<Vec<String>> {
        use quick_xml::events::Event;
        let mut reader = quick_xml::Reader::from_str(document.strip_prefix('\u{feff}').unwrap_or(document));
        reader.config_mut().expand_empty_elements = true;
        let (mut events, mut depth) = (Vec::new(), 0);
        loop {
            match reader.read_event().ok()? {
                Event::Start(_) if depth == 0 && !events.is_empty() => return None,
                Event::Start(start) => {
                    depth += 1;
                    events.push(format!("<{}", start.local_name().into_inner()));
                }
                Event::End(_) => {
                    depth -= 1;
                    events.push(">".to_owned());
                }
                Event::Text(text) if depth > 0 => append(&mut events, &text.xml10_content()),
                Event::CData(text) if depth > 0 => append(&mut events, &text.xml10_content()),
                Event::GeneralRef(name) if depth > 0 => match name.resolve_char_ref().ok()? {
                    Some(character) => append(&mut events, &character.to_string()),
                    None => append(&mut events, quick_xml::escape::resolve_predefined_entity(&name)?),
                },
                Event::Text(text) if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() => {}
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                Event::Eof => return (depth == 0).then_some(events),
                _ => return None,
            }
        }
    }

    fn append(events: &mut Vec<String>, text: &str) {
        match events.last_mut().filter(|last| last.starts_with('"')) {
            Some(last) => last.push_str(text),
            None if text.is_empty() => {}
            None => events.push(format!("\"{text}")),
        }
    }

    #[test]
    fn it_agrees_with_quick_xml_on_every_kind_of_markup() {
        for document in [
            "<a/>",
            "<a>text</a>",
            "\u{feff}<?xml version='1.0'?>\n<!-- c --><a b='>' c=\"/>\"><x:d/><e>1&#10;2</e ></a>\n<?p i?>",
            "<a><![CDATA[<&>]]>]]&gt;</a>",
            "<a>\r\n\r\r\n<![CDATA[\r]]></a>",
            "<a><b></b><b/></a><!---->",
            "<a>&#x1F600;&apos;</a>",
            "<a\tb='1'><c\n/><d\r\n></d\n></a\t><?p\n i?>",
        ] {
            let ours = events(document);
            assert!(ours.is_some(), "{document}");
            assert_eq!(ours, quick_xml_events(document), "{document}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_rejected() {
        for document in [
            "",
            "a",
            "<",
            "<a",
            "<a>",
            "<a></b>",
            "<a></a",
            "</a>",
            "<a/><b/>",
            "<a/>text",
            "<a/>&amp;",
            "<a>&</a>",
            "<a>&amp</a>",
            "<a>& b;</a>",
            "<a>&unknown;</a>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
            "<a>&#+65;</a>",
            "<a>&#;</a>",
            "<a><!-- </a>",
            "<a><!--></a>",
            "<a><![CDATA[</a>",
            "<a/><![CDATA[x]]>",
            "<!DOCTYPE a><a/>",
            "<!doctype a><a/>",
            "<a><!ELEMENT b></a>",
            "<>",
            "< a/>",
            "<1/>",
            "<a><?p </a>",
            "<a><?xml version='1.0'?></a>",
            "<a b='></a>",
        ] {
            assert_eq!(events(document), None, "{document}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(4096))]

        /// For pieces of markup in any order, both readers accept the same documents and find the same content.
        #[test]
        fn it_agrees_with_quick_xml(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..12)) {
            let document = format!("<a>{}</a>", pieces.concat());
            let ours = events(&document);
            if ours.is_some() || !stricter(&document) {
                proptest::prop_assert_eq!(ours, quick_xml_events(&document));
            }
        }
    }

    const PIECES: &[&str] = &[
        "<b>",
        "</b>",
        "<b/>",
        "<c:b>",
        "</c:b>",
        "<b c='>'>",
        "<b c=\"'\" />",
        "</b >",
        "</a>",
        "<a>",
        "text",
        " ",
        "\r",
        "\r\n",
        "&amp;",
        "&#65;",
        "&#x41;",
        "&",
        ";",
        "&x;",
        "&#0;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "-",
        "<?p",
        "?>",
        "<",
        ">",
        "'",
        "é",
        "<!DOCTYPE a>",
        "/",
        "\u{1F600}",
    ];

    /// Whether `document` contains something that only quick-xml accepts: an element or processing instruction without a
    /// proper name, or a declaration that is not at the start.
    fn stricter(document: &str) -> bool {
        document.contains("<?xml")
            || document.split('<').skip(1).any(|markup| match markup.strip_prefix('?') {
                Some(target) => !target.starts_with(begins_name),
                None => !markup.starts_with(['/', '!']) && !markup.starts_with(begins_name),
            })
    }
}
