//! Validates an input against the model before it is sent.
//!
//! ```
//! use sts_web::model::{GetSessionTokenInput, OperationInput, Typed};
//! use sts_web::raw::validate::validate;
//!
//! let input = GetSessionTokenInput { duration_seconds: Some(60), ..GetSessionTokenInput::default() };
//! let error = validate(GetSessionTokenInput::OPERATION, &input.to_value()).expect_err("too short");
//! assert_eq!(error.violations()[0].message, "DurationSeconds is 60; it must be from 900 to 129600 seconds");
//! ```

use crate::Error;
use crate::model::{Kind, Member, Operation, Presence, Rule, Shape, Value};

/// A constraint that a member of an input violates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The path of the member, e.g. `Tags[2].Key`, with indexes from zero.
    pub member: String,
    /// The value and the constraint, e.g. `DurationSeconds is 60; it must be from 900 to 43200 seconds`.
    pub message: String,
}

/// Validates `input` against the operation's model.
///
/// # Errors
/// [`ErrorKind::Validation`](crate::ErrorKind::Validation) with every violation in [`Error::violations`]. No message
/// contains the value of a sensitive member.
pub fn validate(operation: &Operation, input: &Value) -> Result<(), Error> {
    let mut validator = Validator { violations: Vec::new(), path: String::new() };
    validator.structure(operation.input, input);
    if validator.violations.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid_input(operation.name, validator.violations))
    }
}

struct Validator {
    violations: Vec<Violation>,
    path: String,
}

impl Validator {
    fn structure(&mut self, shape: &Shape, value: &Value) {
        let Value::Structure(members) = value else {
            return self.wrong_type(value, "an object");
        };
        for member in shape.members {
            match value.get(member.name) {
                Some(value) => self.nested(member.name, |validator| validator.member(member, member.kind, value)),
                None if member.presence == Presence::Required => {
                    self.nested(member.name, |validator| validator.violation(&[" is missing; it is required"]));
                }
                None => {}
            }
        }
        for (name, _) in members.iter().filter(|(name, _)| shape.member(name).is_none()) {
            let suggestion = closest(shape, name).map(|known| format!("; did you mean {known}?"));
            let suggestion = suggestion.unwrap_or_default();
            self.nested(name, |validator| validator.violation(&[" is not a member of ", shape.name, &suggestion]));
        }
    }

    fn member(&mut self, member: &Member, kind: Kind, value: &Value) {
        match (kind, value) {
            (Kind::Text, Value::Text(text)) => self.text(member, text),
            (Kind::Integer, Value::Integer(number)) => self.integer(member.rule, *number),
            (Kind::List(of), Value::List(items)) => self.list(member, *of, items),
            (Kind::Structure(shape), value) => self.structure(shape, value),
            (Kind::Text, _) => self.wrong_type(value, "a string"),
            (Kind::Integer, _) => self.wrong_type(value, "an integer"),
            (Kind::List(_), _) => self.wrong_type(value, "a list"),
            (Kind::Timestamp, Value::Timestamp(_)) | (Kind::Map, Value::Map(_)) => {}
            (Kind::Timestamp, _) => self.wrong_type(value, "a date"),
            (Kind::Map, _) => self.wrong_type(value, "an object"),
        }
    }

    fn text(&mut self, member: &Member, text: &str) {
        let rule = member.rule;
        let length = text.chars().count();
        if !within(rule, length) {
            let actual = if text.is_empty() {
                " is empty".to_owned()
            } else if member.sensitive || length > 64 {
                format!(" has {length} characters")
            } else {
                format!(" is \"{text}\"")
            };
            self.violation(&[&actual, "; it must have ", &limits(rule.min, rule.max), " characters"]);
        }
        if let Some(index) = text.chars().position(|character| !rule.charset.allows(character)) {
            let shown = text.chars().nth(index).filter(|c| !member.sensitive && !c.is_control());
            let position = (index + 1).to_string();
            let character = shown.map(|c| format!(" \"{c}\"")).unwrap_or_default();
            let allowed = rule.charset.describe();
            self.violation(&[
                " has an invalid character",
                &character,
                " at position ",
                &position,
                "; allowed: ",
                allowed,
            ]);
        }
    }

    fn integer(&mut self, rule: &Rule, number: i64) {
        if number < i64::from(rule.min) || number > i64::from(rule.max) {
            let range = limits(rule.min, rule.max);
            self.violation(&[" is ", &number.to_string(), "; it must be ", &range, rule.unit]);
        }
    }

    fn list(&mut self, member: &Member, of: Kind, items: &[Value]) {
        let rule = member.rule;
        let (min, max) = (rule.min_items, rule.max_items);
        if items.len() < min as usize || items.len() > max as usize {
            let count = items.len().to_string();
            self.violation(&[" has ", &count, " items; it must have ", &limits(min, max)]);
        }
        for (index, item) in items.iter().enumerate() {
            self.nested(&format!("[{index}]"), |validator| validator.member(member, of, item));
        }
    }

    fn wrong_type(&mut self, value: &Value, expected: &str) {
        self.violation(&[" is ", value.describe(), "; it must be ", expected]);
    }

    fn violation(&mut self, parts: &[&str]) {
        let subject = if self.path.is_empty() { "the input" } else { &self.path };
        let message = format!("{subject}{}", parts.concat());
        self.violations.push(Violation { member: self.path.clone(), message });
    }

