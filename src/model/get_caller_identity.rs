use super::{any, operation};

operation! {
    /// Returns the identity of the caller. No permissions are required.
    "GetCallerIdentity", signed: true,
    errors: [];
    GetCallerIdentityInput {}
    GetCallerIdentityOutput {
        /// Unique ID of the caller.
        user_id "UserId": String, any();
        /// Account ID: 12 digits, including leading zeros.
        account "Account": String, any();
        /// ARN of the caller.
        arn "Arn": String, any();
    }
}
