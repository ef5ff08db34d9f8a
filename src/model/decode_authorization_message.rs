use super::{Charset, any, operation, text};

operation! {
    /// Decodes the authorization message that some services include in an access denied response: the principal, the
    /// action, the resource and the policies that were evaluated.
    "DecodeAuthorizationMessage", signed: true,
    errors: ["InvalidAuthorizationMessageException"];
    DecodeAuthorizationMessageInput {
        /// Encoded message from the access denied response.
        encoded_message "EncodedMessage": String, text(1, 10_240, Charset::Any);
    }
    DecodeAuthorizationMessageOutput {
        /// Decoded message, in JSON.
        decoded_message "DecodedMessage": String, any();
    }
}
