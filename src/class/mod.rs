//! Grading a class: submissions in, a gradebook out.
//!
//! What came in is told apart first: who handed in which answers. Each different answer is built
//! and judged once, in a sandbox, by the same engine that learners use. The verdicts make a
//! [`Gradebook`](gradebook::Gradebook), and [`report::gradebook`](crate::report) writes that in
//! the formats which people and other programs read.

#[cfg(unix)]
mod alone;
pub mod compile;
pub mod course;
mod crowd;
#[cfg(unix)]
pub mod desk;
pub mod gradebook;
#[cfg(unix)]
pub mod grading;
pub mod intake;
pub mod journal;
#[cfg(unix)]
pub mod judge;
pub mod merge;
pub mod roster;
#[cfg(unix)]
mod settle;
#[cfg(unix)]
pub mod toolchain;
pub mod words;
pub mod written;
