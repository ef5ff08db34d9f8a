//! Measures downloads, speed, and requests to the Worker.

mod bench;
mod scale;
mod size;
mod url_parsers;
mod wasm_functions;

pub(crate) use bench::bench;
pub(crate) use scale::scale;
pub(crate) use size::{levels, size};
pub(crate) use url_parsers::url_parsers;
