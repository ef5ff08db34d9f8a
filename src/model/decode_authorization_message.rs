use super::{Charset, any, operation, text};

operation! {
    /// Decodes the message that some services send with a refusal: who asked for what, and which policies applied.
    "DecodeAuthorizationMessage", signed: true,
    errors: ["InvalidAuthorizationMessageException"];
    DecodeAuthorizationMessageInput {
        /// The encoded message, as the refusal gave it.
        encoded_message "EncodedMessage": String, text(1, 10_240, Charset::Any);
    }
    DecodeAuthorizationMessageOutput {
        /// The message, in JSON.
        decoded_message "DecodedMessage": String, any();
    }
}
