//! How things look: the terminal, a transcript's Markdown, the book's HTML, JSON.
//!
//! Reporters take [`Event`](crate::lesson::event::Event)s and verdicts; nothing else in the crate
//! colours or prints.

/// A command of pglings as this learner would type it: `call("hint 7")`.
pub fn call(arguments: &str) -> String {
    let program = if by_cargo() { "cargo run --" } else { "pglings" };
    format!("{program} {arguments}").trim_end().trim_end_matches(" --").to_owned()
}

/// Whether cargo has started us: it tells what it runs that it does.
pub fn by_cargo() -> bool {
    std::env::var_os("CARGO").is_some()
}

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
pub mod messages;
pub mod plan;
pub mod progress;
pub mod prose;
pub mod screen;
pub mod server_error;
pub mod submission;
pub mod table;
pub mod timeline;
pub mod verdict;
pub mod watch;
pub mod wire;
