//! How things look: the terminal, a transcript's Markdown, JSON.
//!
//! Reporters take [`Event`](crate::lesson::event::Event)s and verdicts; nothing else in the crate
//! colours or prints.

pub mod highlight;
pub mod json;
pub mod look;
pub mod prose;
pub mod screen;
pub mod server_error;
pub mod table;
pub mod verdict;
pub mod wire;
