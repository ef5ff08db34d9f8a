//! Reads arbitrary text with the XML reader and with quick-xml, in the same steps: both must find the same elements and
//! texts, and accept the same documents.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sts_web::{Error, ErrorKind};
use sts_web_fuzz::quick_xml_reader::{QuickXml, is_rejected_by_us_alone};
use xml::{Node, Xml};

/// The reader is private, so its source is compiled here a second time.
#[allow(dead_code, reason = "the root element may have any name here")]
#[path = "../../src/raw/response/xml.rs"]
mod xml;

/// What the reader uses of its crate.
#[allow(dead_code, unexpected_cfgs, reason = "as the crate uses and compiles it")]
#[path = "../../src/substring.rs"]
mod substring;

/// Replaces the function of the same name in the reader's parent module.
fn unexpected_response(why: &str) -> Error {
    Error::new(ErrorKind::Response, "UnexpectedResponse", why)
}

fuzz_target!(|input: (u64, &str)| {
    let (steps, text) = input;
    let (mut ours, mut theirs) = (Xml::new(text), QuickXml::new(text));
    let root = ours.any_root().map(str::to_owned);
    if !agree(text, &root, theirs.root().as_ref()) {
        return;
    }
    // Two bits at a time decide whether the next element is entered, its text is read, or it is skipped.
    let (mut depth, mut steps) = (1_u32, steps);
    while depth > 0 {
        let step = steps & 3;
        steps = steps.rotate_right(2);
        let same = match step {
            0 => {
                depth -= 1;
                agree(text, &ours.text().map(|text| text.to_string()), theirs.text().as_ref())
            }
            1 => {
                depth -= 1;
                agree(text, &ours.skip(), theirs.skip().as_ref())
            }
            _ => {
                let node = ours.next().map(|node| match node {
                    Node::Open(name) => Some(name.to_owned()),
                    Node::Close => None,
                });
                depth = if matches!(node, Ok(Some(_))) { depth + 1 } else { depth - 1 };
                agree(text, &node, theirs.child().as_ref())
            }
        };
        if !same {
            return;
        }
    }
    agree(text, &ours.end(), theirs.end().as_ref());
});

/// Returns whether both readers can continue.
///
/// # Panics
/// If only one of them can, or if their results differ.
fn agree<T: PartialEq + std::fmt::Debug>(text: &str, ours: &Result<T, Error>, theirs: Option<&T>) -> bool {
    match (ours, theirs) {
        (Ok(ours), Some(theirs)) => assert_eq!(ours, theirs),
        (Err(_), None) => {}
        (Err(_), Some(_)) if is_rejected_by_us_alone(text) => {}
        (ours, theirs) => panic!("here: {ours:?}, there: {theirs:?}"),
    }
    ours.is_ok()
}
