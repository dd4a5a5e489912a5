//! The harness: what stands between an answer and the grader.
//!
//! An exercise is a program of its own. Its last line, [`graded!`], names the functions that will
//! be called; everything else in the file is the learner's. The grader lives in another process,
//! `pglings`: it asks for one call at a time and judges by what comes back, by what is in the
//! database afterwards and by what went over the wire. No verdict ever passes through this
//! process, so nothing that an answer prints, replaces or exits with can make one.
//!
//! [`protocol`] is what the two say to each other; `route` turns a function into something that
//! can be called with JSON; [`serve`] is the loop; `relay` leads out of a sandbox; [`limits`] is what an answer may take.

pub mod common;
pub mod limits;
pub mod protocol;
#[cfg(unix)]
pub mod relay;
mod route;
mod serve;

pub use route::{Callable, Function, Reply, Route, WithLocal, WithShared, WithShown, World};
pub use serve::serve;

/// Names the functions of an exercise that the grader calls, and makes the program's `main`.
///
/// ```
/// use postgres::{Client, Error};
///
/// pub fn one(client: &mut Client) -> Result<i32, Error> {
///     Ok(client.query_one("SELECT 1", &[])?.get(0))
/// }
///
/// harness::graded!(one);
/// ```
#[macro_export]
macro_rules! graded {
    ($($name:ident),+ $(,)?) => {
        /// Hands the functions of this exercise to the grader.
        pub fn main() -> ::std::process::ExitCode {
            use $crate::{Function, WithLocal as _, WithShared as _, WithShown as _};
            $crate::serve(&[$((stringify!($name), (&&Function($name)).callable())),+])
        }
    };
}
