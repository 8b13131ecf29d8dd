//! Memory for the shim, which needs a few kilobytes for a millisecond.
//!
//! The allocator of the C library asks the system for memory, gives some back, and keeps books. Here
//! a block is what follows the one before, in an array of the program, and nothing is kept but the
//! end. What does not fit comes from the system.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The allocator of a program that ends or becomes another one soon.
#[derive(Debug)]
pub struct Arena {
    memory: UnsafeCell<[u8; SIZE]>,
    /// Bytes that are in use, from the start.
    end: AtomicUsize,
}

// SAFETY: no two blocks overlap, and `end` changes atomically. Who takes a block acquires what was
// released when it was given back, so its last use happens before its next one on another thread.
unsafe impl Sync for Arena {}

impl Arena {
    #[expect(clippy::large_stack_arrays, reason = "it is made for a static, when the program is compiled")]
    pub const fn new() -> Self {
        Self { memory: UnsafeCell::new([0; SIZE]), end: AtomicUsize::new(0) }
    }

    fn start(&self) -> usize {
        self.memory.get().addr()
    }

    /// Where a block that was given out begins; `None` if the system gave it.
    fn offset(&self, block: *mut u8) -> Option<usize> {
        block.addr().checked_sub(self.start()).filter(|offset| *offset < SIZE)
    }

    /// Moves the end from that of a block to `to`; false if other blocks follow it.
    fn move_end(&self, from: usize, to: usize) -> bool {
        to <= SIZE && self.end.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The offset of a new block.
    fn take(&self, layout: Layout) -> Option<usize> {
        let mut taken = None;
        let next = |end: usize| {
            let start =
                self.start().checked_add(end)?.checked_next_multiple_of(layout.align())? - self.start();
            taken = Some(start);
            start.checked_add(layout.size()).filter(|end| *end <= SIZE)
        };
        self.end.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).ok().and(taken)
    }
}

impl Default for Arena {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: a block lies in `memory`, which lives as long as the program, is aligned and overlaps no
// other block, or is one of `System`. `end` is only moved back from the end of a block that is given
// back, so no block that is in use lies behind it.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match self.take(layout) {
            // SAFETY: the block is within `memory`.
            Some(offset) => unsafe { self.memory.get().cast::<u8>().add(offset) },
            // SAFETY: what the caller promises holds for it too.
            None => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match self.offset(block) {
            Some(offset) => {
                self.move_end(offset + layout.size(), offset);
            }
            // SAFETY: `System` gave it.
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(offset) = self.offset(block) else {
            // SAFETY: `System` gave it.
            return unsafe { System.realloc(block, layout, size) };
        };
        if self.move_end(offset + layout.size(), offset.saturating_add(size)) {
            return block;
        }
        // SAFETY: the caller promises that the size is one that a layout can have.
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !new.is_null() {
            // SAFETY: both blocks have that many bytes, and the new one is another.
            unsafe { ptr::copy_nonoverlapping(block, new, layout.size().min(size)) };
        }
        new
    }
}

/// Several times what a selection needs. Only the pages that are used take up memory.
const SIZE: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    #[test]
    fn blocks_are_aligned_and_do_not_overlap() {
        let arena = Arena::new();
        let mut end = 0;
        for (size, align) in [(1, 1), (8, 8), (3, 1), (64, 64), (0, 1), (5, 4096)] {
            // SAFETY: the arena lives longer than the blocks.
            let block = unsafe { arena.alloc(layout(size, align)) }.addr();
            assert!(block % align == 0 && block >= end);
            end = block + size;
        }
    }

    #[test]
    fn the_last_block_grows_where_it_is_and_others_move() {
        let arena = Arena::new();
        // SAFETY: each block is given back or grown with the layout it has, and written within it.
        unsafe {
            let first = arena.alloc(layout(4, 1));
            first.copy_from_nonoverlapping(b"gopher".as_ptr(), 4);
            assert_eq!(arena.realloc(first, layout(4, 1), 8), first);
            let second = arena.alloc(layout(4, 1));
            let moved = arena.realloc(first, layout(8, 1), 16);
            assert!(moved > second);
            assert_eq!(std::slice::from_raw_parts(moved, 4), b"goph");
            arena.dealloc(moved, layout(16, 1));
            assert_eq!(arena.alloc(layout(1, 1)), moved);
        }
    }

    #[test]
    fn what_does_not_fit_comes_from_the_system() {
        let arena = Arena::new();
        let large = layout(SIZE + 1, 8);
        // SAFETY: each block is given back with the layout it has.
        unsafe {
            let block = arena.alloc(large);
            assert!(!block.is_null() && arena.offset(block).is_none());
            let block = arena.realloc(block, large, 2 * SIZE);
            arena.dealloc(block, layout(2 * SIZE, 8));
            let all = arena.alloc(layout(SIZE, 1));
            assert!(arena.offset(all).is_some());
            let moved = arena.realloc(all, layout(SIZE, 1), SIZE + 1);
            assert!(arena.offset(moved).is_none());
            arena.dealloc(moved, layout(SIZE + 1, 1));
        }
    }
}
