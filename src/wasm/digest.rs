//! The two primitives of Signature Version 4, for `sts-web/aws4fetch`, which builds its own canonical requests.

use aws_sigv4::sign::v4::calculate_signature;
use wasm_bindgen::prelude::wasm_bindgen;

use super::allocator;
use crate::sign::string_to_sign::sha256_hex;

/// Returns the SHA-256 hash of `bytes`, in lowercase hexadecimal.
#[wasm_bindgen]
pub fn sha256(bytes: Vec<u8>) -> String {
    sha256_hex(&bytes)
}

/// Returns the HMAC-SHA256 of `message`, in lowercase hexadecimal. Leaves no trace of `key` on the stack.
#[wasm_bindgen(js_name = hmacSha256)]
pub fn hmac_sha256(key: Vec<u8>, message: &str) -> String {
    let hmac = calculate_signature(&*key, message.as_bytes());
    allocator::wipe_stack();
    hmac
}
