use super::{Charset, any, operation, text};

operation! {
    /// Returns the ID of the account that an access key belongs to. The key may be inactive.
    "GetAccessKeyInfo", signed: true,
    errors: [];
    GetAccessKeyInfoInput {
        /// Access key ID, e.g. `AKIA…` or `ASIA…`.
        access_key_id "AccessKeyId": String, text(16, 128, Charset::Word);
    }
    GetAccessKeyInfoOutput {
        /// Account ID: 12 digits, including leading zeros.
        account "Account": String, any();
    }
}
