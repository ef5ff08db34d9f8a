//! Inputs and outputs as JSON, or in another format of serde, with the names of the AWS CLI.

use serde::{Serialize, Serializer};

use super::{Kind, Typed, Value};

/// Serializes an input or output with its secrets. Without this wrapper, they are left out.
///
/// ```
/// use sts_web::model::{AssumeRoleInput, WithSecrets};
///
/// let input = AssumeRoleInput {
///     role_arn: "arn:aws:iam::123456789012:role/test-role".into(),
///     role_session_name: "example".into(),
///     token_code: Some("123456".into()),
///     ..AssumeRoleInput::default()
/// };
/// let json = serde_json::to_string(&input)?;
/// assert_eq!(json, r#"{"RoleArn":"arn:aws:iam::123456789012:role/test-role","RoleSessionName":"example"}"#);
/// let json = serde_json::to_string(&WithSecrets(&input))?;
/// assert!(json.contains(r#""TokenCode":"123456""#));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper")]
pub struct WithSecrets<'a, T>(pub &'a T);

impl<T: Typed> Serialize for WithSecrets<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.to_value().serialize(serializer)
    }
}

/// Serializes a structure without its sensitive members.
pub(super) fn serialize<T: Typed, S: Serializer>(structure: &T, serializer: S) -> Result<S::Ok, S::Error> {
    WithoutSecrets { kind: &Kind::Structure(T::SHAPE), value: &structure.to_value() }.serialize(serializer)
}

struct WithoutSecrets<'a> {
    kind: &'a Kind,
    value: &'a Value,
}

impl Serialize for WithoutSecrets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.kind, self.value) {
            (Kind::Structure(shape), Value::Structure(members)) => {
                serializer.collect_map(members.iter().filter_map(|(name, value)| {
                    let member = shape.member(name).filter(|member| !member.sensitive)?;
                    Some((&**name, WithoutSecrets { kind: &member.kind, value }))
                }))
            }
            (Kind::List(kind), Value::List(items)) => {
                serializer.collect_seq(items.iter().map(|value| WithoutSecrets { kind, value }))
            }
            (_, value) => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::model::{AssumeRoleInput, AssumeRoleOutput, IssuedCredentials, ProvidedContext, Tag};

    fn json(value: &impl Serialize) -> String {
        serde_json::to_string(value).expect("JSON")
    }

    #[test]
    fn an_output_has_the_names_of_the_aws_cli_and_no_secrets() {
        let output = AssumeRoleOutput {
            credentials: IssuedCredentials {
                access_key_id: "ASIAEXAMPLE".into(),
                secret_access_key: "a secret".into(),
                session_token: "a token".into(),
                expiration: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_460_400),
            },
            assumed_role_user: None,
            packed_policy_size: Some(6),
            source_identity: None,
            session_token_utilization: None,
            session_token_size: None,
        };
        assert_eq!(
            json(&output),
            r#"{"Credentials":{"AccessKeyId":"ASIAEXAMPLE","Expiration":"2026-11-23T19:00:00+00:00"},"PackedPolicySize":6}"#
        );
        assert!(json(&WithSecrets(&output)).contains(r#""SecretAccessKey":"a secret","SessionToken":"a token""#));
    }

    #[test]
    fn secrets_in_lists_are_left_out_too() {
        let input = AssumeRoleInput {
            tags: vec![Tag { key: "a".into(), value: "b".into() }],
            provided_contexts: vec![ProvidedContext {
                provider_arn: Some("arn".into()),
                context_assertion: Some("a secret".into()),
            }],
            ..AssumeRoleInput::default()
        };
        let json = json(&input);
        assert!(json.contains(r#""Tags":[{"Key":"a","Value":"b"}]"#), "{json}");
        assert!(json.contains(r#""ProvidedContexts":[{"ProviderArn":"arn"}]"#), "{json}");
    }
}
