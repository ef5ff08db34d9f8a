use super::{IssuedCredentials, any, field::Secret, operation};

operation! {
    /// Trades a token in for temporary keys, where an AWS product was allowed to act in this account.
    "GetDelegatedAccessToken", signed: true,
    errors: ["ExpiredTradeInTokenException", "RegionDisabledException", "PackedPolicyTooLarge"];
    GetDelegatedAccessTokenInput {
        /// The token to trade in.
        trade_in_token "TradeInToken": Secret, any();
    }
    GetDelegatedAccessTokenOutput {
        /// The temporary keys.
        credentials "Credentials": IssuedCredentials, any();
        /// How much of the room for policies and tags is used, in percent.
        packed_policy_size "PackedPolicySize": Option<i32>, any();
        /// The ARN of the principal that the keys belong to.
        assumed_principal "AssumedPrincipal": Option<String>, any();
    }
}
