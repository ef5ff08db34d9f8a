//! An allocator that overwrites what is freed, so that a key's copies end where their owners do.

use std::alloc::{GlobalAlloc, Layout, System};

use zeroize::Zeroize;

struct Wiping;

// SAFETY: everything is the system allocator's; memory is written to only while it is still allocated.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    // `realloc` is left to its default, which copies to new memory and frees the old through here.
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller promises that `pointer` is a live allocation of this layout.
        unsafe {
            pointer.write_bytes(0, layout.size());
            // So that the compiler does not take the writing for useless.
            System.dealloc(std::hint::black_box(pointer), layout);
        }
    }
}

#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

/// Overwrites the part of the stack below the caller that calls of this crate reach.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "the stack is what is meant")]
pub(super) fn wipe_stack() {
    let mut below = [0_u8; 64 * 1024];
    below.zeroize();
}
