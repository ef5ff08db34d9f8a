//! The STS service model. Each operation is declared once, in its own file.
//!
//! A declaration produces both the typed input and output for Rust programs, and the [`Operation`] that drives
//! validation, query encoding, response parsing, the JavaScript bindings, the TypeScript declarations and the page's
//! forms. An operation therefore adds a few hundred bytes of names to the wasm, and no code.
//!
//! ```
//! use sts_web::model::{Presence, operation};
//!
//! let assume_role = operation("AssumeRole").expect("an STS operation");
//! let role_arn = assume_role.input.member("RoleArn").expect("a member");
//! assert!(assume_role.signed);
//! assert_eq!(role_arn.presence, Presence::Required);
//! assert_eq!((role_arn.rule.min, role_arn.rule.max), (20, 2048));
//! ```
//!
//! # Compatibility
//!
//! AWS adds members and operations over time. That is not a breaking change of this crate, so outputs are
//! `non_exhaustive`. Construct inputs with struct literals that end in `..Default::default()`, even if they set every
//! member that exists now.
//!
//! Source: AWS STS API Reference, and the AWS SDKs' model of STS.

mod charset;
mod declare;
mod error_shapes;
mod field;
mod json;
mod shapes;
mod value;

pub use charset::Charset;
pub use error_shapes::{ERRORS, ErrorShape};
pub use field::Typed;
pub use json::WithSecrets;
pub use shapes::{
    AssumedRoleUser, FederatedUser, IssuedCredentials, OriginIdentity, PolicyDescriptorType, ProvidedContext,
    ScopedSession, Tag, TransactionContext, TrustedIdentityPropagationContext,
};
pub use value::Value;

use declare::{operation, structure};
use field::Field;

/// Version of the Query API, sent in every request.
pub const API_VERSION: &str = "2011-06-15";

/// The list of operations: module, operation, input and output. `$use_list` is the macro to expand with it.
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

        /// Every STS operation, in alphabetical order.
        pub static OPERATIONS: &[&Operation] = &[$(<$input as OperationInput>::OPERATION),+];
    };
}
for_each_operation!(modules_and_list);

/// Returns the operation called `name`, e.g. `AssumeRole`.
#[must_use]
pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().copied().find(|operation| operation.name == name)
}

/// An STS operation.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// Name on the wire, e.g. `AssumeRole`.
    pub name: &'static str,
    /// Documentation. Empty in wasm, to keep the download small.
    pub doc: &'static str,
    /// Whether the request is signed. Operations that authenticate with a SAML assertion or an ID token are not.
    pub signed: bool,
    /// Structure of the input.
    pub input: &'static Shape,
    /// Structure of the output.
    pub output: &'static Shape,
    /// Error codes that AWS documents for the operation. Empty in wasm.
    pub errors: &'static [&'static str],
}

/// A typed input. Its type determines the operation and the output.
pub trait OperationInput: Typed {
    /// The operation.
    const OPERATION: &'static Operation;
    /// The type of the output.
    type Output: Typed;
}

/// A structure: a name and its members, in the order in which they are sent.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shape {
    /// Name in the service model, e.g. `PolicyDescriptorType`.
    pub name: &'static str,
    /// Documentation. Empty in wasm.
    pub doc: &'static str,
    /// Members.
    pub members: &'static [Member],
}

impl Shape {
    /// Returns the member called `name`.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// A member of a structure.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// Name on the wire, e.g. `RoleArn`.
    pub name: &'static str,
    /// Documentation. Empty in wasm.
    pub doc: &'static str,
    /// Type.
    pub kind: Kind,
    /// Whether it is required.
    pub presence: Presence,
    /// Whether the value must not be displayed or logged: secret keys, tokens, codes.
    pub sensitive: bool,
    /// Constraints on the value.
    pub rule: &'static Rule,
}

/// The type of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A string.
    Text,
    /// An integer.
    Integer,
    /// A timestamp.
    Timestamp,
    /// A map from string to string.
    Map,
    /// A list of one kind of element.
    List(&'static Kind),
    /// A structure.
    Structure(&'static Shape),
}

/// Whether a member is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// May be absent.
    Optional,
    /// Always present in AWS's responses. Other STS implementations may omit it, which is tolerated.
    Always,
    /// An input or a response without it is an error.
    Required,
}

/// Constraints on a member's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Minimum number of characters of a string, or minimum value of an integer. In a list, of each element.
    pub min: u32,
    /// Maximum number of characters of a string, or maximum value of an integer; [`Rule::UNLIMITED`] for no limit.
    pub max: u32,
    /// Characters that a string may contain.
    pub charset: Charset,
    /// Minimum number of elements of a list.
    pub min_items: u32,
    /// Maximum number of elements of a list; [`Rule::UNLIMITED`] for no limit.
    pub max_items: u32,
    /// Unit of an integer, with a leading space: ` seconds`. Empty if the member's name includes the unit.
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

    /// Returns the presence set by the declaration, or else that of the Rust type.
    const fn presence_or(self, of_type: Presence) -> Presence {
        match self.presence {
            Some(presence) => presence,
            None => of_type,
        }
    }
}

/// No constraints.
const fn any() -> Rule {
    Rule::ANY
}

/// A string of `min` to `max` characters from `charset`.
const fn text(min: u32, max: u32, charset: Charset) -> Rule {
    Rule { min, max, charset, ..Rule::ANY }
}

/// An integer from `min` to `max`.
const fn number(min: u32, max: u32) -> Rule {
    Rule { min, max, ..Rule::ANY }
}

/// A duration of `min` to `max` seconds.
const fn seconds(min: u32, max: u32) -> Rule {
    Rule { min, max, unit: " seconds", ..Rule::ANY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_found_by_their_name_on_the_wire() {
        assert_eq!(operation("AssumeRoleWithSAML").map(|found| found.signed), Some(false));
        assert_eq!(operation("AssumeRole").map(|found| found.signed), Some(true));
        assert!(operation("assumeRole").is_none());
    }

    #[test]
    fn every_error_of_an_operation_is_in_the_table_of_errors() {
        for operation in OPERATIONS {
            for code in operation.errors {
                assert!(ERRORS.iter().any(|error| error.code == *code), "{} lists {code}", operation.name);
            }
        }
    }

    #[test]
    fn every_operation_and_member_has_documentation() {
        for operation in OPERATIONS {
            assert!(operation.doc.len() > 20, "{}", operation.name);
            for member in operation.input.members.iter().chain(operation.output.members) {
                assert!(member.doc.len() > 10, "{}.{}", operation.name, member.name);
            }
        }
    }
}
