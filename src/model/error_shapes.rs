//! The errors that the STS model names.

/// An error of the STS model.
#[derive(Debug, PartialEq, Eq)]
pub struct ErrorShape {
    /// Its code on the wire, as `MalformedPolicyDocument`.
    pub code: &'static str,
    /// Its HTTP status.
    pub status: u16,
    /// When it is given. Empty in wasm.
    pub doc: &'static str,
}

impl ErrorShape {
    /// Its class in the AWS SDKs, as `MalformedPolicyDocumentException`.
    #[must_use]
    pub fn class(&self) -> String {
        let stem = self.code.strip_suffix("Exception").unwrap_or(self.code);
        [stem, "Exception"].concat()
    }

    /// The error called `code`, with or without `Exception` at its end.
    #[must_use]
    pub fn find(code: &str) -> Option<&'static Self> {
        let stem = |code: &str| code.strip_suffix("Exception").unwrap_or(code).len();
        ERRORS.iter().find(|error| error.code[..stem(error.code)] == code[..stem(code)])
    }
}

macro_rules! errors {
    ($($(#[doc = $doc:expr])+ $code:literal $status:literal;)+) => {
        /// Every error that the model names, in alphabetical order.
        pub static ERRORS: &[ErrorShape] = &[$(ErrorShape {
            code: $code,
            status: $status,
            doc: super::declare::doc_text!($($doc)+),
        }),+];
    };
}

errors! {
    /// The token that was given, or the one that the request is signed with, has expired.
    "ExpiredTokenException" 400;
    /// The trade-in token has expired.
    "ExpiredTradeInTokenException" 400;
    /// STS could not reach the identity provider. Worth another try.
    "IDPCommunicationError" 400;
    /// The identity provider rejected the claim, or its token was revoked.
    "IDPRejectedClaim" 403;
    /// The calling session ends too soon for what was asked.
    "InsufficientSessionLifetime" 400;
    /// The encoded message could not be decoded.
    "InvalidAuthorizationMessageException" 400;
    /// A context assertion is not valid.
    "InvalidContextAssertion" 400;
    /// The web identity token or SAML assertion is not valid.
    "InvalidIdentityToken" 400;
    /// The credentials of the subject are not valid.
    "InvalidSubjectCredentials" 400;
    /// The claims make a JWT that is larger than allowed.
    "JWTPayloadSizeExceededException" 400;
    /// The policy is not a valid IAM policy. The message says where.
    "MalformedPolicyDocument" 400;
    /// The account has not enabled outbound web identity federation.
    "OutboundWebIdentityFederationDisabledException" 403;
    /// Session policies and tags, packed, are larger than allowed.
    "PackedPolicyTooLarge" 400;
    /// STS is not activated in this region for this account.
    "RegionDisabledException" 403;
    /// The duration asked for goes beyond the calling session's end.
    "SessionDurationEscalationException" 403;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_find_an_error_and_its_class() {
        for code in ["ExpiredToken", "ExpiredTokenException"] {
            assert_eq!(ErrorShape::find(code).map(ErrorShape::class).as_deref(), Some("ExpiredTokenException"));
        }
        assert_eq!(
            ErrorShape::find("MalformedPolicyDocument").map(ErrorShape::class).as_deref(),
            Some("MalformedPolicyDocumentException")
        );
        assert!(ErrorShape::find("AccessDenied").is_none() && ErrorShape::find("").is_none());
    }
}
