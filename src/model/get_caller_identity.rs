use super::{any, operation};

operation! {
    /// Tells who the caller is. Nobody needs a permission for it.
    "GetCallerIdentity", signed: true,
    errors: [];
    GetCallerIdentityInput {}
    GetCallerIdentityOutput {
        /// The unique id of the caller.
        user_id "UserId": String, any();
        /// The account's id: twelve digits, leading zeros among them.
        account "Account": String, any();
        /// The caller's ARN.
        arn "Arn": String, any();
    }
}
