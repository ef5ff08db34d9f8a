//! Encodes an input as a form body of the AWS Query protocol.
//!
//! ```
//! use sts_web::model::{GetAccessKeyInfoInput, OperationInput, Typed};
//! use sts_web::raw::query::form;
//!
//! let input = GetAccessKeyInfoInput { access_key_id: "AKIAIOSFODNN7EXAMPLE".into() };
//! assert_eq!(
//!     form(GetAccessKeyInfoInput::OPERATION, &input.to_value()),
//!     "Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId=AKIAIOSFODNN7EXAMPLE"
//! );
//! ```
//!
//! Source: AWS, "Making Query Requests" in the IAM User Guide, and the Smithy specification's "AWS Query protocol".

use percent_encoding::utf8_percent_encode;

use crate::model::{API_VERSION, Operation, Value};
use crate::url::RESERVED;

/// The content type of every form body.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Returns the form body of a call: `Action=AssumeRole&Version=2011-06-15&RoleArn=…`.
///
/// List items are `Tags.member.1.Key=…`, and an empty list is `Tags=`. A space is `%20`, never `+`. Dates and maps are
/// omitted, because no input of STS contains them; [`validate`](crate::raw::validate::validate) rejects them.
#[must_use]
pub fn form(operation: &Operation, input: &Value) -> String {
    let mut form = Form { body: String::with_capacity(256), name: String::new() };
    form.body.push_str("Action=");
    form.body.push_str(operation.name);
    form.body.push_str("&Version=");
    form.body.push_str(API_VERSION);
    form.value(input);
    form.body
}

struct Form {
    body: String,
    name: String,
}

impl Form {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.pair(text),
            Value::Integer(number) => self.pair(&number.to_string()),
            Value::List(items) if items.is_empty() => self.pair(""),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.nested(&format!("member.{}", index + 1), |form| form.value(item));
                }
            }
            Value::Structure(members) => {
                for (name, value) in members {
                    self.nested(name, |form| form.value(value));
                }
            }
            Value::Timestamp(_) | Value::Map(_) | Value::Other(_) => {}
        }
    }

    fn pair(&mut self, value: &str) {
        self.body.push('&');
        self.body.extend(utf8_percent_encode(&self.name, &RESERVED));
        self.body.push('=');
        self.body.extend(utf8_percent_encode(value, &RESERVED));
    }

    fn nested(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        let parent = self.name.len();
        if parent > 0 {
            self.name.push('.');
        }
        self.name.push_str(name);
        write(self);
        self.name.truncate(parent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        AssumeRoleInput, GetCallerIdentityInput, Kind, OPERATIONS, OperationInput, PolicyDescriptorType,
        ProvidedContext, Tag,
    };

    fn form_of<T: OperationInput>(input: &T) -> String {
        form(T::OPERATION, &input.to_value())
    }

    #[test]
    fn an_operation_without_members_is_action_and_version() {
        assert_eq!(form_of(&GetCallerIdentityInput {}), "Action=GetCallerIdentity&Version=2011-06-15");
    }

    #[test]
    fn lists_are_numbered_from_one_and_structures_dotted() {
        let input = AssumeRoleInput {
            role_arn: "arn:aws:iam::123456789012:role/a".into(),
            role_session_name: "me".into(),
            policy_arns: vec![PolicyDescriptorType { arn: Some("arn:aws:iam::aws:policy/ReadOnlyAccess".into()) }],
            duration_seconds: Some(3600),
            tags: vec![Tag { key: "a".into(), value: "1".into() }, Tag { key: "b".into(), value: String::new() }],
            transitive_tag_keys: vec!["a".into()],
            provided_contexts: vec![ProvidedContext {
                provider_arn: Some("arn:aws:iam::aws:contextProvider/IdentityCenter".into()),
                context_assertion: Some("ey".into()),
            }],
            ..AssumeRoleInput::default()
        };
        assert_eq!(
            form_of(&input).split('&').collect::<Vec<_>>(),
            [
                "Action=AssumeRole",
                "Version=2011-06-15",
                "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fa",
                "RoleSessionName=me",
                "PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess",
                "DurationSeconds=3600",
                "Tags.member.1.Key=a",
                "Tags.member.1.Value=1",
                "Tags.member.2.Key=b",
                "Tags.member.2.Value=",
                "TransitiveTagKeys.member.1=a",
                "ProvidedContexts.member.1.ProviderArn=arn%3Aaws%3Aiam%3A%3Aaws%3AcontextProvider%2FIdentityCenter",
                "ProvidedContexts.member.1.ContextAssertion=ey",
            ]
        );
    }

    // As botocore and the AWS SDK for JavaScript send it.
    #[test]
    fn an_empty_list_is_an_empty_value() {
        let input = Value::Structure(vec![("Tags".into(), Value::List(Vec::new()))]);
        assert_eq!(form(AssumeRoleInput::OPERATION, &input), "Action=AssumeRole&Version=2011-06-15&Tags=");
    }

    #[test]
    fn no_input_has_a_member_that_would_be_omitted() {
        fn has_form(kind: Kind) -> bool {
            match kind {
                Kind::Text | Kind::Integer => true,
                Kind::Timestamp | Kind::Map => false,
                Kind::List(of) => has_form(*of),
                Kind::Structure(shape) => shape.members.iter().all(|member| has_form(member.kind)),
            }
        }
        for operation in OPERATIONS {
            assert!(has_form(Kind::Structure(operation.input)), "{}", operation.name);
        }
    }
}
