//! Answers and errors of STS, read from a tree that `roxmltree` makes: the other opinion on what a document says.

use std::borrow::Cow;

use roxmltree::{Document, Node};
use sts_web::model::{Kind, Operation, Presence, Shape, Value};
use sts_web::timestamp::parse_timestamp;

/// More levels than that are refused, whatever is in them.
const MAX_DEPTH: usize = 32;

/// The text with its line ends as XML has them: `roxmltree` misses those that a reference follows.
#[must_use]
pub fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A well-formed document that is not nested too deeply; `None` for all others, on which this module has no opinion.
#[must_use]
pub fn parse(text: &str) -> Option<Document<'_>> {
    // `roxmltree` takes a name that begins with a colon for the same name without it, an XML declaration in any place for
    // an instruction,
    let declared_late = text.rfind("<?xml").is_some_and(|place| place > 0);
    if text.contains("<:") || text.contains("</:") || declared_late {
        return None;
    }
    let document = Document::parse(text).ok()?;
    // and a reference to a character beyond Unicode for U+FFFD.
    let is_certain = |node: Node<'_, '_>| !node.text().is_some_and(|text| text.contains('\u{fffd}'));
    document.descendants().all(|node| depth(node) <= MAX_DEPTH && is_certain(node)).then_some(document)
}

/// The output and the request id of an operation's answer; `None` where it is no such answer.
#[must_use]
pub fn answer(operation: &Operation, document: &Document<'_>) -> Option<(Value, Option<String>)> {
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

/// Code, message and request id of an error document, in any of its forms.
#[derive(Debug, Default, PartialEq)]
pub struct Failure {
    pub code: String,
    pub message: Option<String>,
    pub request_id: Option<String>,
}

/// What an error document says; `None` where it is none.
#[must_use]
pub fn failure(document: &Document<'_>) -> Option<Failure> {
    let root = document.root_element();
    let mut found = Failure::default();
    if matches!(name(root), "Error" | "ErrorResponse" | "Response") {
        read_failure(root, &mut found, &mut false);
    }
    (!found.code.is_empty()).then_some(found)
}

/// The first error that has a code is read, and what stands beside it.
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
        // Every element that is read must be what it should be, and the first of a name is.
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

/// The text directly inside an element.
fn text(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

fn depth(node: Node<'_, '_>) -> usize {
    node.ancestors().filter(Node::is_element).count()
}
