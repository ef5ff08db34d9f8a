//! An independent parser for STS responses and errors, on top of `roxmltree`.

use std::borrow::Cow;

use roxmltree::{Document, Node};
use sts_web::model::{Kind, Operation, Presence, Shape, Value};
use sts_web::timestamp::parse_timestamp;

/// Documents that are nested more deeply are rejected.
const MAX_DEPTH: usize = 32;

/// Normalizes line ends as XML requires. `roxmltree` does not do so before a reference.
#[must_use]
pub fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Parses a well-formed document that is not nested too deeply. Returns `None` for any other, which is not compared.
#[must_use]
pub fn parse(text: &str) -> Option<Document<'_>> {
    // `roxmltree` ignores a colon at the start of a name, and accepts an XML declaration at any position.
    let has_late_declaration = text.rfind("<?xml").is_some_and(|position| position > 0);
    if ["<:", "</:", "<?:"].iter().any(|colon| text.contains(colon)) || has_late_declaration {
        return None;
    }
    let document = Document::parse(text).ok()?;
    // `roxmltree` replaces a reference to a character that does not exist with U+FFFD.
    let is_exact = |node: Node<'_, '_>| !node.text().is_some_and(|text| text.contains('\u{fffd}'));
    document.descendants().all(|node| depth(node) <= MAX_DEPTH && is_exact(node)).then_some(document)
}

/// Returns the output and the request ID of an operation's response, or `None` if it is not a valid response.
#[must_use]
pub fn output(operation: &Operation, document: &Document<'_>) -> Option<(Value, Option<String>)> {
    let root = document.root_element();
    if name(root).strip_suffix("Response") != Some(operation.name) {
        return None;
    }
    let (mut output, mut request_id) = (None, None);
    for child in elements(root) {
        if name(child).strip_suffix("Result") == Some(operation.name) {
            output = Some(structure(operation.output, child)?);
        } else if name(child) == "ResponseMetadata" {
            request_id = elements(child).filter(|id| name(*id) == "RequestId").last().map(text);
        }
    }
    Some((output?, request_id.filter(|id| !id.is_empty())))
}

/// Code, message and request ID of an error document.
#[derive(Debug, Default, PartialEq)]
pub struct Failure {
    pub code: String,
    pub message: Option<String>,
    pub request_id: Option<String>,
}

/// Parses an error document in any of its forms. Returns `None` if it is not an error document.
#[must_use]
pub fn failure(document: &Document<'_>) -> Option<Failure> {
    let root = document.root_element();
    let mut found = Failure::default();
    if matches!(name(root), "Error" | "ErrorResponse" | "Response") {
        read_failure(root, &mut found, &mut false);
    }
    (!found.code.is_empty()).then_some(found)
}

/// Reads the first error that has a code, and its siblings.
fn read_failure(inside: Node<'_, '_>, found: &mut Failure, has_code: &mut bool) {
    let trimmed = |node| text(node).trim_ascii().to_owned();
    let unless_empty = |text: String| (!text.is_empty()).then_some(text);
    for child in elements(inside) {
        match name(child) {
            "Errors" | "ResponseMetadata" => read_failure(child, found, has_code),
            "Error" if !*has_code => read_failure(child, found, has_code),
            "Code" => (found.code, *has_code) = (trimmed(child), true),
            "Message" | "message" => found.message = unless_empty(trimmed(child)),
            "RequestId" | "RequestID" => found.request_id = unless_empty(trimmed(child)),
            _ => {}
        }
    }
}

fn structure(shape: &'static Shape, inside: Node<'_, '_>) -> Option<Value> {
    let mut members = Vec::new();
    for member in shape.members {
        // Only the first element with this name is read, and its value must be valid.
        let first = elements(inside).find(|child| name(*child) == member.name);
        let found = first.map(|child| value(member.kind, child)).map_or(Some(None), |value| value.map(Some))?;
        let required = member.presence == Presence::Required;
        match found.filter(|value| !(required && value.as_text() == Some(""))) {
            Some(value) => members.push((Cow::Borrowed(member.name), value)),
            None if required => return None,
            None => {}
        }
    }
    Some(Value::Structure(members))
}

fn value(kind: Kind, inside: Node<'_, '_>) -> Option<Value> {
    Some(match kind {
        Kind::Text => Value::text(text(inside)),
        Kind::Integer => Value::Integer(text(inside).trim_ascii().parse().ok()?),
        Kind::Timestamp => Value::Timestamp(parse_timestamp(text(inside).trim_ascii())?),
        Kind::Structure(shape) => structure(shape, inside)?,
        Kind::List(of) => Value::List(elements(inside).map(|item| value(*of, item)).collect::<Option<_>>()?),
        Kind::Map => Value::Map(elements(inside).map(entry).collect()),
        _ => panic!("a kind that this parser does not know"),
    })
}

fn entry(inside: Node<'_, '_>) -> (String, String) {
    let last = |wanted| elements(inside).filter(|child| name(*child) == wanted).last().map(text).unwrap_or_default();
    (last("key"), last("value"))
}

fn elements<'a, 'b>(inside: Node<'a, 'b>) -> impl Iterator<Item = Node<'a, 'b>> {
    inside.children().filter(Node::is_element)
}

fn name<'a>(node: Node<'a, '_>) -> &'a str {
    node.tag_name().name()
}

/// The text of an element without that of its children.
fn text(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

fn depth(node: Node<'_, '_>) -> usize {
    node.ancestors().filter(Node::is_element).count()
}
