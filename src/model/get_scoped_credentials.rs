use super::{Charset, IssuedCredentials, ScopedSession};
use super::{any, number, operation, seconds, text};

// The limits are those in the JavaScript SDK's documentation. STS checks the rest.
operation! {
    /// Returns credentials for the calling session with fewer permissions or an earlier expiration. `Policy` or
    /// `DurationSeconds` is required.
    "GetScopedCredentials", signed: true,
    errors: ["InsufficientSessionLifetime", "InvalidSubjectCredentials", "MalformedPolicyDocument", "PackedPolicyTooLarge"];
    GetScopedCredentialsInput {
        /// Inline session policy in JSON. The permissions are the intersection of this and the calling session's.
        policy "Policy": Option<String>, text(1, 2048, Charset::Latin1);
        /// Duration of the session, in seconds. Defaults to the remaining duration of the calling session.
        duration_seconds "DurationSeconds": Option<i32>, seconds(1, 129_600);
        /// Minimum size of the session token, in bytes. For testing how applications handle larger tokens.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
        /// Purpose of the credentials. It appears in CloudTrail logs.
        scoped_session_description "ScopedSessionDescription": Option<String>, text(0, 256, Charset::Any);
    }
    GetScopedCredentialsOutput {
        /// Temporary credentials.
        credentials "Credentials": IssuedCredentials, any();
        /// Scoped session.
        session_info "SessionInfo": Option<ScopedSession>, any();
        /// Size of the session token, as a percentage of the maximum.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// Size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
        /// Number of scoping policies that apply to the session, up to three.
        scoped_policies_count "ScopedPoliciesCount": Option<i32>, any();
        /// Source identity of the calling session.
        source_identity "SourceIdentity": Option<String>, any();
    }
}
