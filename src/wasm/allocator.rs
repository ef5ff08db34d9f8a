//! An allocator that overwrites what is freed, so that a key's copies end where their owners do.

use std::alloc::{GlobalAlloc, Layout};

use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};
use zeroize::Zeroize;

/// Calls allocate little and free all of it, which a list of free blocks does well, in a third of the default
/// allocator's code.
struct Wiping(AssumeSingleThreaded<FreeListAllocator>);

// SAFETY: everything is the inner allocator's; memory is written to only while it is still allocated.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        unsafe { self.0.alloc(layout) }
    }

    // `realloc` is left to its default, which copies to new memory and frees the old through here.
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller promises that `pointer` is a live allocation of this layout.
        unsafe {
            pointer.write_bytes(0, layout.size());
            // So that the compiler does not take the writing for useless.
            self.0.dealloc(std::hint::black_box(pointer), layout);
        }
    }
}

#[global_allocator]
// SAFETY: the module is built without threads, and each instance has a memory of its own.
static ALLOCATOR: Wiping = Wiping(unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) });

/// Overwrites the part of the stack below the caller that calls of this crate reach.
#[inline(never)]
pub(super) fn wipe_stack() {
    // 16 KiB, of which `tests/package/sts.test.mjs` lets calls reach the half. Word by word, which is quicker than byte by byte.
    let mut below = [0_u64; 2 * 1024];
    below.zeroize();
}
