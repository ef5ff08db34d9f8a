//! The elements of an XML document, one after another; what an STS answer never has is refused.

use std::ops::Deref;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zeroize::Zeroizing;

use super::foreign;
use crate::Error;

/// What comes next in a document.
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

/// A document that is read forwards only, inside one element at a time.
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

    /// Steps into the document's root, which must be called `stem` and `suffix`.
    pub(super) fn root(&mut self, stem: &str, suffix: &str) -> Result<(), Error> {
        match self.any_root()? {
            name if name.strip_suffix(suffix) == Some(stem) => Ok(()),
            name => Err(foreign(&["its root element is ", shortened(&name)].concat())),
        }
    }

    /// Steps into the document's root, whatever it is called.
    pub(super) fn any_root(&mut self) -> Result<Name<'a>, Error> {
        if self.text.trim_ascii().is_empty() {
            return Err(foreign("it is empty"));
        }
        if !self.text.trim_ascii_start().starts_with('<') {
            return Err(foreign("it is no XML"));
        }
        match self.next()? {
            Node::Open(name) => Ok(name),
            Node::Close => Err(malformed()),
        }
    }

    /// The next element inside the current one, or the current one's end. Text between them is passed over.
    pub(super) fn next(&mut self) -> Result<Node<'a>, Error> {
        loop {
            match self.event()? {
                Event::Start(start) => return Ok(Node::Open(Name(start))),
                Event::End(_) => return Ok(Node::Close),
                _ => {}
            }
        }
    }

    /// The text of the current element, up to its end. Elements inside it are passed over.
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
                        Ok(None) => return Err(foreign("it uses an entity of its own")),
                        Err(_) => return Err(malformed()),
                    },
                }),
                Event::Start(_) => self.skip()?,
                Event::End(_) => return Ok(text),
                _ => {}
            }
        }
    }

    /// Passes over the rest of the current element.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        let outside = self.depth - 1;
        while self.depth > outside {
            self.event()?;
        }
        Ok(())
    }

    /// Checks that nothing follows the root but comments and space.
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
            Event::Start(_) if self.depth == MAX_DEPTH => return Err(foreign("its elements are nested too deeply")),
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth -= 1,
            Event::DocType(_) => return Err(foreign("it has a document type")),
            Event::Eof => return Err(foreign("it ends too early")),
            _ => {}
        }
        Ok(event)
    }
}

/// STS's own answers go six elements deep.
const MAX_DEPTH: usize = 32;

/// A name from a foreign document, short enough for a message.
fn shortened(name: &str) -> &str {
    if name.len() <= 40 { name } else { name.get(..40).unwrap_or("one with a long name") }
}

fn malformed() -> Error {
    foreign("its XML is malformed")
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
    fn a_text_is_read_with_the_entities_of_xml_itself() {
        let document = "<a>&lt;b&gt; &amp; &quot;c&quot; &apos;d&apos; &#233;&#x41; <![CDATA[<&amp;]]></a>";
        assert_eq!(text_of(document).ok().as_deref(), Some("<b> & \"c\" 'd' éA <&amp;"));
    }

    #[test]
    fn elements_in_a_text_are_passed_over_with_all_that_they_hold() {
        assert_eq!(text_of("<a>b<c>d<e>f</e></c>g</a>").ok().as_deref(), Some("bg"));
    }
}
