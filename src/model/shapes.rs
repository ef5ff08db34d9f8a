//! Structures that several operations share.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{Charset, any, structure, text};
use crate::Secret;

structure! {
    /// Managed session policy.
    #[derive(Default)]
    PolicyDescriptorType "PolicyDescriptorType" {
        /// ARN of the policy.
        arn "arn": Option<String>, text(20, 2048, Charset::Xml);
    }
}

structure! {
    /// Session tag.
    #[derive(Default)]
    Tag "Tag" {
        /// Tag key.
        key "Key": String, text(1, 128, Charset::Tag);
        /// Tag value. It may be empty.
        value "Value": String, text(0, 256, Charset::Tag);
    }
}

structure! {
    /// Context assertion from a trusted provider.
    #[derive(Default)]
    ProvidedContext "ProvidedContext" {
        /// ARN of the context provider, e.g. `arn:aws:iam::aws:contextProvider/IdentityCenter`.
        provider_arn "ProviderArn": Option<String>, text(20, 2048, Charset::Xml);
        /// Signed context assertion from the provider.
        context_assertion "ContextAssertion": Option<Secret>, text(4, 2048, Charset::Any);
    }
}

structure! {
    /// Temporary credentials of a session.
    @non_exhaustive
    IssuedCredentials "Credentials" {
        /// Access key ID, e.g. `ASIA…`.
        access_key_id "AccessKeyId": String, any();
        /// Secret access key.
        secret_access_key "SecretAccessKey": Secret, any();
        /// Session token. Required in every request that is signed with these credentials.
        session_token "SessionToken": Secret, any();
        /// Time at which the credentials expire.
        expiration "Expiration": SystemTime, any();
    }
}

structure! {
    /// Session of an assumed role.
    @non_exhaustive
    AssumedRoleUser "AssumedRoleUser" {
        /// Unique ID of the role and the session name, e.g. `AROA…:session`.
        assumed_role_id "AssumedRoleId": Option<String>, any().always();
        /// ARN of the session, e.g. `arn:aws:sts::123456789012:assumed-role/role/session`.
        arn "Arn": Option<String>, any().always();
    }
}

structure! {
    /// Session of a federated user.
    @non_exhaustive
    FederatedUser "FederatedUser" {
        /// Account ID and name, e.g. `123456789012:name`.
        federated_user_id "FederatedUserId": Option<String>, any().always();
        /// ARN of the session, e.g. `arn:aws:sts::123456789012:federated-user/name`.
        arn "Arn": Option<String>, any().always();
    }
}

structure! {
    /// Session of scoped credentials.
    @non_exhaustive
    ScopedSession "ScopedSession" {
        /// ID of the session.
        scoped_session_id "ScopedSessionId": Option<String>, any().always();
        /// ARN of the session.
        arn "Arn": Option<String>, any().always();
    }
}

structure! {
    /// Identity that a session acts for, with trusted identity propagation.
    @non_exhaustive
    TrustedIdentityPropagationContext "TrustedIdentityPropagationContext" {
        /// Identity that the propagation started with.
        origin_identity "OriginIdentity": Option<OriginIdentity>, any();
        /// Context of the transaction, from the identity provider.
        transaction_context "TransactionContext": Option<TransactionContext>, any();
    }
}

structure! {
    /// Identity that a trusted identity propagation started with.
    @non_exhaustive
    OriginIdentity "OriginIdentity" {
        /// Subject, as named by the issuer.
        subject "Subject": Option<Secret>, any();
        /// Type of the subject.
        subject_type "SubjectType": Option<Secret>, any();
        /// Issuer of the identity.
        issuer "Issuer": Option<Secret>, any();
        /// ARN of the federated provider.
        federated_provider_arn "FederatedProviderArn": Option<String>, any();
    }
}

structure! {
    /// Context of a transaction, from the identity provider.
    @non_exhaustive
    TransactionContext "TransactionContext" {
        /// Claims by name.
        identity_provider "IdentityProvider": BTreeMap<String, String>, any();
    }
}
