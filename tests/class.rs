//! Grading classes: sandboxes, submissions, gradebooks.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "class/book.rs"]
mod book;
#[path = "class/check.rs"]
mod check;
#[path = "class/command.rs"]
mod command;
#[path = "class/compiling.rs"]
mod compiling;
#[path = "class/corpus.rs"]
mod corpus;
#[path = "class/faults.rs"]
mod faults;
#[path = "class/generator.rs"]
mod generator;
#[path = "class/hostile.rs"]
mod hostile;
#[path = "class/judging.rs"]
mod judging;
#[path = "class/probes.rs"]
mod probes;
#[path = "class/room.rs"]
mod room;
#[path = "class/six.rs"]
mod six;
#[path = "class/strange.rs"]
mod strange;
#[path = "class/table.rs"]
mod table;
#[path = "class/takes.rs"]
mod takes;
#[path = "class/world.rs"]
mod world;
