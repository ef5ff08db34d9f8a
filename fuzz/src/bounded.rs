//! How much memory a reader may take.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes that may be held for each byte that is read. The dearest is an empty element that becomes a structure.
const TIMES: usize = 32;

/// Bytes that may be held whatever is read: an error, its message, a table of members.
const CONSTANT: usize = 16 * 1024;

/// Does `read`, which reads `length` bytes.
///
/// # Panics
/// Where it held more memory meanwhile than such an input is worth.
pub fn bounded<T>(length: usize, read: impl FnOnce() -> T) -> T {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let result = read();
    let held = MEMORY.peak_usage().saturating_sub(before);
    assert!(held <= length * TIMES + CONSTANT, "{held} bytes were held for {length} that were read");
    result
}
