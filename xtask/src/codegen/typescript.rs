//! The package's declarations, exceptions and commands.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use anyhow::Result;
use sts_web::model::{ERRORS, Kind, Member, OPERATIONS, Operation, Presence, Shape};

use super::operations::operations;
use super::partitions::partitions;
use crate::run::root;

/// Writes `pkg/src/generated/*.ts`. Files that have not changed keep their modification time.
pub(crate) fn generate() -> Result<()> {
    let folder = root().join("pkg/src/generated");
    fs::create_dir_all(&folder)?;
    let files = [
        ("model.ts", model()),
        ("exceptions.ts", exceptions()),
        ("exceptions-by-name.ts", exceptions_by_name()),
        ("commands.ts", commands()),
        ("all-commands.ts", all_commands()),
        ("operations.ts", operations()),
        ("partitions.ts", partitions()),
    ];
    for (name, text) in files {
        if fs::read_to_string(folder.join(name)).ok().as_deref() != Some(&text) {
            fs::write(folder.join(name), text)?;
        }
    }
    Ok(())
}

fn model() -> String {
    let mut text = String::from(
        "// Generated from the crate's model by `cargo xtask build`.\n\n\
         import type { ResponseMetadata } from \"../errors.js\";\n\
         import type { Callback, RequestOptions } from \"../send.js\";\n",
    );
    let mut shapes = Vec::new();
    for operation in OPERATIONS {
        collect(operation.input, &mut shapes);
        collect(operation.output, &mut shapes);
    }
    for shape in shapes {
        interface(&mut text, shape.name, shape.doc, "", shape, false);
    }
    for operation in OPERATIONS {
        let (input, output) = (format!("{}CommandInput", operation.name), format!("{}CommandOutput", operation.name));
        interface(&mut text, &input, &format!("Input of {}.", operation.name), "", operation.input, true);
        let extends = " extends WithMetadata";
        interface(&mut text, &output, &format!("Output of {}.", operation.name), extends, operation.output, false);
    }
    text.push_str(
        "\n/** Metadata of the response, in every output. */\nexport interface WithMetadata {\n  $metadata: ResponseMetadata;\n}\n",
    );
    text.push_str("\n/** One method per operation. */\nexport interface Operations {\n");
    for operation in OPERATIONS {
        method(&mut text, operation);
    }
    let names: Vec<String> = OPERATIONS.iter().map(|operation| format!("\"{}\"", operation.name)).collect();
    let unsigned: Vec<_> = OPERATIONS.iter().filter(|one| !one.signed).map(|one| one.name).collect();
    let _ = write!(
        text,
        "}}\n\n/** The name of an operation. */\nexport type OperationName = {};\n\n\
         /** Operations that are sent unsigned. */\nexport const UNSIGNED_OPERATIONS = {unsigned:?};\n",
        names.join(" | ")
    );
    let _ = writeln!(
        text,
        "\n/** Members of inputs and outputs that must not be logged. */\nexport const SENSITIVE_MEMBERS = {:?};",
        sensitive_members()
    );
    text
}

/// Returns the names of all sensitive members, sorted.
fn sensitive_members() -> Vec<&'static str> {
    let mut shapes = Vec::new();
    for operation in OPERATIONS {
        shapes.extend([operation.input, operation.output]);
        collect(operation.input, &mut shapes);
        collect(operation.output, &mut shapes);
    }
    let members = shapes.iter().flat_map(|shape| shape.members);
    let names: BTreeSet<_> = members.filter(|member| member.sensitive).map(|member| member.name).collect();
    names.into_iter().collect()
}

fn exceptions() -> String {
    let mut text = String::from(
        "// Generated from the crate's model by `cargo xtask build`.\n\n\
         import { STSServiceException } from \"../errors.js\";\n",
    );
    for error in ERRORS {
        let class = error.class();
        let example = format!("if (error instanceof {class}) console.error(error.message, error.hint);");
        doc(&mut text, "", &with_example(error.doc, &example));
        let _ = writeln!(
            text,
            "export class {class} extends STSServiceException {{\n  declare name: \"{class}\";\n  declare readonly $fault: \"client\";\n}}"
        );
    }
    text
}

/// Returns the module with all exceptions by name, which the package uses but does not export.
fn exceptions_by_name() -> String {
    let names = ERRORS.iter().fold(String::new(), |names, error| names + "  " + &error.class() + ",\n");
    format!(
        "// Generated from the crate's model by `cargo xtask build`.\n\n\
         import {{\n{names}}} from \"./exceptions.js\";\n\n\
         /** Every exception of the model. */\nexport const EXCEPTIONS = {{\n{names}}};\n"
    )
}

