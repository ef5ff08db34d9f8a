use crate::Secret;
use super::{AssumedRoleUser, Charset, IssuedCredentials, PolicyDescriptorType, TrustedIdentityPropagationContext};
use super::{any, number, operation, seconds, text};

operation! {
    /// Returns temporary credentials for a role to users authenticated by a SAML identity provider. The request is not
    /// signed.
    "AssumeRoleWithSAML", signed: false,
    errors: ["MalformedPolicyDocument", "PackedPolicyTooLarge", "IDPRejectedClaim", "InvalidIdentityToken", "ExpiredTokenException", "RegionDisabledException"];
    AssumeRoleWithSamlInput {
        /// ARN of the role to assume, e.g. `arn:aws:iam::123456789012:role/name`.
        role_arn "RoleArn": String, text(20, 2048, Charset::Xml);
        /// ARN of the SAML provider in IAM, e.g. `arn:aws:iam::123456789012:saml-provider/name`.
        principal_arn "PrincipalArn": String, text(20, 2048, Charset::Xml);
        /// SAML response from the identity provider, in base64.
        saml_assertion "SAMLAssertion": Secret, text(4, 100_000, Charset::Any);
        /// Managed session policies. The session's permissions are the intersection of these and the role's policies.
        policy_arns "PolicyArns": Vec<PolicyDescriptorType>, any();
        /// Inline session policy in JSON. The session's permissions are the intersection of it and the role's policies.
        policy "Policy": Option<String>, text(1, 2048, Charset::Latin1);
        /// Duration of the role session, in seconds, up to the role's maximum session duration and the assertion's
        /// `SessionNotOnOrAfter`. Defaults to 3600.
        duration_seconds "DurationSeconds": Option<i32>, seconds(900, 43200);
        /// Minimum size of the session token, in bytes. For testing how applications handle larger tokens.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    AssumeRoleWithSamlOutput {
        /// Temporary credentials.
        credentials "Credentials": IssuedCredentials, any();
        /// Role session.
        assumed_role_user "AssumedRoleUser": Option<AssumedRoleUser>, any();
        /// Packed size of the session policies and tags, as a percentage of the quota.
        packed_policy_size "PackedPolicySize": Option<i32>, any();
        /// `NameID` of the assertion's subject.
        subject "Subject": Option<String>, any();
        /// Format of the `NameID`: `persistent`, `transient` or a URI.
        subject_type "SubjectType": Option<String>, any();
        /// Issuer of the assertion.
        issuer "Issuer": Option<String>, any();
        /// Recipient of the assertion.
        audience "Audience": Option<String>, any();
        /// Hash of the issuer, the account ID and the SAML provider. With `Subject`, it uniquely identifies a user.
        name_qualifier "NameQualifier": Option<String>, any();
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
