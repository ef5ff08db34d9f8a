use crate::Secret;
use super::{AssumedRoleUser, Charset, IssuedCredentials, PolicyDescriptorType, TrustedIdentityPropagationContext};
use super::{any, number, operation, seconds, text};

operation! {
    /// Returns temporary credentials for a role to users authenticated by an OpenID Connect provider. The request is
    /// not signed.
    "AssumeRoleWithWebIdentity", signed: false,
    errors: ["MalformedPolicyDocument", "PackedPolicyTooLarge", "IDPRejectedClaim", "IDPCommunicationError", "InvalidIdentityToken", "ExpiredTokenException", "RegionDisabledException"];
    AssumeRoleWithWebIdentityInput {
        /// ARN of the role to assume, e.g. `arn:aws:iam::123456789012:role/name`.
        role_arn "RoleArn": String, text(20, 2048, Charset::Xml);
        /// Name of the role session. It is part of the session's ARN and appears in CloudTrail logs.
        role_session_name "RoleSessionName": String, text(2, 64, Charset::Name);
        /// ID token from the identity provider.
        web_identity_token "WebIdentityToken": Secret, text(4, 20_000, Charset::Any);
        /// Host of an OAuth 2.0 identity provider. Omit it for OpenID Connect.
        provider_id "ProviderId": Option<String>, text(4, 2048, Charset::Any);
        /// Managed session policies. The session's permissions are the intersection of these and the role's policies.
        policy_arns "PolicyArns": Vec<PolicyDescriptorType>, any();
        /// Inline session policy in JSON. The session's permissions are the intersection of it and the role's policies.
        policy "Policy": Option<String>, text(1, 2048, Charset::Latin1);
        /// Duration of the role session, in seconds, up to the role's maximum session duration. Defaults to 3600.
        duration_seconds "DurationSeconds": Option<i32>, seconds(900, 43200);
        /// Minimum size of the session token, in bytes. For testing how applications handle larger tokens.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    AssumeRoleWithWebIdentityOutput {
        /// Temporary credentials.
        credentials "Credentials": IssuedCredentials, any();
        /// `sub` claim of the token.
        subject_from_web_identity_token "SubjectFromWebIdentityToken": Option<String>, any();
        /// Role session.
        assumed_role_user "AssumedRoleUser": Option<AssumedRoleUser>, any();
        /// Packed size of the session policies and tags, as a percentage of the quota.
        packed_policy_size "PackedPolicySize": Option<i32>, any();
        /// `iss` claim of the token.
        provider "Provider": Option<String>, any();
        /// `aud` claim of the token.
        audience "Audience": Option<String>, any();
        /// Source identity of the session.
        source_identity "SourceIdentity": Option<String>, any();
        /// Size of the session token, as a percentage of the maximum.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// Size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
        /// Identity that the session acts for, with trusted identity propagation.
        trusted_identity_propagation_context "TrustedIdentityPropagationContext": Option<TrustedIdentityPropagationContext>, any();
    }
}
