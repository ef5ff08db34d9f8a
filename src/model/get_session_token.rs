use super::{Charset, IssuedCredentials};
use super::{any, field::Secret, number, operation, seconds, text};

operation! {
    /// Gives temporary keys of the calling IAM user, mostly to show that a second factor was given.
    "GetSessionToken", signed: true,
    errors: ["RegionDisabledException"];
    GetSessionTokenInput {
        /// How long the keys work, in seconds; 43200 if not given.
        duration_seconds "DurationSeconds": Option<i32>, seconds(900, 129_600);
        /// The MFA device of the caller: a serial number or an ARN.
        serial_number "SerialNumber": Option<String>, text(9, 256, Charset::Path);
        /// The six digits that the MFA device shows now.
        token_code "TokenCode": Option<Secret>, text(6, 6, Charset::Digits);
        /// The least size of the session token, in bytes, for testing what larger tokens do.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    GetSessionTokenOutput {
        /// The temporary keys.
        credentials "Credentials": IssuedCredentials, any();
        /// How much of the greatest size of a session token is used, in percent.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// The size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
    }
}
