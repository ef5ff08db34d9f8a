use std::time::SystemTime;

use crate::Secret;
use super::{Charset, Tag};
use super::{any, operation, seconds, text};

operation! {
    /// Returns a signed JWT that identifies the caller to services outside AWS.
    "GetWebIdentityToken", signed: true,
    errors: ["SessionDurationEscalationException", "OutboundWebIdentityFederationDisabledException", "JWTPayloadSizeExceededException"];
    GetWebIdentityTokenInput {
        /// Recipients of the token: its `aud` claim.
        audience "Audience": Vec<String>, text(1, 1000, Charset::Any).items(1, 10).required();
        /// Lifetime of the token, in seconds. Defaults to 300.
        duration_seconds "DurationSeconds": Option<i32>, seconds(60, 3600);
        /// Signing algorithm: `RS256` or `ES384`.
        signing_algorithm "SigningAlgorithm": String, text(5, 5, Charset::Any);
        /// Scope of the token: its `scope` claim.
        scope "Scope": Option<String>, any();
        /// Subject of the `sub` claim: `AWSIdentity` for the caller's ARN (the default), or `OriginIdentity` for the
        /// identity that the session acts for.
        subject_mode "SubjectMode": Option<String>, any();
        /// Tags to include in the token as claims.
        tags "Tags": Vec<Tag>, any().items(0, 50);
    }
    GetWebIdentityTokenOutput {
        /// Signed JWT.
        web_identity_token "WebIdentityToken": Secret, any();
        /// Time at which the token expires.
        expiration "Expiration": SystemTime, any();
    }
}
