//! A workbook that teaches PostgreSQL to Rust programmers by running it.
//!
//! # The map
//!
//! A module's page has its lessons, a lesson's page its introduction and its steps; the page of a
//! step has what there is to know, and *source* what is run. To see what comes of it, walk the
//! lesson (`pglings lesson 7`) or read its transcript, the Markdown file beside the source.
#![doc = include_str!(concat!(env!("OUT_DIR"), "/map.md"))]
//!
//! # The rooms
//!
//! This crate is the program `pglings` and everything it teaches.
//!
//! From top to bottom: a room knows those below it, and none above. Those of one line may know each other.
//!
//! - [`cli`] is the command line, [`command`] the verbs, one a file;
//! - [`report`] is how everything looks;
//! - [`class`] grades the submissions of many;
//! - [`grade`] judges answers;
//! - [`exercise`] knows the exercises and how far a learner has come;
//! - [`mod@lesson`] walks lessons; the lessons themselves are in
//!   [`workbook`](lesson::catalogue::workbook), a module each;
//! - [`postgres`] finds or starts a server, hands out databases and listens on the wire, and `sandbox` runs
//!   what strangers wrote;
//! - [`process`], [`home`], `lock`, [`interrupt`], [`activity`], [`call`] and [`error`] are what the others
//!   stand on.
//!
//! # Invariants
//!
//! A change that breaks one of these says so, and why.
//!
//! 1. What a lesson shows is what ran: the bytes on the screen are the bytes that the compiler or
//!    the server got.
//! 2. Doing and showing are apart: lessons and grading make events and verdicts; only [`report`]
//!    and the player colour or print them.
//! 3. A wrong answer is a value ([`Verdict`](grade::Verdict)), never an `Err`. `Err` means that
//!    pglings itself, its content or the server is at fault, and is never counted against a learner.
//! 4. Only [`process`] starts processes. Only [`postgres`] knows connection strings.
//! 5. Nothing a learner wrote is ever lost: not by `reset` (it keeps a copy), not by an update, not
//!    by a crash.
//! 6. A command leaves nothing running behind it, unless it is `server start`.

pub mod activity;
pub mod call;
pub mod class;
pub mod cli;
pub mod command;
pub mod error;
pub mod exercise;
pub mod grade;
pub mod home;
pub mod interrupt;
pub mod lesson;
mod lock;
pub mod postgres;
pub mod process;
pub mod report;
#[cfg(test)]
mod rooms;
#[cfg(unix)]
pub mod sandbox;

pub use error::{Error, Result};
