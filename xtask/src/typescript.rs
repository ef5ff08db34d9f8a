//! The package's TypeScript: what the model says, generated; and the compiler.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};
use sts_web::model::{ERRORS, Kind, Member, OPERATIONS, Operation, Presence, Shape};

use crate::node;
use crate::operations::operations;
use crate::run::{files_below, if_changed, root, run, say};

/// Writes `pkg/src/generated/model.ts` and its neighbours, where they differ from what is there.
pub(crate) fn generate() -> Result<()> {
    let folder = root().join("pkg/src/generated");
    fs::create_dir_all(&folder)?;
    let files = [
        ("model.ts", model()),
        ("exceptions.ts", exceptions()),
        ("exceptions-by-name.ts", exceptions_by_name()),
        ("commands.ts", commands()),
        ("operations.ts", operations()),
    ];
    for (name, text) in files {
        if fs::read_to_string(folder.join(name)).ok().as_deref() != Some(&text) {
            fs::write(folder.join(name), text)?;
        }
    }
    Ok(())
}

/// Gives the npm package the version of the crate, which is the one place where it is written by hand.
pub(crate) fn take_version() -> Result<()> {
    let file = root().join("pkg/package.json");
    let text = fs::read_to_string(&file)?;
    let own = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let Some(line) = text.lines().find(|line| line.starts_with("  \"version\"")) else {
        bail!("pkg/package.json has no version");
    };
    if !line.contains(&own) {
        fs::write(&file, text.replace(line, &format!("  {own},")))?;
    }
    Ok(())
}

/// Compiles `pkg/src` to `pkg/dist`.
pub(crate) fn compile() -> Result<()> {
    let dist = root().join("pkg/dist");
    if_changed("typescript", &sources()?, &dist.join("index.js"), || {
        say("compiling the TypeScript");
        run(node::package_command("typescript/bin/tsc").arg("-p").arg(root().join("pkg")))?;
        for file in ["glue.js", "glue.d.ts", "inline.js", "inline.d.ts"] {
            fs::copy(root().join("pkg/src/generated").join(file), dist.join("generated").join(file))?;
        }
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            fs::copy(root().join(licence), dist.join(licence))?;
        }
        Ok(())
    })
}

fn sources() -> Result<Vec<PathBuf>> {
    let mut sources = files_below(&root().join("pkg/src"))?;
    sources.push(root().join("pkg/tsconfig.json"));
    Ok(sources)
}

fn model() -> String {
    let mut text = String::from(
        "// Generated from the crate's model by `cargo xtask build`.\n\n\
         import type { ResponseMetadata } from \"../errors.js\";\n\
         import type { RequestOptions } from \"../sts.js\";\n",
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
        interface(&mut text, &input, &format!("What {} takes.", operation.name), "", operation.input, true);
        let extends = " extends WithMetadata";
        interface(&mut text, &output, &format!("What {} answers.", operation.name), extends, operation.output, false);
    }
    text.push_str(
        "\n/** What every answer has. */\nexport interface WithMetadata {\n  $metadata: ResponseMetadata;\n}\n",
    );
    text.push_str("\n/** One method for each operation. */\nexport interface Operations {\n");
    for operation in OPERATIONS {
        method(&mut text, operation);
    }
    text.push_str("}\n\n/** Every operation, and whether it is signed. */\nexport const OPERATIONS = {\n");
    for operation in OPERATIONS {
        let _ = writeln!(text, "  {}: {},", operation.name, operation.signed);
    }
    text.push_str(
        "} as const;\n\n/** The name of an operation. */\nexport type OperationName = keyof typeof OPERATIONS;\n",
    );
    text
}

fn exceptions() -> String {
    let mut text = String::from(
        "// Generated from the crate's model by `cargo xtask build`.\n\n\
         import { STSServiceException } from \"../errors.js\";\n",
    );
    for error in ERRORS {
        doc(&mut text, "", error.doc);
        let class = error.class();
        let _ = writeln!(
            text,
            "export class {class} extends STSServiceException {{\n  declare name: \"{class}\";\n  declare readonly $fault: \"client\";\n}}"
        );
    }
    text
}

/// The exceptions by name, apart from what the package exports.
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
        doc(&mut text, "", operation.doc);
        let _ = writeln!(
            text,
            "export class {name}Command extends Command<model.{name}CommandInput, model.{name}CommandOutput> {{\n  \
             readonly operation = \"{name}\";\n}}"
        );
    }
    text
}

/// The structures inside `shape`, each once.
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

/// `: string`, `?: string | undefined`. A required member of an input may be `undefined`, as in the SDK's types.
fn typed(member: &Member, input: bool) -> String {
    let kind = kind(member.kind);
    match member.presence {
        Presence::Optional => format!("?: {kind} | undefined"),
        Presence::Always => format!(": {kind} | undefined"),
        Presence::Required if input => format!(": {kind} | undefined"),
        Presence::Required => format!(": {kind}"),
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
    }
}

fn described(member: &Member) -> String {
    let mut words = member.doc.trim().to_owned();
    let rule = member.rule;
    let unlimited = sts_web::model::Rule::UNLIMITED;
    if member.kind == Kind::Integer && rule.max != unlimited {
        let _ = write!(words, "\n{} to {}{}.", rule.min, rule.max, rule.unit);
    }
    if member.kind == Kind::Text && rule.max != unlimited {
        let _ = write!(words, "\n{} to {} characters.", rule.min, rule.max);
    }
    words
}

fn doc(text: &mut String, indent: &str, words: &str) {
    let joined = words.trim().lines().map(str::trim).collect::<Vec<_>>().join(&format!("\n{indent} * "));
    if joined.contains('\n') {
        let _ = writeln!(text, "{indent}/**\n{indent} * {joined}\n{indent} */");
    } else {
        let _ = writeln!(text, "{indent}/** {joined} */");
    }
}

fn method(text: &mut String, operation: &Operation) {
    doc(text, "  ", operation.doc);
    let name = operation.name;
    let optional = operation.input.members.iter().all(|member| member.presence != Presence::Required);
    let (first, rest) = name.split_at(1);
    let _ = writeln!(
        text,
        "  {}{rest}(input{}: {name}CommandInput, options?: RequestOptions): Promise<{name}CommandOutput>;",
        first.to_lowercase(),
        if optional { "?" } else { "" },
    );
}
