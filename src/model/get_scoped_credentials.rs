use super::{Charset, IssuedCredentials, ScopedSession};
use super::{any, number, operation, seconds, text};

// Limits: the JavaScript SDK's documentation of the members. A policy's characters and the rest are the server's to judge.
operation! {
    /// Gives keys of the calling session that may do less or end sooner. A policy or a duration must be given.
    "GetScopedCredentials", signed: true,
    errors: ["InsufficientSessionLifetime", "InvalidSubjectCredentials", "MalformedPolicyDocument", "PackedPolicyTooLarge"];
    GetScopedCredentialsInput {
        /// An IAM policy in JSON: the keys may do what this and the calling session both allow.
        policy "Policy": Option<String>, text(1, 2048, Charset::Latin1);
        /// How long the keys work, in seconds; as long as the calling session if not given.
        duration_seconds "DurationSeconds": Option<i32>, seconds(1, 129_600);
        /// The least size of the session token, in bytes, for testing what larger tokens do.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
        /// What the keys are for; it appears in CloudTrail.
        scoped_session_description "ScopedSessionDescription": Option<String>, text(0, 256, Charset::Any);
    }
    GetScopedCredentialsOutput {
        /// The temporary keys.
        credentials "Credentials": IssuedCredentials, any();
        /// The session.
        session_info "SessionInfo": Option<ScopedSession>, any();
        /// How much of the greatest size of a session token is used, in percent.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// The size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
        /// How many policies limit the session by now, three at most.
        scoped_policies_count "ScopedPoliciesCount": Option<i32>, any();
        /// The source identity of the calling session.
        source_identity "SourceIdentity": Option<String>, any();
    }
}
