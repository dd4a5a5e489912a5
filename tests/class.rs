//! Grading classes with the command: submissions in, gradebooks out.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "class/book.rs"]
mod book;
#[path = "class/check.rs"]
mod check;
#[path = "class/command.rs"]
mod command;
#[path = "class/faults.rs"]
mod faults;
#[path = "class/generator.rs"]
mod generator;
#[path = "common/room.rs"]
mod room;
#[path = "class/strange.rs"]
mod strange;
#[path = "class/world.rs"]
mod world;
