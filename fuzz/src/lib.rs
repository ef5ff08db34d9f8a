//! What the targets have in common: how a document is read by another parser, and how much memory a reader may take.

mod bounded;
pub mod document;
pub mod http_text;

pub use bounded::bounded;
