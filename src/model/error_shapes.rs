//! Errors in the STS model.

/// An error in the STS model.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorShape {
    /// Error code on the wire, e.g. `MalformedPolicyDocument`.
    pub code: &'static str,
    /// HTTP status code.
    pub status: u16,
    /// When STS returns it. Empty in wasm.
    pub doc: &'static str,
}

impl ErrorShape {
    /// Returns the name of its class in the AWS SDKs, e.g. `MalformedPolicyDocumentException`.
    #[must_use]
    pub fn class(&self) -> String {
        let stem = self.code.strip_suffix("Exception").unwrap_or(self.code);
        [stem, "Exception"].concat()
    }

    /// Returns the error with this code. The suffix `Exception` is optional.
    #[must_use]
    pub fn find(code: &str) -> Option<&'static Self> {
        let stem = |code: &str| code.strip_suffix("Exception").unwrap_or(code).len();
        ERRORS.iter().find(|error| error.code[..stem(error.code)] == code[..stem(code)])
    }
}

macro_rules! errors {
    ($($(#[doc = $doc:expr])+ $code:literal $status:literal;)+) => {
        /// Every error in the model, in alphabetical order.
        pub static ERRORS: &[ErrorShape] = &[$(ErrorShape {
            code: $code,
            status: $status,
            doc: super::declare::doc_text!($($doc)+),
        }),+];
    };
}

errors! {
    /// The token in the request, or the session token that signed it, has expired.
    "ExpiredTokenException" 400;
    /// The trade-in token has expired.
    "ExpiredTradeInTokenException" 400;
    /// STS could not reach the identity provider. The request can be retried.
    "IDPCommunicationError" 400;
    /// The identity provider rejected the claim, or the token was revoked.
    "IDPRejectedClaim" 403;
    /// The calling session expires before the requested duration ends.
    "InsufficientSessionLifetime" 400;
    /// The encoded message could not be decoded.
    "InvalidAuthorizationMessageException" 400;
    /// A context assertion is not valid.
    "InvalidContextAssertion" 400;
    /// The web identity token or SAML assertion is not valid.
    "InvalidIdentityToken" 400;
    /// The credentials of the subject are not valid.
    "InvalidSubjectCredentials" 400;
    /// The claims exceed the maximum size of a JWT.
    "JWTPayloadSizeExceededException" 400;
    /// The policy is not a valid IAM policy. The message describes the error.
    "MalformedPolicyDocument" 400;
    /// The account has not enabled outbound web identity federation.
    "OutboundWebIdentityFederationDisabledException" 403;
    /// The packed size of the session policies and tags exceeds the quota.
    "PackedPolicyTooLarge" 400;
    /// STS is not activated in this region for this account.
    "RegionDisabledException" 403;
    /// The requested duration exceeds the remaining duration of the calling session.
    "SessionDurationEscalationException" 403;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_found_with_or_without_the_exception_suffix() {
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
