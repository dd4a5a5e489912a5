//! Grading classes: sandboxes, submissions, gradebooks.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "class/judging.rs"]
mod judging;
#[path = "class/room.rs"]
mod room;
