use super::{Charset, FederatedUser, IssuedCredentials, PolicyDescriptorType, Tag};
use super::{any, number, operation, seconds, text};

operation! {
    /// Gives temporary keys for a federated user, limited by policies that the calling IAM user sets.
    "GetFederationToken", signed: true,
    errors: ["MalformedPolicyDocument", "PackedPolicyTooLarge", "RegionDisabledException"];
    GetFederationTokenInput {
        /// The federated user's name; it appears in the session's ARN.
        name "Name": String, text(2, 32, Charset::Name);
        /// An IAM policy in JSON that limits the session. Without a policy the session may do next to nothing.
        policy "Policy": Option<String>, text(1, 2048, Charset::Latin1);
        /// Managed policies that limit the session.
        policy_arns "PolicyArns": Vec<PolicyDescriptorType>, any();
        /// How long the keys work, in seconds; 43200 if not given.
        duration_seconds "DurationSeconds": Option<i32>, seconds(900, 129_600);
        /// Tags of the session, for policies and cost reports.
        tags "Tags": Vec<Tag>, any().items(0, 50);
        /// The least size of the session token, in bytes, for testing what larger tokens do.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    GetFederationTokenOutput {
        /// The temporary keys.
        credentials "Credentials": IssuedCredentials, any();
        /// The session.
        federated_user "FederatedUser": Option<FederatedUser>, any();
        /// How much of the room for policies and tags is used, in percent.
        packed_policy_size "PackedPolicySize": Option<i32>, any();
        /// How much of the greatest size of a session token is used, in percent.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// The size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
    }
}
