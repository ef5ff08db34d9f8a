use super::{AssumedRoleUser, Charset, IssuedCredentials, PolicyDescriptorType, TrustedIdentityPropagationContext};
use super::{any, field::Secret, number, operation, seconds, text};

operation! {
    /// Takes on a role with the token of an OpenID Connect provider instead of keys. Sent unsigned.
    "AssumeRoleWithWebIdentity", signed: false,
    errors: ["MalformedPolicyDocument", "PackedPolicyTooLarge", "IDPRejectedClaim", "IDPCommunicationError", "InvalidIdentityToken", "ExpiredTokenException", "RegionDisabledException"];
    AssumeRoleWithWebIdentityInput {
        /// The ARN of the role, as `arn:aws:iam::123456789012:role/name`.
        role_arn "RoleArn": String, text(20, 2048, Charset::Xml);
        /// The session's name; it appears in the session's ARN and in CloudTrail.
        role_session_name "RoleSessionName": String, text(2, 64, Charset::Name);
        /// The ID token that the identity provider gave.
        web_identity_token "WebIdentityToken": Secret, text(4, 20_000, Charset::Any);
        /// The host of an OAuth 2.0 provider; left out for OpenID Connect.
        provider_id "ProviderId": Option<String>, text(4, 2048, Charset::Any);
        /// Managed policies that limit the session: it may do what they and the role's own policies both allow.
        policy_arns "PolicyArns": Vec<PolicyDescriptorType>, any();
        /// An IAM policy in JSON that limits the session: it may do what this and the role's own policies both allow.
        policy "Policy": Option<String>, text(1, 2048, Charset::Latin1);
        /// How long the keys work, in seconds: at most the role's own maximum, 3600 if not given.
        duration_seconds "DurationSeconds": Option<i32>, seconds(900, 43200);
        /// The least size of the session token, in bytes, for testing what larger tokens do.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    AssumeRoleWithWebIdentityOutput {
        /// The temporary keys.
        credentials "Credentials": IssuedCredentials, any();
        /// The `sub` claim of the token.
        subject_from_web_identity_token "SubjectFromWebIdentityToken": Option<String>, any();
        /// The session.
        assumed_role_user "AssumedRoleUser": Option<AssumedRoleUser>, any();
        /// How much of the room for policies and tags is used, in percent.
        packed_policy_size "PackedPolicySize": Option<i32>, any();
        /// The `iss` claim of the token.
        provider "Provider": Option<String>, any();
        /// The `aud` claim of the token.
        audience "Audience": Option<String>, any();
        /// The source identity that is set for the session.
        source_identity "SourceIdentity": Option<String>, any();
        /// How much of the greatest size of a session token is used, in percent.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// The size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
        /// Who the session was made for, where identities are propagated.
        trusted_identity_propagation_context "TrustedIdentityPropagationContext": Option<TrustedIdentityPropagationContext>, any();
    }
}
