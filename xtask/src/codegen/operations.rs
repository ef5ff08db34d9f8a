//! The model as data in TypeScript, for forms: inputs, outputs and limits of each operation.

use std::fmt::Display;

use serde_json::json;
use sts_web::model::{Charset, Kind, Member, OPERATIONS, Operation, Presence, Rule, Shape};

/// Returns the content of `operations.ts`.
pub(crate) fn operations() -> String {
    // One line per operation compresses better than one per member.
    let all: Vec<String> = OPERATIONS.iter().map(|one| format!("  {},\n", operation(one))).collect();
    let all = all.concat();
    format!("{HEAD}\n{DOCUMENTATION}export const operations: readonly OperationModel[] = [\n{all}];\n")
}

const HEAD: &str = r#"// Generated from the crate's model by `cargo xtask build`.

import type { OperationName } from "./model.js";

/** An operation with its input and output. */
export interface OperationModel {
  name: OperationName;
  documentation: string;
  /** Whether requests are signed, which requires credentials. */
  signed: boolean;
  input: readonly MemberModel[];
  output: readonly MemberModel[];
}

/** A member of an input, an output or a nested structure. Constraints that do not exist are omitted. */
export interface MemberModel {
  name: string;
  documentation: string;
  /** A `list` has elements of the kind `of`; a `structure` has `members`. */
  kind: "text" | "integer" | "timestamp" | "map" | "list" | "structure";
  of?: "text" | "structure";
  members?: readonly MemberModel[];
  /** `true` or omitted. */
  required?: true;
  /** Whether to hide the value in logs and on screen: `true` or omitted. */
  sensitive?: true;
  /** Minimum length of a string, or minimum of a number. */
  min?: number;
  /** Maximum length of a string, or maximum of a number. */
  max?: number;
  /** Minimum number of elements of a list. */
  minItems?: number;
  /** Maximum number of elements of a list. */
  maxItems?: number;
  /** Description of the allowed characters of a string. */
  characters?: string;
  /** Unit of a number, e.g. `seconds`. */
  unit?: string;
}
"#;

const DOCUMENTATION: &str = r#"/**
 * Every operation of STS as data, e.g. to generate forms.
 *
 * @example
 * ```ts
 * const { input } = operations.find(({ name }) => name === "AssumeRole")!;
 * console.log(input.filter(({ required }) => required)); // RoleArn and RoleSessionName
 * ```
 */
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
        _ => unreachable!("a new kind, {kind:?}, needs a name in TypeScript"),
    }
}

fn object(properties: &[String]) -> String {
    format!("{{ {} }}", properties.join(", "))
}

fn property(name: &str, value: impl Display) -> String {
    format!("{name}: {value}")
}

/// Returns a quoted string literal in one line.
fn text(value: &str) -> String {
    json!(value.split_whitespace().collect::<Vec<_>>().join(" ")).to_string()
}
