//! What STS is, as data. Each operation is declared once, in a file of its own.
//!
//! A declaration gives two things at once: the typed input and output that Rust programs use, and the
//! [`Operation`] that everything else reads: validation, query encoding, response reading, the JavaScript
//! face, the TypeScript declarations and the page's forms. Those readers are written once and driven by the
//! data, so that an operation adds a few hundred bytes of names to the wasm and no code.
//!
//! Source of the facts: the AWS STS API Reference, and the SDKs' models of it.

mod charset;
mod declare;
mod error_shapes;
mod field;
mod shapes;
mod value;

pub use charset::Charset;
pub use error_shapes::{ERRORS, ErrorShape};
pub use field::{Field, Typed};
pub use shapes::{
    AssumedRoleUser, FederatedUser, IssuedCredentials, OriginIdentity, PolicyDescriptorType, ProvidedContext,
    ScopedSession, Tag, TransactionContext, TrustedIdentityPropagationContext,
};
pub use value::Value;

use declare::{operation, structure};

/// The version of the Query API that every request names.
pub const API_VERSION: &str = "2011-06-15";

/// The one list of operations: module, operation, input and output. `$use_list` is a macro that takes it.
macro_rules! for_each_operation {
    ($use_list:ident) => {
        $use_list! {
            assume_role AssumeRole AssumeRoleInput AssumeRoleOutput,
            assume_role_with_saml AssumeRoleWithSaml AssumeRoleWithSamlInput AssumeRoleWithSamlOutput,
            assume_role_with_web_identity AssumeRoleWithWebIdentity
                AssumeRoleWithWebIdentityInput AssumeRoleWithWebIdentityOutput,
            assume_root AssumeRoot AssumeRootInput AssumeRootOutput,
            decode_authorization_message DecodeAuthorizationMessage
                DecodeAuthorizationMessageInput DecodeAuthorizationMessageOutput,
            get_access_key_info GetAccessKeyInfo GetAccessKeyInfoInput GetAccessKeyInfoOutput,
            get_caller_identity GetCallerIdentity GetCallerIdentityInput GetCallerIdentityOutput,
            get_delegated_access_token GetDelegatedAccessToken
                GetDelegatedAccessTokenInput GetDelegatedAccessTokenOutput,
            get_federation_token GetFederationToken GetFederationTokenInput GetFederationTokenOutput,
            get_scoped_credentials GetScopedCredentials GetScopedCredentialsInput GetScopedCredentialsOutput,
            get_session_token GetSessionToken GetSessionTokenInput GetSessionTokenOutput,
            get_web_identity_token GetWebIdentityToken GetWebIdentityTokenInput GetWebIdentityTokenOutput,
        }
    };
}
pub(crate) use for_each_operation;

macro_rules! modules_and_list {
    ($($module:ident $operation:ident $input:ident $output:ident,)+) => {
        $(mod $module; pub use $module::{$input, $output};)+

        /// Every operation of STS, by name in alphabetical order.
        pub static OPERATIONS: &[&Operation] = &[$(<$input as OperationInput>::OPERATION),+];
    };
}
for_each_operation!(modules_and_list);

/// The operation called `name`, as `AssumeRole`.
#[must_use]
pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().copied().find(|operation| operation.name == name)
}

/// One operation of STS.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name on the wire, as `AssumeRole`.
    pub name: &'static str,
    /// What it is for. Empty in wasm, to keep the download small.
    pub doc: &'static str,
    /// Whether the request carries a signature. The two that bring a token of their own do not.
    pub signed: bool,
    /// The members that a caller gives.
    pub input: &'static Shape,
    /// The members of the answer.
    pub output: &'static Shape,
    /// The codes of the errors that its documentation lists. Empty in wasm.
    pub errors: &'static [&'static str],
}

/// A typed input: the type alone says which operation is meant and what answers it.
pub trait OperationInput: Typed {
    /// The operation.
    const OPERATION: &'static Operation;
    /// The type of its answer.
    type Output: Typed;
}

