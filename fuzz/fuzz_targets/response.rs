//! Any bytes as the answer of any operation: no panic, no more memory than they are worth, the same output as another
//! XML parser finds, and the same again when it is written and read once more.
#![no_main]

use std::fmt::Write as _;

use libfuzzer_sys::fuzz_target;
use sts_web::http::Response;
use sts_web::model::{Kind, OPERATIONS, Operation, Shape, Value};
use sts_web::response::{ParsedResponse, read};
use sts_web::timestamp::format_timestamp;
use sts_web_fuzz::{bounded, document};

fuzz_target!(|data: &[u8]| {
    let text = std::str::from_utf8(data).ok().map(document::with_line_feeds);
    let parsed = text.as_deref().and_then(document::parse);
    for operation in OPERATIONS {
        let ours = bounded(data.len(), || answer(operation, data));
        if let Some(document) = &parsed {
            let theirs = document::answer(operation, document);
            match (&ours, theirs) {
                (Some(ours), Some((output, request_id))) => {
                    assert!(ours.output == output, "{} has another output", operation.name);
                    assert_eq!(ours.request_id, request_id);
                }
                (None, None) => {}
                (ours, _) => panic!("{}: read here: {}, there: {}", operation.name, ours.is_some(), ours.is_none()),
            }
        }
        if let Some(ours) = ours {
            let again = answer(operation, written(operation, &ours).as_bytes()).expect("what was read once");
            assert!(again.output == ours.output, "{} changes when it is written", operation.name);
            assert_eq!(again.request_id, ours.request_id);
        }
    }
});

fn answer(operation: &Operation, body: &[u8]) -> Option<ParsedResponse> {
    read(operation, &Response { status: 200, headers: Vec::new(), body: body.to_vec() }).ok()
}

fn written(operation: &Operation, answer: &ParsedResponse) -> String {
    let name = operation.name;
    let mut xml = format!("<{name}Response>");
    element(&format!("{name}Result"), &mut xml, |xml| structure(operation.output, &answer.output, xml));
    if let Some(id) = &answer.request_id {
        element("ResponseMetadata", &mut xml, |xml| element("RequestId", xml, |xml| text(id, xml)));
    }
    xml + "</" + name + "Response>"
}

fn structure(shape: &Shape, value: &Value, xml: &mut String) {
    for member in shape.members {
        if let Some(found) = value.get(member.name) {
            element(member.name, xml, |xml| content(member.kind, found, xml));
        }
    }
}

fn content(kind: Kind, value: &Value, xml: &mut String) {
    match (kind, value) {
        (Kind::Structure(shape), value) => structure(shape, value, xml),
        (Kind::List(of), Value::List(items)) => {
            for item in items {
                element("member", xml, |xml| content(*of, item, xml));
            }
        }
        (_, Value::Map(entries)) => {
            for (key, value) in entries {
                element("entry", xml, |xml| {
                    element("key", xml, |xml| text(key, xml));
                    element("value", xml, |xml| text(value, xml));
                });
            }
        }
        (_, Value::Text(value)) => text(value, xml),
        (_, Value::Integer(number)) => xml.push_str(&number.to_string()),
        (_, Value::Timestamp(time)) => {
            // With all its nanoseconds, which `format_timestamp` cuts.
            let whole = format_timestamp(*time);
            let nanoseconds = time.duration_since(std::time::UNIX_EPOCH).expect("since 1970").subsec_nanos();
            let _ = write!(xml, "{}.{nanoseconds:09}Z", &whole[..19]);
        }
        _ => panic!("a member is of another kind than the model's"),
    }
}

fn element(name: &str, xml: &mut String, inside: impl FnOnce(&mut String)) {
    let _ = write!(xml, "<{name}>");
    inside(xml);
    let _ = write!(xml, "</{name}>");
}

fn text(text: &str, xml: &mut String) {
    for character in text.chars() {
        match character {
            // A carriage return as such would be read as a line feed, and an angle bracket could end a CDATA section.
            '&' | '<' | '>' | '\r' => drop(write!(xml, "&#{};", u32::from(character))),
            other => xml.push(other),
        }
    }
}
