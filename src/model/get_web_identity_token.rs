use std::time::SystemTime;

use super::{Charset, Tag};
use super::{any, field::Secret, operation, seconds, text};

operation! {
    /// Gives a signed JWT that proves to services outside AWS who the caller is.
    "GetWebIdentityToken", signed: true,
    errors: ["SessionDurationEscalationException", "OutboundWebIdentityFederationDisabledException", "JWTPayloadSizeExceededException"];
    GetWebIdentityTokenInput {
        /// Who the token is for: its `aud` claim.
        audience "Audience": Vec<String>, text(1, 1000, Charset::Any).items(1, 10).required();
        /// How long the token is valid, in seconds; 300 if not given.
        duration_seconds "DurationSeconds": Option<i32>, seconds(60, 3600);
        /// `RS256` or `ES384`.
        signing_algorithm "SigningAlgorithm": String, text(5, 5, Charset::Any);
        /// What the token may be used for: its `scope` claim.
        scope "Scope": Option<String>, any();
        /// What the `sub` claim names: `AWSIdentity` (the ARN; if not given) or `OriginIdentity` (whom the session acts for).
        subject_mode "SubjectMode": Option<String>, any();
        /// Tags that become claims.
        tags "Tags": Vec<Tag>, any().items(0, 50);
    }
    GetWebIdentityTokenOutput {
        /// The token.
        web_identity_token "WebIdentityToken": Secret, any();
        /// When the token expires.
        expiration "Expiration": SystemTime, any();
    }
}
