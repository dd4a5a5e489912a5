//! # A function of the C library's name
//!
//! the verdict | does_not_compile: unsafe | does_not_compile: unsafe

#[unsafe(no_mangle)]
pub extern "C" fn malloc(_: usize) -> usize {
    0
}
