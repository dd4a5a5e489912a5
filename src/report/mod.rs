//! How things look: the terminal, a transcript's Markdown, the book's HTML, JSON.
//!
//! Reporters take [`Event`](crate::lesson::event::Event)s and verdicts; nothing else in the crate
//! colours or prints.

pub use crate::call::{by_cargo, call};

pub mod board;
pub mod book;
pub mod chart;
pub mod diagram;
pub mod difference;
pub mod fold;
pub mod gradebook;
pub mod highlight;
pub mod json;
pub mod look;
pub mod map;
mod margin;
pub mod message;
pub mod messages;
pub mod plan;
pub mod progress;
pub mod prose;
pub mod screen;
pub mod server_error;
pub mod submission;
pub mod table;
pub mod timeline;
pub mod transcript;
pub mod verdict;
pub mod watch;
pub mod wire;