/// A structure: a name and members in the order in which they are sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape {
    /// Its name in the service's model, as `PolicyDescriptorType`.
    pub name: &'static str,
    /// What it is. Empty in wasm.
    pub doc: &'static str,
    /// Its members.
    pub members: &'static [Member],
}

impl Shape {
    /// The member called `name`.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// A member of a structure.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name on the wire, as `RoleArn`.
    pub name: &'static str,
    /// What it is for. Empty in wasm.
    pub doc: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether it may be missing.
    pub presence: Presence,
    /// Whether its value must not be shown: passwords, tokens, keys.
    pub sensitive: bool,
    /// What values it allows.
    pub rule: &'static Rule,
}

/// The type of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Unicode text.
    Text,
    /// A whole number.
    Integer,
    /// A moment in time.
    Timestamp,
    /// Text by text key.
    Map,
    /// A list of one kind.
    List(&'static Kind),
    /// A structure.
    Structure(&'static Shape),
}

/// Whether a member may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It may be missing.
    Optional,
    /// AWS always sends it; other servers that speak STS may leave it out, and that is borne.
    Always,
    /// Without it the input, or the answer, is an error.
    Required,
}

/// What values a member allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Least characters of a text, or least value of a number. In a list, of each element.
    pub min: u32,
    /// Most characters of a text, or greatest value of a number; [`Rule::UNLIMITED`] for no limit.
    pub max: u32,
    /// The characters that a text may have.
    pub charset: Charset,
    /// Least elements of a list.
    pub min_items: u32,
    /// Most elements of a list; [`Rule::UNLIMITED`] for no limit.
    pub max_items: u32,
    /// What a number counts, as ` seconds`; empty where its name says it.
    pub unit: &'static str,
    presence: Option<Presence>,
}

impl Rule {
    /// No upper limit.
    pub const UNLIMITED: u32 = u32::MAX;

    const ANY: Self = Self {
        min: 0,
        max: Self::UNLIMITED,
        charset: Charset::Any,
        min_items: 0,
        max_items: Self::UNLIMITED,
        unit: "",
        presence: None,
    };

    const fn items(mut self, min: u32, max: u32) -> Self {
        self.min_items = min;
        self.max_items = max;
        self
    }

    const fn required(mut self) -> Self {
        self.presence = Some(Presence::Required);
        self
    }

    const fn always(mut self) -> Self {
        self.presence = Some(Presence::Always);
        self
    }

    /// What the declaration says of presence, or else what the Rust type says.
    const fn presence_or(self, of_type: Presence) -> Presence {
        match self.presence {
            Some(presence) => presence,
            None => of_type,
        }
    }
}

/// A member without limits.
const fn any() -> Rule {
    Rule::ANY
}

/// A text of `min` to `max` characters out of `charset`.
const fn text(min: u32, max: u32, charset: Charset) -> Rule {
    Rule { min, max, charset, ..Rule::ANY }
}

/// A number from `min` to `max`.
const fn number(min: u32, max: u32) -> Rule {
    Rule { min, max, ..Rule::ANY }
}

/// A duration from `min` to `max` seconds.
const fn seconds(min: u32, max: u32) -> Rule {
    Rule { min, max, unit: " seconds", ..Rule::ANY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_found_by_its_name_on_the_wire() {
        assert_eq!(operation("AssumeRoleWithSAML").map(|found| found.signed), Some(false));
        assert_eq!(operation("AssumeRole").map(|found| found.signed), Some(true));
        assert!(operation("assumeRole").is_none());
    }

    #[test]
    fn every_error_an_operation_lists_is_in_the_table() {
        for operation in OPERATIONS {
            for code in operation.errors {
                assert!(ERRORS.iter().any(|error| error.code == *code), "{} lists {code}", operation.name);
            }
        }
    }

    #[test]
    fn everything_is_documented() {
        for operation in OPERATIONS {
            assert!(operation.doc.len() > 20, "{}", operation.name);
            for member in operation.input.members.iter().chain(operation.output.members) {
                assert!(member.doc.len() > 10, "{}.{}", operation.name, member.name);
            }
        }
    }
}
