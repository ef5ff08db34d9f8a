use super::{Charset, IssuedCredentials, PolicyDescriptorType};
use super::{any, number, operation, seconds, text};

operation! {
    /// Gives short-lived root keys of a member account, limited to one task, to the organization's management.
    "AssumeRoot", signed: true,
    errors: ["RegionDisabledException", "ExpiredTokenException"];
    AssumeRootInput {
        /// The member account: its id or its ARN.
        target_principal "TargetPrincipal": String, text(12, 2048, Charset::Any);
        /// The AWS managed policy that says what the keys are for, as `arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials`.
        task_policy_arn "TaskPolicyArn": PolicyDescriptorType, any();
        /// How long the keys work, in seconds; 900 if not given.
        duration_seconds "DurationSeconds": Option<i32>, seconds(0, 900);
        /// The least size of the session token, in bytes, for testing what larger tokens do.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    AssumeRootOutput {
        /// The temporary keys.
        credentials "Credentials": IssuedCredentials, any();
        /// The source identity that is set for the session.
        source_identity "SourceIdentity": Option<String>, any();
        /// How much of the greatest size of a session token is used, in percent.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// The size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
    }
}
