use super::{Charset, any, operation, text};

operation! {
    /// Tells which account an access key id belongs to, whether the key is active or not.
    "GetAccessKeyInfo", signed: true,
    errors: [];
    GetAccessKeyInfoInput {
        /// The access key id, as `AKIA…` or `ASIA…`.
        access_key_id "AccessKeyId": String, text(16, 128, Charset::Word);
    }
    GetAccessKeyInfoOutput {
        /// The account's id: twelve digits, leading zeros among them.
        account "Account": String, any();
    }
}
