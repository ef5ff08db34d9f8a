//! Limits the memory that a parser allocates.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Maximum number of bytes allocated per byte of input. Empty elements that become structures need the most.
const PER_BYTE: usize = 32;

/// Maximum number of additional bytes, for an error, its message and a table of members.
const CONSTANT: usize = 16 * 1024;

/// Runs `parse`, which parses `length` bytes.
///
/// # Panics
/// If `parse` allocates more memory than the limit for this length.
pub fn bounded<T>(length: usize, parse: impl FnOnce() -> T) -> T {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let result = parse();
    let allocated = MEMORY.peak_usage().saturating_sub(before);
    assert!(allocated <= length * PER_BYTE + CONSTANT, "{allocated} bytes were allocated for an input of {length}");
    result
}
