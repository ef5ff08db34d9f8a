//! A global allocator that wipes memory when it is freed, so that no copy of a secret outlives its owner.

use std::alloc::{GlobalAlloc, Layout};

use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};
use zeroize::Zeroize;

/// Calls allocate little and free all of it, which suits a free list. Its code is a third of the default allocator's.
struct Wiping(AssumeSingleThreaded<FreeListAllocator>);

// SAFETY: delegates to the inner allocator, and writes to memory only while it is still allocated.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's guarantees are those that the inner allocator requires.
        unsafe { self.0.alloc(layout) }
    }

    // The default `realloc` copies to new memory and frees the old through this method.
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller guarantees that `pointer` is a live allocation of this layout.
        unsafe {
            pointer.write_bytes(0, layout.size());
            // Keeps the compiler from removing the write as dead.
            self.0.dealloc(std::hint::black_box(pointer), layout);
        }
    }
}

#[global_allocator]
// SAFETY: the module is built without threads, and instances do not share memory.
static ALLOCATOR: Wiping = Wiping(unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) });

/// Wipes the part of the stack that calls of this crate use.
#[inline(never)]
pub(super) fn wipe_stack() {
    // 16 KiB. `tests/package/sts.test.mjs` verifies that calls use at most half of it. A `u64` at a time is faster than bytes.
    let mut stack = [0_u64; 2 * 1024];
    stack.zeroize();
}
