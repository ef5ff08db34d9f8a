//! The structures that several operations share.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{Charset, any, field::Secret, structure, text};

structure! {
    /// A managed policy that limits the session further.
    #[derive(Default)]
    PolicyDescriptorType "PolicyDescriptorType" {
        /// The policy's ARN.
        arn "arn": Option<String>, text(20, 2048, Charset::Xml);
    }
}

structure! {
    /// A session tag.
    #[derive(Default)]
    Tag "Tag" {
        /// The tag's key.
        key "Key": String, text(1, 128, Charset::Tag);
        /// The tag's value; it may be empty.
        value "Value": String, text(0, 256, Charset::Tag);
    }
}

structure! {
    /// A context that a trusted provider vouches for.
    #[derive(Default)]
    ProvidedContext "ProvidedContext" {
        /// The ARN of the provider, as `arn:aws:iam::aws:contextProvider/IdentityCenter`.
        provider_arn "ProviderArn": Option<String>, text(20, 2048, Charset::Xml);
        /// The signed assertion that the provider made.
        context_assertion "ContextAssertion": Option<Secret>, text(4, 2048, Charset::Any);
    }
}

structure! {
    /// The temporary keys of a session.
    IssuedCredentials "Credentials" {
        /// The access key id, as `ASIA…`.
        access_key_id "AccessKeyId": String, any();
        /// The secret access key.
        secret_access_key "SecretAccessKey": Secret, any();
        /// The session token, which goes with every request that these keys sign.
        session_token "SessionToken": Secret, any();
        /// When the keys stop working.
        expiration "Expiration": SystemTime, any();
    }
}

structure! {
    /// The session of an assumed role.
    AssumedRoleUser "AssumedRoleUser" {
        /// The role's unique id and the session name, as `AROA…:session`.
        assumed_role_id "AssumedRoleId": Option<String>, any().always();
        /// The session's ARN, as `arn:aws:sts::123456789012:assumed-role/role/session`.
        arn "Arn": Option<String>, any().always();
    }
}

structure! {
    /// The session of a federated user.
    FederatedUser "FederatedUser" {
        /// The account and the name, as `123456789012:name`.
        federated_user_id "FederatedUserId": Option<String>, any().always();
        /// The session's ARN, as `arn:aws:sts::123456789012:federated-user/name`.
        arn "Arn": Option<String>, any().always();
    }
}

structure! {
    /// The session that scoped credentials belong to.
    ScopedSession "ScopedSession" {
        /// The session's id.
        scoped_session_id "ScopedSessionId": Option<String>, any().always();
        /// The session's ARN.
        arn "Arn": Option<String>, any().always();
    }
}

structure! {
    /// Who the session was made for, where identities are propagated from one application to another.
    TrustedIdentityPropagationContext "TrustedIdentityPropagationContext" {
        /// The identity at the origin.
        origin_identity "OriginIdentity": Option<OriginIdentity>, any();
        /// What the identity provider said of the transaction.
        transaction_context "TransactionContext": Option<TransactionContext>, any();
    }
}

structure! {
    /// The identity at the origin of a propagated identity.
    OriginIdentity "OriginIdentity" {
        /// The subject that the issuer named.
        subject "Subject": Option<Secret>, any();
        /// What kind of subject it is.
        subject_type "SubjectType": Option<Secret>, any();
        /// Who issued the identity.
        issuer "Issuer": Option<Secret>, any();
        /// The ARN of the federated provider.
        federated_provider_arn "FederatedProviderArn": Option<String>, any();
    }
}

structure! {
    /// What the identity provider said of a transaction.
    TransactionContext "TransactionContext" {
        /// Claims by name.
        identity_provider "IdentityProvider": BTreeMap<String, String>, any();
    }
}
