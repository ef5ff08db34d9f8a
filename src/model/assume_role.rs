use crate::Secret;
use super::{AssumedRoleUser, Charset, IssuedCredentials, PolicyDescriptorType, ProvidedContext, Tag};
use super::{any, number, operation, seconds, text};

operation! {
    /// Returns temporary credentials for a role. The role's trust policy must allow the caller to assume it.
    "AssumeRole", signed: true,
    errors: ["MalformedPolicyDocument", "PackedPolicyTooLarge", "RegionDisabledException", "ExpiredTokenException", "InvalidContextAssertion"];
    AssumeRoleInput {
        /// ARN of the role to assume, e.g. `arn:aws:iam::123456789012:role/name`.
        role_arn "RoleArn": String, text(20, 2048, Charset::Xml);
        /// Name of the role session. It is part of the session's ARN and appears in CloudTrail logs.
        role_session_name "RoleSessionName": String, text(2, 64, Charset::Name);
        /// Managed session policies. The session's permissions are the intersection of these and the role's policies.
        policy_arns "PolicyArns": Vec<PolicyDescriptorType>, any();
        /// Inline session policy in JSON. The session's permissions are the intersection of it and the role's policies.
        policy "Policy": Option<String>, text(1, u32::MAX, Charset::Latin1);
        /// Duration of the role session, in seconds, up to the role's maximum session duration. Defaults to 3600, also
        /// the maximum for role chaining.
        duration_seconds "DurationSeconds": Option<i32>, seconds(900, 43200);
        /// Session tags, for use in policies and cost reports.
        tags "Tags": Vec<Tag>, any().items(0, 50);
        /// Keys of the session tags to pass on when this session assumes another role (role chaining).
        transitive_tag_keys "TransitiveTagKeys": Vec<String>, text(1, 128, Charset::Tag).items(0, 50);
        /// External ID that the role's trust policy requires. It protects against the confused deputy problem.
        external_id "ExternalId": Option<Secret>, text(2, 1224, Charset::Path);
        /// Serial number or ARN of the caller's MFA device.
        serial_number "SerialNumber": Option<String>, text(9, 256, Charset::Path);
        /// Six-digit code that the MFA device shows.
        token_code "TokenCode": Option<Secret>, text(6, 6, Charset::Digits);
        /// Identity behind the session. It persists across role chaining and appears in CloudTrail logs.
        source_identity "SourceIdentity": Option<String>, text(2, 64, Charset::Name);
        /// Context assertions from trusted providers.
        provided_contexts "ProvidedContexts": Vec<ProvidedContext>, any().items(1, 5);
        /// Minimum size of the session token, in bytes. For testing how applications handle larger tokens.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    AssumeRoleOutput {
        /// Temporary credentials.
        credentials "Credentials": IssuedCredentials, any();
        /// Role session.
        assumed_role_user "AssumedRoleUser": Option<AssumedRoleUser>, any();
        /// Packed size of the session policies and tags, as a percentage of the quota.
        packed_policy_size "PackedPolicySize": Option<i32>, any();
        /// Source identity of the session.
        source_identity "SourceIdentity": Option<String>, any();
        /// Size of the session token, as a percentage of the maximum.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// Size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
    }
}
