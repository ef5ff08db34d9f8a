//! Generates TypeScript from the crate's model, in `pkg/src/generated`.

mod operations;
mod partitions;
mod typescript;

pub(crate) use typescript::generate;
