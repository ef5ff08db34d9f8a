use super::{AssumedRoleUser, Charset, IssuedCredentials, PolicyDescriptorType, ProvidedContext, Tag};
use super::{any, field::Secret, number, operation, seconds, text};

operation! {
    /// Takes on a role and gives its temporary keys. The role's trust policy must name the caller.
    "AssumeRole", signed: true,
    errors: ["MalformedPolicyDocument", "PackedPolicyTooLarge", "RegionDisabledException", "ExpiredTokenException", "InvalidContextAssertion"];
    AssumeRoleInput {
        /// The ARN of the role, as `arn:aws:iam::123456789012:role/name`.
        role_arn "RoleArn": String, text(20, 2048, Charset::Xml);
        /// The session's name; it appears in the session's ARN and in CloudTrail.
        role_session_name "RoleSessionName": String, text(2, 64, Charset::Name);
        /// Managed policies that limit the session: it may do what they and the role's own policies both allow.
        policy_arns "PolicyArns": Vec<PolicyDescriptorType>, any();
        /// An IAM policy in JSON that limits the session: it may do what this and the role's own policies both allow.
        policy "Policy": Option<String>, text(1, u32::MAX, Charset::Latin1);
        /// How long the keys work, in seconds: at most the role's own maximum, 3600 if not given, and at most 3600
        /// when the caller is itself a role.
        duration_seconds "DurationSeconds": Option<i32>, seconds(900, 43200);
        /// Tags of the session, for policies and cost reports.
        tags "Tags": Vec<Tag>, any().items(0, 50);
        /// The keys of the tags that stay when this session assumes a further role.
        transitive_tag_keys "TransitiveTagKeys": Vec<String>, text(1, 128, Charset::Tag).items(0, 50);
        /// What the role's trust policy asks of a third party, so that nobody else can use it through that party.
        external_id "ExternalId": Option<Secret>, text(2, 1224, Charset::Path);
        /// The MFA device of the caller: a serial number or an ARN.
        serial_number "SerialNumber": Option<String>, text(9, 256, Charset::Path);
        /// The six digits that the MFA device shows now.
        token_code "TokenCode": Option<Secret>, text(6, 6, Charset::Digits);
        /// Who is behind the session; it stays through every further role and cannot be changed.
        source_identity "SourceIdentity": Option<String>, text(2, 64, Charset::Name);
        /// Contexts that trusted providers vouch for.
        provided_contexts "ProvidedContexts": Vec<ProvidedContext>, any().items(1, 5);
        /// The least size of the session token, in bytes, for testing what larger tokens do.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    AssumeRoleOutput {
        /// The temporary keys.
        credentials "Credentials": IssuedCredentials, any();
        /// The session.
        assumed_role_user "AssumedRoleUser": Option<AssumedRoleUser>, any();
        /// How much of the room for policies and tags is used, in percent.
        packed_policy_size "PackedPolicySize": Option<i32>, any();
        /// The source identity that is set for the session.
        source_identity "SourceIdentity": Option<String>, any();
        /// How much of the greatest size of a session token is used, in percent.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// The size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
    }
}
