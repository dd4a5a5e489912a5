//! The sandbox: what right answers can do in it, and what hostile ones cannot.
//!
//! Apart from `tests/class.rs`: answers are judged in this process, and whatever else it started
//! would be taken for something that an answer has left.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "sandbox/compiling.rs"]
mod compiling;
#[path = "sandbox/corpus.rs"]
mod corpus;
#[path = "sandbox/declared.rs"]
mod declared;
#[path = "sandbox/hostile.rs"]
mod hostile;
#[path = "sandbox/judging.rs"]
mod judging;
#[path = "sandbox/probes.rs"]
mod probes;
#[path = "sandbox/programs.rs"]
mod programs;
#[path = "sandbox/queries.rs"]
mod queries;
#[path = "sandbox/room.rs"]
mod room;
#[path = "sandbox/six.rs"]
mod six;
#[path = "sandbox/table.rs"]
mod table;
#[path = "sandbox/takes.rs"]
mod takes;
#[path = "sandbox/tools.rs"]
mod tools;
