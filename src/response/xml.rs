//! Reads the elements of an XML document one by one, and rejects constructs that STS responses never contain.

use std::ops::Deref;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zeroize::Zeroizing;

use super::unexpected_response;
use crate::Error;

/// The next node of a document.
pub(super) enum Node<'a> {
    /// An element begins.
    Open(Name<'a>),
    /// The element ends.
    Close,
}

/// The name of an element, without its prefix.
pub(super) struct Name<'a>(BytesStart<'a>);

impl Deref for Name<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.local_name().into_inner()
    }
}

/// A forward-only reader that is inside one element at a time.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    depth: usize,
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, text, depth: 0 }
    }

    /// Enters the root element, whose name must be `stem` followed by `suffix`.
    pub(super) fn root(&mut self, stem: &str, suffix: &str) -> Result<(), Error> {
        match self.any_root()? {
            name if name.strip_suffix(suffix) == Some(stem) => Ok(()),
            name => Err(unexpected_response(&format!("its root element is {}", shortened(&name)))),
        }
    }

    /// Enters the root element, whatever its name.
    pub(super) fn any_root(&mut self) -> Result<Name<'a>, Error> {
        if self.text.trim_ascii().is_empty() {
            return Err(unexpected_response("it is empty"));
        }
        if !self.text.trim_ascii_start().starts_with('<') {
            return Err(unexpected_response("it is not XML"));
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
                Event::Start(start) => return Ok(Node::Open(Name(start))),
                Event::End(_) => return Ok(Node::Close),
                _ => {}
            }
        }
    }

    /// Returns the text of the current element and leaves it. Child elements are skipped.
    pub(super) fn text(&mut self) -> Result<Zeroizing<String>, Error> {
        let mut text = Zeroizing::new(String::new());
        loop {
            match self.event()? {
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::CData(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) => text.push(match &*reference {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    "apos" => '\'',
                    _ => match reference.resolve_char_ref() {
                        Ok(Some(character)) => character,
                        Ok(None) => return Err(unexpected_response("it uses an undefined entity")),
                        Err(_) => return Err(malformed()),
                    },
                }),
                Event::Start(_) => self.skip()?,
                Event::End(_) => return Ok(text),
                _ => {}
            }
        }
    }

    /// Skips the rest of the current element.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        let outside = self.depth - 1;
        while self.depth > outside {
            self.event()?;
        }
        Ok(())
    }

    /// Checks that only comments, processing instructions and whitespace follow the root element.
    pub(super) fn end(mut self) -> Result<(), Error> {
        loop {
            match self.reader.read_event() {
                Ok(Event::Eof) => return Ok(()),
                Ok(Event::Comment(_) | Event::PI(_)) => {}
                Ok(Event::Text(text)) if text.trim_ascii().is_empty() => {}
                _ => return Err(malformed()),
            }
        }
    }

    fn event(&mut self) -> Result<Event<'a>, Error> {
        let event = self.reader.read_event().map_err(|_| malformed())?;
        match event {
            Event::Start(_) if self.depth == MAX_DEPTH => {
                return Err(unexpected_response("its elements are nested too deeply"));
            }
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth -= 1,
            Event::DocType(_) => return Err(unexpected_response("it has a document type declaration")),
            Event::Eof => return Err(unexpected_response("it is truncated")),
            _ => {}
        }
        Ok(event)
    }
}

/// Maximum depth of nested elements. The responses of STS have six levels.
const MAX_DEPTH: usize = 32;

/// An element name from an untrusted document, short enough for a message.
fn shortened(name: &str) -> &str {
    if name.len() <= 40 { name } else { name.get(..40).unwrap_or("an element with a long name") }
}

fn malformed() -> Error {
    unexpected_response("its XML is malformed")
}

#[cfg(test)]
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
}
