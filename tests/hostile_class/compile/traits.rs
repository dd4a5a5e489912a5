//! # Traits whose solution takes time without end
//!
//! the verdict | does_not_compile | does_not_compile

#![recursion_limit = "100000"]

struct Pair<A, B>(A, B);
trait Long {}
impl<A, B> Long for Pair<A, B>
where
    Pair<Pair<A, B>, B>: Long,
    Pair<A, Pair<A, B>>: Long,
{
}
fn long<T: Long>() {}
fn start() {
    long::<Pair<u8, u8>>()
}
