//! # An allocator of its own
//!
//! the verdict | does_not_compile: unsafe | does_not_compile: unsafe

struct Mine;

unsafe impl std::alloc::GlobalAlloc for Mine {
    unsafe fn alloc(&self, _: std::alloc::Layout) -> *mut u8 {
        std::ptr::null_mut()
    }
    unsafe fn dealloc(&self, _: *mut u8, _: std::alloc::Layout) {}
}

#[global_allocator]
static A: Mine = Mine;
