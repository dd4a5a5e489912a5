//! The error stream of a terminal, as lines of progress need it.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use indicatif::TermLike;

/// Writes when it is flushed, and never up to the right edge. indicatif fills its last line with
/// spaces; then the `^C` that a terminal shows by itself would stand on the next line, and that
/// line would be cleared instead.
#[derive(Debug, Default)]
pub(super) struct Margin(Mutex<Vec<u8>>);

impl Margin {
    fn put(&self, text: &str) -> io::Result<()> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.write_all(text.as_bytes())
    }

    fn jump(&self, count: usize, letter: char) -> io::Result<()> {
        if count == 0 { Ok(()) } else { self.put(&format!("\u{1b}[{count}{letter}")) }
    }
}

impl TermLike for Margin {
    fn width(&self) -> u16 {
        size().map_or(80, |(columns, _)| columns)
    }

    fn height(&self) -> u16 {
        size().map_or(24, |(_, rows)| rows)
    }

    fn move_cursor_up(&self, count: usize) -> io::Result<()> {
        self.jump(count, 'A')
    }

    fn move_cursor_down(&self, count: usize) -> io::Result<()> {
        self.jump(count, 'B')
    }

    fn move_cursor_right(&self, count: usize) -> io::Result<()> {
        self.jump(count, 'C')
    }

    fn move_cursor_left(&self, count: usize) -> io::Result<()> {
        self.jump(count, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.put(&format!("{text}\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        if text.chars().all(|c| c == ' ') { Ok(()) } else { self.put(text) }
    }

    fn clear_line(&self) -> io::Result<()> {
        self.put("\r\u{1b}[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let result = io::stderr().write_all(&waiting);
        waiting.clear();
        result
    }
}

/// Columns and rows; a terminal that claims to have none of one has the usual number.
fn size() -> Option<(u16, u16)> {
    let (columns, rows) = super::look::terminal_size()?;
    Some((if columns == 0 { 80 } else { columns }, if rows == 0 { 24 } else { rows }))
}
