use super::{Charset, IssuedCredentials, PolicyDescriptorType};
use super::{any, number, operation, seconds, text};

operation! {
    /// Returns short-lived root credentials for a member account of the organization, limited to one task.
    "AssumeRoot", signed: true,
    errors: ["RegionDisabledException", "ExpiredTokenException"];
    AssumeRootInput {
        /// ID or ARN of the member account.
        target_principal "TargetPrincipal": String, text(12, 2048, Charset::Any);
        /// AWS managed policy that defines the task, e.g.
        /// `arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials`.
        task_policy_arn "TaskPolicyArn": PolicyDescriptorType, any();
        /// Duration of the session, in seconds. Defaults to 900.
        duration_seconds "DurationSeconds": Option<i32>, seconds(0, 900);
        /// Minimum size of the session token, in bytes. For testing how applications handle larger tokens.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    AssumeRootOutput {
        /// Temporary credentials.
        credentials "Credentials": IssuedCredentials, any();
        /// Source identity of the session.
        source_identity "SourceIdentity": Option<String>, any();
        /// Size of the session token, as a percentage of the maximum.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// Size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
    }
}
