//! Measures downloads, speed, and requests to the Worker.

mod bench;
mod scale;
mod size;
mod wasm_functions;

pub(crate) use bench::bench;
pub(crate) use scale::scale;
pub(crate) use size::{levels, size};
