//! A reader with the same steps as the crate's XML reader, based on `quick-xml`.

use quick_xml::Reader;
use quick_xml::events::Event;

/// A reader that is inside one element at a time. Its methods return `None` for a document that is rejected.
pub struct QuickXml<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    depth: usize,
}

const MAX_DEPTH: usize = 32;

impl<'a> QuickXml<'a> {
    /// Begins to read a document.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, text, depth: 0 }
    }

    /// Enters the root element and returns its name, without the prefix.
    pub fn root(&mut self) -> Option<String> {
        self.text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('<').then_some(())?;
        loop {
            match self.event()? {
                Event::Start(start) => return Some(start.local_name().into_inner().to_owned()),
                Event::Text(text) if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() => {}
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                _ => return None,
            }
        }
    }

    /// Enters the next child element and returns its name. If there is none, leaves the element and returns `Some(None)`.
    pub fn child(&mut self) -> Option<Option<String>> {
        loop {
            match self.event()? {
                Event::Start(start) => return Some(Some(start.local_name().into_inner().to_owned())),
                Event::End(_) => return Some(None),
                _ => {}
            }
        }
    }

    /// Returns the text of the element and leaves it.
    pub fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            match self.event()? {
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::CData(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                    Some(character) => text.push(character),
                    None => text.push_str(quick_xml::escape::resolve_predefined_entity(&reference)?),
                },
                Event::Start(_) => self.skip()?,
                Event::End(_) => return Some(text),
                _ => {}
            }
        }
    }

    /// Leaves the element.
    pub fn skip(&mut self) -> Option<()> {
        let outside = self.depth - 1;
        while self.depth > outside {
            self.event()?;
        }
        Some(())
    }

    /// Checks that nothing but comments, processing instructions and whitespace follows.
    #[must_use]
    pub fn end(mut self) -> Option<()> {
        loop {
            match self.reader.read_event().ok()? {
                Event::Eof => return Some(()),
                Event::Comment(_) | Event::PI(_) => {}
                Event::Text(text) if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() => {}
                _ => return None,
            }
        }
    }

    fn event(&mut self) -> Option<Event<'a>> {
        let event = self.reader.read_event().ok()?;
        match event {
            Event::Start(_) if self.depth == MAX_DEPTH => return None,
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.checked_sub(1)?,
            Event::DocType(_) | Event::Eof => return None,
            _ => {}
        }
        Some(event)
    }
}

/// Returns whether a document breaks a rule of XML that quick-xml does not check: an element or a processing instruction
/// without a valid name, or a declaration that is not at the start.
#[must_use]
pub fn is_rejected_by_us_alone(text: &str) -> bool {
    text.match_indices("<?xml").any(|(index, _)| index > 0)
        || text.split('<').skip(1).any(|markup| {
            let begins_name = |first: char| first.is_ascii_alphabetic() || first == '_' || !first.is_ascii();
            match markup.strip_prefix('?') {
                Some(target) => !target.starts_with(begins_name),
                None => !markup.starts_with(['/', '!']) && !markup.starts_with(begins_name),
            }
        })
}
