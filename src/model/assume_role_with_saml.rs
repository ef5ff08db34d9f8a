use super::{AssumedRoleUser, Charset, IssuedCredentials, PolicyDescriptorType, TrustedIdentityPropagationContext};
use super::{any, field::Secret, number, operation, seconds, text};

operation! {
    /// Takes on a role with a SAML assertion of an identity provider instead of keys. Sent unsigned.
    "AssumeRoleWithSAML", signed: false,
    errors: ["MalformedPolicyDocument", "PackedPolicyTooLarge", "IDPRejectedClaim", "InvalidIdentityToken", "ExpiredTokenException", "RegionDisabledException"];
    AssumeRoleWithSamlInput {
        /// The ARN of the role, as `arn:aws:iam::123456789012:role/name`.
        role_arn "RoleArn": String, text(20, 2048, Charset::Xml);
        /// The ARN of the SAML provider in IAM, as `arn:aws:iam::123456789012:saml-provider/name`.
        principal_arn "PrincipalArn": String, text(20, 2048, Charset::Xml);
        /// The SAML response that the identity provider gave, in base64.
        saml_assertion "SAMLAssertion": Secret, text(4, 100_000, Charset::Any);
        /// Managed policies that limit the session: it may do what they and the role's own policies both allow.
        policy_arns "PolicyArns": Vec<PolicyDescriptorType>, any();
        /// An IAM policy in JSON that limits the session: it may do what this and the role's own policies both allow.
        policy "Policy": Option<String>, text(1, 2048, Charset::Latin1);
        /// How long the keys work, in seconds: at most the role's own maximum and the assertion's, 3600 if not given.
        duration_seconds "DurationSeconds": Option<i32>, seconds(900, 43200);
        /// The least size of the session token, in bytes, for testing what larger tokens do.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    AssumeRoleWithSamlOutput {
        /// The temporary keys.
        credentials "Credentials": IssuedCredentials, any();
        /// The session.
        assumed_role_user "AssumedRoleUser": Option<AssumedRoleUser>, any();
        /// How much of the room for policies and tags is used, in percent.
        packed_policy_size "PackedPolicySize": Option<i32>, any();
        /// The `NameID` of the assertion's subject.
        subject "Subject": Option<String>, any();
        /// The format of the name id: `persistent`, `transient` or a URI.
        subject_type "SubjectType": Option<String>, any();
        /// The assertion's issuer.
        issuer "Issuer": Option<String>, any();
        /// The recipient that the assertion names.
        audience "Audience": Option<String>, any();
        /// A hash that, with the subject, tells users apart: of issuer, account and provider.
        name_qualifier "NameQualifier": Option<String>, any();
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