fn commands() -> String {
    let mut text = String::from(
        "// Generated from the crate's model by `cargo xtask build`.\n\n\
         import { Command } from \"../command.js\";\n\
         import type * as model from \"./model.js\";\n",
    );
    for operation in OPERATIONS {
        let name = operation.name;
        let example = format!("const output = await client.send(new {name}Command({}));", example_input(operation));
        doc(&mut text, "", &with_example(operation.doc, &example));
        let _ = writeln!(
            text,
            "export class {name}Command extends Command<model.{name}CommandInput, model.{name}CommandOutput> {{\n  \
             readonly operation = \"{name}\";\n}}"
        );
    }
    text
}

/// Returns the module with the list of all commands, which the client with a method per operation uses.
fn all_commands() -> String {
    let names = OPERATIONS.iter().fold(String::new(), |names, operation| names + "  " + operation.name + "Command,\n");
    format!(
        "// Generated from the crate's model by `cargo xtask build`.\n\n\
         import {{\n{names}}} from \"./commands.js\";\n\n\
         /** Every command. */\nexport const COMMANDS = [\n{names}];\n"
    )
}

/// Collects the structures nested in `shape`, each once.
fn collect(shape: &'static Shape, found: &mut Vec<&'static Shape>) {
    for member in shape.members {
        let mut kind = member.kind;
        while let Kind::List(of) = kind {
            kind = *of;
        }
        if let Kind::Structure(inner) = kind
            && !found.contains(&inner)
        {
            found.push(inner);
            collect(inner, found);
        }
    }
}

fn interface(text: &mut String, name: &str, about: &str, extends: &str, shape: &Shape, input: bool) {
    doc(text, "", about);
    let _ = writeln!(text, "export interface {name}{extends} {{");
    for member in shape.members {
        doc(text, "  ", &described(member));
        let _ = writeln!(text, "  {}{};", member.name, typed(member, input || shape.name == "Tag"));
    }
    text.push_str("}\n");
}

/// Returns the type annotation, e.g. `?: string | undefined`. As in the SDK's types, a required member of an input may be
/// `undefined`.
fn typed(member: &Member, input: bool) -> String {
    let kind = kind(member.kind);
    match member.presence {
        Presence::Optional => format!("?: {kind} | undefined"),
        Presence::Required if !input => format!(": {kind}"),
        _ => format!(": {kind} | undefined"),
    }
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "string".to_owned(),
        Kind::Integer => "number".to_owned(),
        Kind::Timestamp => "Date".to_owned(),
        Kind::Map => "Record<string, string>".to_owned(),
        Kind::List(of) => format!("{}[]", self::kind(*of)),
        Kind::Structure(shape) => shape.name.to_owned(),
        _ => unreachable!("a new kind, {kind:?}, needs a type in TypeScript"),
    }
}

fn described(member: &Member) -> String {
    let mut documentation = member.doc.trim().to_owned();
    let rule = member.rule;
    let unlimited = sts_web::model::Rule::UNLIMITED;
    if member.kind == Kind::Integer && rule.max != unlimited {
        let _ = write!(documentation, "\n{} to {}{}.", rule.min, rule.max, rule.unit);
    }
    if member.kind == Kind::Text && rule.max != unlimited {
        let _ = write!(documentation, "\n{} to {} characters.", rule.min, rule.max);
    }
    documentation
}

fn doc(text: &mut String, indent: &str, comment: &str) {
    let joined = comment.trim().lines().map(str::trim).collect::<Vec<_>>().join(&format!("\n{indent} * "));
    let joined = joined.replace(" * \n", " *\n");
    if joined.contains('\n') {
        let _ = writeln!(text, "{indent}/**\n{indent} * {joined}\n{indent} */");
    } else {
        let _ = writeln!(text, "{indent}/** {joined} */");
    }
}

fn method(text: &mut String, operation: &Operation) {
    let name = operation.name;
    let (first, rest) = name.split_at(1);
    let method = format!("{}{rest}", first.to_lowercase());
    let input = example_input(operation);
    let example = format!("const output = await sts.{method}({input});");
    let _ = writeln!(
        text,
        "  /** Calls the operation and passes its outcome to a callback, as in the AWS SDK. */\n  \
         {method}(\n    input: {name}CommandInput,\n    \
         ...rest: [Callback<{name}CommandOutput>] | [RequestOptions, Callback<{name}CommandOutput>]\n  ): void;",
    );
    doc(text, "  ", &with_example(operation.doc, &example));
    let optional = if input.is_empty() { "?" } else { "" };
    let _ = writeln!(
        text,
        "  {method}(input{optional}: {name}CommandInput, options?: RequestOptions): Promise<{name}CommandOutput>;",
    );
}

/// The smallest input of `operation`, its required members: `{ RoleArn, RoleSessionName }`, or nothing.
fn example_input(operation: &Operation) -> String {
    let required = operation.input.members.iter().filter(|member| member.presence == Presence::Required);
    let names: Vec<_> = required.map(|member| member.name).collect();
    if names.is_empty() { String::new() } else { format!("{{ {} }}", names.join(", ")) }
}

fn with_example(documentation: &str, example: &str) -> String {
    format!("{}\n\n@example\n```ts\n{example}\n```", documentation.trim())
}
