//! The model as data in TypeScript, for forms: what each operation takes and gives, with the limits.

use std::fmt::Display;

use serde_json::json;
use sts_web::model::{Charset, Kind, Member, OPERATIONS, Operation, Presence, Rule, Shape};

/// The text of `operations.ts`.
pub(crate) fn operations() -> String {
    // A line for each: what stands in a line compresses better, and the page loads it.
    let all: Vec<String> = OPERATIONS.iter().map(|one| format!("  {},\n", operation(one))).collect();
    let all = all.concat();
    format!(
        "{HEAD}\n/** Every operation of STS as data, for forms. */\nexport const operations: readonly OperationModel[] = [\n{all}];\n"
    )
}

const HEAD: &str = r#"// Generated from the crate's model by `cargo xtask build`.

/** An operation: what it takes and gives. */
export interface OperationModel {
  name: string;
  documentation: string;
  /** Whether it is signed, and so needs keys. */
  signed: boolean;
  input: readonly MemberModel[];
  output: readonly MemberModel[];
}

/** A member of an input, an output or a structure in them. What has no limit has none here. */
export interface MemberModel {
  name: string;
  documentation: string;
  /** A `list` is of `of`, and a `structure` has `members`. */
  kind: "text" | "integer" | "timestamp" | "map" | "list" | "structure";
  of?: "text" | "structure";
  members?: readonly MemberModel[];
  /** True, or not there. */
  required?: true;
  /** Hidden from logs and from view: true, or not there. */
  sensitive?: true;
  /** The fewest and the most characters of a text, or the least and the greatest number. */
  min?: number;
  max?: number;
  /** The fewest and the most elements of a list. */
  minItems?: number;
  maxItems?: number;
  /** The characters of a text, in words. */
  characters?: string;
  /** What a number counts, as `seconds`. */
  unit?: string;
}
"#;

fn operation(operation: &Operation) -> String {
    object(&[
        property("name", text(operation.name)),
        property("documentation", text(operation.doc)),
        property("signed", operation.signed),
        property("input", members(operation.input)),
        property("output", members(operation.output)),
    ])
}

fn members(shape: &Shape) -> String {
    let members: Vec<String> = shape.members.iter().map(member).collect();
    format!("[{}]", members.join(", "))
}

fn member(member: &Member) -> String {
    let mut data = vec![property("name", text(member.name)), property("documentation", text(member.doc))];
    let mut put = |name: &str, value: String| data.push(property(name, value));
    for (name, is) in [("required", member.presence == Presence::Required), ("sensitive", member.sensitive)] {
        if is {
            put(name, is.to_string());
        }
    }
    put("kind", text(kind(member.kind)));
    let mut inner = member.kind;
    if let Kind::List(of) = member.kind {
        put("of", text(kind(*of)));
        inner = *of;
    }
    let rule = member.rule;
    for (name, limit) in [("min", rule.min), ("minItems", rule.min_items)] {
        if limit > 0 {
            put(name, limit.to_string());
        }
    }
    for (name, limit) in [("max", rule.max), ("maxItems", rule.max_items)] {
        if limit < Rule::UNLIMITED {
            put(name, limit.to_string());
        }
    }
    if rule.charset != Charset::Any {
        put("characters", text(rule.charset.describe()));
    }
    if !rule.unit.is_empty() {
        put("unit", text(rule.unit));
    }
    if let Kind::Structure(shape) = inner {
        put("members", members(shape));
    }
    object(&data)
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Integer => "integer",
        Kind::Timestamp => "timestamp",
        Kind::Map => "map",
        Kind::List(_) => "list",
        Kind::Structure(_) => "structure",
    }
}

fn object(properties: &[String]) -> String {
    format!("{{ {} }}", properties.join(", "))
}

fn property(name: &str, value: impl Display) -> String {
    format!("{name}: {value}")
}

/// In quotes, and as one line.
fn text(words: &str) -> String {
    json!(words.split_whitespace().collect::<Vec<_>>().join(" ")).to_string()
}
