use crate::Secret;
use super::{IssuedCredentials, any, operation};

operation! {
    /// Exchanges a trade-in token for temporary credentials of the principal that delegated access.
    "GetDelegatedAccessToken", signed: true,
    errors: ["ExpiredTradeInTokenException", "RegionDisabledException", "PackedPolicyTooLarge"];
    GetDelegatedAccessTokenInput {
        /// Trade-in token to exchange.
        trade_in_token "TradeInToken": Secret, any();
    }
    GetDelegatedAccessTokenOutput {
        /// Temporary credentials.
        credentials "Credentials": IssuedCredentials, any();
        /// Packed size of the session policies and tags, as a percentage of the quota.
        packed_policy_size "PackedPolicySize": Option<i32>, any();
        /// ARN of the principal that the credentials belong to.
        assumed_principal "AssumedPrincipal": Option<String>, any();
    }
}