    fn nested(&mut self, name: &str, validate: impl FnOnce(&mut Self)) {
        let parent = self.path.len();
        if parent > 0 && !name.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(name);
        validate(self);
        self.path.truncate(parent);
    }
}

fn within(rule: &Rule, length: usize) -> bool {
    length >= rule.min as usize && length <= rule.max as usize
}

fn limits(min: u32, max: u32) -> String {
    match (min.to_string(), max.to_string()) {
        (min, max) if min == max => max,
        (min, _) if max == Rule::UNLIMITED => format!("at least {min}"),
        (_, max) if min == 0 => format!("at most {max}"),
        (min, max) => format!("from {min} to {max}"),
    }
}

/// The member whose name differs from `name` only in case.
fn closest(shape: &Shape, name: &str) -> Option<&'static str> {
    shape.members.iter().map(|member| member.name).find(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::model::{AssumeRoleInput, GetSessionTokenInput, GetWebIdentityTokenInput, OperationInput, Tag};

    fn input() -> AssumeRoleInput {
        AssumeRoleInput {
            role_arn: "arn:aws:iam::123456789012:role/test-role".into(),
            role_session_name: "s3-access-example".into(),
            ..AssumeRoleInput::default()
        }
    }

    fn violations<T: OperationInput>(input: &T) -> Vec<String> {
        violations_of(T::OPERATION, &input.to_value())
    }

    fn violations_of(operation: &Operation, input: &Value) -> Vec<String> {
        match validate(operation, input) {
            Ok(()) => Vec::new(),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Validation);
                error.violations().iter().map(|violation| violation.message.clone()).collect()
            }
        }
    }

    #[test]
    fn a_valid_input_has_no_violations() {
        assert!(violations(&input()).is_empty());
        assert!(violations(&GetSessionTokenInput::default()).is_empty());
    }

    #[test]
    fn a_number_out_of_range_is_reported_with_its_unit() {
        let short = AssumeRoleInput { duration_seconds: Some(60), ..input() };
        assert_eq!(violations(&short), ["DurationSeconds is 60; it must be from 900 to 43200 seconds"]);
        assert!(violations(&AssumeRoleInput { duration_seconds: Some(900), ..input() }).is_empty());
        assert!(violations(&AssumeRoleInput { duration_seconds: Some(43200), ..input() }).is_empty());
        assert_eq!(violations(&AssumeRoleInput { duration_seconds: Some(43201), ..input() }).len(), 1);
    }

    #[test]
    fn all_violations_are_reported_at_once() {
        let wrong = AssumeRoleInput {
            role_arn: "test-role".into(),
            role_session_name: "with space".into(),
            tags: vec![Tag { key: "ok".into(), value: String::new() }, Tag { key: "a#".into(), value: String::new() }],
            ..AssumeRoleInput::default()
        };
        assert_eq!(
            violations(&wrong),
            [
                "RoleArn is \"test-role\"; it must have from 20 to 2048 characters",
                "RoleSessionName has an invalid character \" \" at position 5; allowed: letters, digits and _+=,.@-",
                "Tags[1].Key has an invalid character \"#\" at position 2; allowed: letters, digits, spaces and _.:/=+-@",
            ]
        );
    }

    #[test]
    fn the_value_of_a_sensitive_member_is_never_reported() {
        let wrong =
            AssumeRoleInput { token_code: Some("12345x7".into()), external_id: Some("s!cret".into()), ..input() };
        assert_eq!(
            violations(&wrong),
            [
                "ExternalId has an invalid character at position 2; allowed: letters, digits and _+=,.@:/-",
                "TokenCode has 7 characters; it must have 6 characters",
                "TokenCode has an invalid character at position 6; allowed: digits",
            ]
        );
    }

    #[test]
    fn missing_members_are_reported() {
        assert_eq!(
            violations_of(AssumeRoleInput::OPERATION, &Value::empty()),
            ["RoleArn is missing; it is required", "RoleSessionName is missing; it is required"]
        );
        let algorithm = GetWebIdentityTokenInput { signing_algorithm: "RS256".into(), ..Default::default() };
        assert_eq!(violations(&algorithm), ["Audience is missing; it is required"]);
    }

    #[test]
    fn lists_have_limits() {
        let tag = |index: usize| Tag { key: ["k", &index.to_string()].concat(), value: String::new() };
        let many = AssumeRoleInput { tags: (0..51).map(tag).collect(), ..input() };
        assert_eq!(violations(&many), ["Tags has 51 items; it must have at most 50"]);
    }

    #[test]
    fn wrong_types_and_unknown_members_are_reported() {
        let wrong = Value::Structure(vec![
            ("RoleARN".into(), Value::text("arn:aws:iam::123456789012:role/test-role")),
            ("RoleSessionName".into(), Value::Integer(1)),
            ("DurationSeconds".into(), Value::Other("NaN".into())),
            ("Tags".into(), Value::text("a=b")),
            ("Colour".into(), Value::text("blue")),
        ]);
        assert_eq!(
            violations_of(AssumeRoleInput::OPERATION, &wrong),
            [
                "RoleArn is missing; it is required",
                "RoleSessionName is a number; it must be a string",
                "DurationSeconds is NaN; it must be an integer",
                "Tags is a string; it must be a list",
                "RoleARN is not a member of AssumeRole; did you mean RoleArn?",
                "Colour is not a member of AssumeRole",
            ]
        );
        assert_eq!(
            violations_of(AssumeRoleInput::OPERATION, &Value::text("no object")),
            ["the input is a string; it must be an object"]
        );
    }
}
