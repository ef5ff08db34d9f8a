//! Shared code of the fuzz targets: independent parsers, and a limit on memory.

mod bounded;
pub mod document;
pub mod http_text;
pub mod quick_xml_reader;

pub use bounded::bounded;
