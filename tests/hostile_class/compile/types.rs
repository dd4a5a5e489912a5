//! # Nesting types without an end
//!
//! the verdict | does_not_compile: overflow | does_not_compile: overflow

struct Nest<T>(T);
trait Deep {}
impl<T> Deep for T where Nest<T>: Deep {}
fn deep<T: Deep>() {}
fn start() {
    deep::<u8>()
}
