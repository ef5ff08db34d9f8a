use crate::Secret;
use super::{Charset, IssuedCredentials};
use super::{any, number, operation, seconds, text};

operation! {
    /// Returns temporary credentials for the calling IAM user, typically to authenticate with MFA.
    "GetSessionToken", signed: true,
    errors: ["RegionDisabledException"];
    GetSessionTokenInput {
        /// Duration of the session, in seconds. Defaults to 43200.
        duration_seconds "DurationSeconds": Option<i32>, seconds(900, 129_600);
        /// Serial number or ARN of the caller's MFA device.
        serial_number "SerialNumber": Option<String>, text(9, 256, Charset::Path);
        /// Six-digit code that the MFA device shows.
        token_code "TokenCode": Option<Secret>, text(6, 6, Charset::Digits);
        /// Minimum size of the session token, in bytes. For testing how applications handle larger tokens.
        minimum_session_token_size "MinimumSessionTokenSize": Option<i32>, number(0, 4096);
    }
    GetSessionTokenOutput {
        /// Temporary credentials.
        credentials "Credentials": IssuedCredentials, any();
        /// Size of the session token, as a percentage of the maximum.
        session_token_utilization "SessionTokenUtilization": Option<i32>, any();
        /// Size of the session token, in bytes.
        session_token_size "SessionTokenSize": Option<i32>, any();
    }
}
