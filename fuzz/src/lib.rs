//! Shared code of the fuzz targets: an independent parser, and a limit on memory.

mod bounded;
pub mod document;
pub mod http_text;

pub use bounded::bounded;
