//! Credentials as source code: Terraform variables, and a client's configuration in JavaScript.
//!
//! Source: Terraform, "Strings and Templates"; ECMA-262, "String Literals".

use zeroize::Zeroizing;

use super::{ExportOptions, buffer_for, zulu};
use crate::Credentials;

/// Returns a `.tfvars` file whose variables have the names of the arguments of Terraform's AWS provider. There is no argument
/// for the expiration, so it is a comment.
pub(super) fn terraform(credentials: &Credentials, options: &ExportOptions<'_>) -> Zeroizing<String> {
    let mut text = buffer_for(credentials);
    if let Some(time) = credentials.expiration() {
        text.extend(["# expires ", &zulu(time), "\n"]);
    }
    for (name, value) in [
        ("access_key", Some(credentials.access_key_id())),
        ("secret_key", Some(credentials.secret_access_key())),
        ("token     ", credentials.session_token()),
        ("region    ", options.region),
        ("endpoint  ", options.endpoint),
    ] {
        let Some(value) = value else { continue };
        text.extend([name, " = "]);
        push_quoted(&mut text, value, Language::Terraform);
        text.push('\n');
    }
    text
}

/// Returns the configuration of a client of the AWS SDK for JavaScript, as an object literal.
pub(super) fn javascript(credentials: &Credentials, options: &ExportOptions<'_>) -> Zeroizing<String> {
    let mut text = buffer_for(credentials);
    text.push_str("{\n");
    for (name, value) in [("region", options.region), ("endpoint", options.endpoint)] {
        push_property(&mut text, "  ", name, value);
    }
    text.push_str("  credentials: {\n");
    for (name, value) in [
        ("accessKeyId", Some(credentials.access_key_id())),
        ("secretAccessKey", Some(credentials.secret_access_key())),
        ("sessionToken", credentials.session_token()),
    ] {
        push_property(&mut text, "    ", name, value);
    }
    if let Some(time) = credentials.expiration() {
        text.extend(["    expiration: new Date(\"", &zulu(time), "\"),\n"]);
    }
    text.push_str("  },\n}\n");
    text
}

fn push_property(text: &mut String, indentation: &str, name: &str, value: Option<&str>) {
    let Some(value) = value else { return };
    text.extend([indentation, name, ": "]);
    push_quoted(text, value, Language::JavaScript);
    text.push_str(",\n");
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    JavaScript,
    Terraform,
}

/// Appends a string literal in double quotes.
fn push_quoted(text: &mut String, value: &str, language: Language) {
    let hcl = language == Language::Terraform;
    text.push('"');
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' if !hcl => text.push_str("\\b"),
            '\u{c}' if !hcl => text.push_str("\\f"),
            '\0'..='\u{1f}' => push_escape(text, letter),
            // Terraform inserts a value for ${…}, and evaluates %{…}.
            '$' | '%' if hcl && letters.peek() == Some(&'{') => text.extend([letter, letter]),
            letter => text.push(letter),
        }
    }
    text.push('"');
}

/// Appends a control character as `\u001f`.
fn push_escape(text: &mut String, letter: char) {
    text.push_str("\\u");
    let code = u32::from(letter);
    text.extend([12, 8, 4, 0].map(|shift| char::from_digit((code >> shift) & 15, 16).unwrap_or('0')));
}
