//! The model as data in TypeScript, for forms: what each operation takes and gives, with the limits.

use serde_json::{Map, Value, json};
use sts_web::model::{Charset, Kind, Member, OPERATIONS, Presence, Rule, Shape};

/// The text of `operations.ts`.
pub(crate) fn operations() -> String {
    // A line for each: what stands in a line compresses better, and the page loads it.
    let all: Vec<String> = OPERATIONS
        .iter()
        .map(|operation| {
            let data = json!({
                "name": operation.name,
                "documentation": words(operation.doc),
                "signed": operation.signed,
                "input": members(operation.input),
                "output": members(operation.output),
            });
            format!("  {data},\n")
        })
        .collect();
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
  required: boolean;
  /** Hidden from logs and from view. */
  sensitive: boolean;
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

fn members(shape: &Shape) -> Vec<Value> {
    shape.members.iter().map(member).collect()
}

fn member(member: &Member) -> Value {
    let mut data = Map::new();
    let mut put = |name: &str, value: Value| data.insert(name.to_owned(), value);
    put("name", member.name.into());
    put("documentation", words(member.doc).into());
    put("kind", kind(member.kind).into());
    let mut inner = member.kind;
    if let Kind::List(of) = member.kind {
        put("of", kind(*of).into());
        inner = *of;
    }
    if let Kind::Structure(shape) = inner {
        put("members", members(shape).into());
    }
    put("required", (member.presence == Presence::Required).into());
    put("sensitive", member.sensitive.into());
    let rule = member.rule;
    for (name, limit) in [("min", rule.min), ("minItems", rule.min_items)] {
        if limit > 0 {
            put(name, limit.into());
        }
    }
    for (name, limit) in [("max", rule.max), ("maxItems", rule.max_items)] {
        if limit < Rule::UNLIMITED {
            put(name, limit.into());
        }
    }
    if rule.charset != Charset::Any {
        put("characters", rule.charset.describe().into());
    }
    if !rule.unit.is_empty() {
        put("unit", rule.unit.trim().into());
    }
    data.into()
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

/// Documentation as one line.
fn words(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}
