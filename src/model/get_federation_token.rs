use super::{Charset, FederatedUser, IssuedCredentials, PolicyDescriptorType, Tag};
use super::{any, number, operation, seconds, text};

operation! {
    /// Returns temporary credentials for a federated user, limited by the session policies of the request.
    "GetFederationToken", signed: true,
    errors: ["MalformedPolicyDocument", "PackedPolicyTooLarge", "RegionDisabledException"];
    GetFederationTokenInput {
        /// Name of the federated user. It is part of the session's ARN.
        name "Name": String, text(2, 32, Charset::Name);
        /// Inline session policy in JSON. Without a session policy, the session has almost no permissions.
        policy "Policy": Option<String>, text(1, 2048, Charset::Latin1);
        /// Managed session policies.
        policy_arns "PolicyArns": Vec<PolicyDescriptorType>, any();
        /// Duration of the session, in seconds. Defaults to 43200.
        duration_seconds "DurationSeconds": Option<i32>, seconds(900, 129_600);
        /// Session tags, for use in policies and cost reports.
        tags "Tags": Vec<Tag>, any().items(0, 50);
        /// Minimum size of the session token, in bytes. For testing how applications handle larger tokens.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    GetFederationTokenOutput {
        /// Temporary credentials.
        credentials "Credentials": IssuedCredentials, any();
        /// Session of the federated user.
        federated_user "FederatedUser": Option<FederatedUser>, any();
        /// Packed size of the session policies and tags, as a percentage of the quota.
        packed_policy_size "PackedPolicySize": Option<i32>, any();
        /// Size of the session token, as a percentage of the maximum.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// Size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
    }
}
