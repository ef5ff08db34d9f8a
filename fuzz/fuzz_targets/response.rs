//! Parses arbitrary bytes as the response of each operation. There must be no panic and no excessive memory use, another
//! XML parser must find the same output, and the output must be the same after serializing and parsing it again.
#![no_main]

use std::fmt::Write as _;

use libfuzzer_sys::fuzz_target;
use sts_web::http::Response;
use sts_web::model::{Kind, OPERATIONS, Operation, Shape, Value};
use sts_web::raw::response::{self, ParsedResponse};
use sts_web::timestamp::format_timestamp;
use sts_web_fuzz::{bounded, document};

fuzz_target!(|data: &[u8]| {
    let text = std::str::from_utf8(data).ok().map(document::with_line_feeds);
    let parsed = text.as_deref().and_then(document::parse);
    for operation in OPERATIONS {
        let ours = bounded(data.len(), || parse(operation, data));
        if let Some(document) = &parsed {
            let theirs = document::output(operation, document);
            match (&ours, theirs) {
                (Some(ours), Some((output, request_id))) => {
                    assert!(ours.output == output, "{} has another output", operation.name);
                    assert_eq!(ours.request_id, request_id);
                }
                (None, None) => {}
                (ours, _) => panic!("{}: accepted here: {}, there: {}", operation.name, ours.is_some(), ours.is_none()),
            }
        }
        if let Some(ours) = ours {
            let again = parse(operation, serialize(operation, &ours).as_bytes()).expect("a valid response");
            assert!(again.output == ours.output, "{} changes when it is serialized", operation.name);
            assert_eq!(again.request_id, ours.request_id);
        }
    }
});

fn parse(operation: &Operation, body: &[u8]) -> Option<ParsedResponse> {
    response::parse(operation, &Response { status: 200, headers: Vec::new(), body: body.to_vec() }).ok()
}

fn serialize(operation: &Operation, response: &ParsedResponse) -> String {
    let name = operation.name;
    let mut xml = format!("<{name}Response>");
    element(&format!("{name}Result"), &mut xml, |xml| structure(operation.output, &response.output, xml));
    if let Some(id) = &response.request_id {
        element("ResponseMetadata", &mut xml, |xml| element("RequestId", xml, |xml| text(id, xml)));
    }
    xml + "</" + name + "Response>"
}

fn structure(shape: &Shape, value: &Value, xml: &mut String) {
    for member in shape.members {
        if let Some(value) = value.get(member.name) {
            element(member.name, xml, |xml| content(member.kind, value, xml));
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
            // With nanoseconds, which `format_timestamp` truncates to microseconds.
            let seconds = format_timestamp(*time);
            let nanoseconds = time.duration_since(std::time::UNIX_EPOCH).expect("since 1970").subsec_nanos();
            let _ = write!(xml, "{}.{nanoseconds:09}Z", &seconds[..19]);
        }
        _ => panic!("a member has another kind than in the model"),
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
            // A literal carriage return would be normalized to a line feed, and `]]>` is not allowed in text.
            '&' | '<' | '>' | '\r' => drop(write!(xml, "&#{};", u32::from(character))),
            other => xml.push(other),
        }
    }
}
