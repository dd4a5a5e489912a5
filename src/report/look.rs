//! What a terminal can show: its width, colours, and characters beyond ASCII.

use std::io::IsTerminal;

use clap::ValueEnum;
use colored::{ColoredString, Colorize};
use textwrap::core::display_width;

pub use crate::grade::build::plain;

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The look of everything that is printed in one run.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns that a line may take.
    pub width: usize,
    /// Columns of a wide screen beyond these. Words do without them, since long lines are hard to
    /// read; the tables of a result need not.
    pub beyond: usize,
    /// Whether colours may be used.
    pub color: bool,
    /// Whether lines and ticks beyond ASCII may be used.
    pub unicode: bool,
    /// Whether a screen reader reads it aloud: words instead of boxes, rules, arrows and colours.
    pub spoken: bool,
}

/// The look of pages: no colours, 80 columns.
pub const PLAIN: Look = Look { width: 80, beyond: 0, color: false, unicode: true, spoken: false };

impl Look {
    /// As the terminal on standard output has it; a pipe is plain, and 80 columns wide.
    pub fn of_stdout(choice: ColorChoice, spoken: bool) -> Look {
        let terminal = std::io::stdout().is_terminal();
        let color = match choice {
            _ if spoken => false,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                terminal && !no_color && !dumb
            }
        };
        colored::control::set_override(color);
        let unicode = speaks_utf8() && !spoken;
        Look { width: 80, beyond: 0, color, unicode, spoken }.fitted()
    }

    /// The same on a terminal that may have another size by now.
    #[must_use]
    pub fn fitted(self) -> Look {
        let size = screen_size().filter(|_| std::io::stdout().is_terminal());
        let columns = size.map_or(80, |(columns, _)| columns);
        // A table in fewer than 20 columns is none.
        let width = columns.clamp(20, 100);
        Look { width, beyond: columns.saturating_sub(width), ..self }
    }

    /// A character, or its stand-in where only ASCII can be shown.
    pub fn sign(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// Text with a style, unless colours are off.
    pub fn paint(&self, text: &str, style: impl Fn(ColoredString) -> ColoredString) -> String {
        if self.color { style(text.normal()).to_string() } else { text.to_owned() }
    }

    /// Text that was drawn for a page, such as a check's message, as this look can show it. Where
    /// it is read aloud, a drawn table becomes its cells with commas between them.
    pub fn redraw(&self, text: &str) -> String {
        if self.unicode {
            return text.to_owned();
        }
        if !self.spoken {
            return ascii(text);
        }
        let lines = text.split('\n').filter(|line| !is_border(line)).map(cells);
        lines.collect::<Vec<_>>().join("\n")
    }

    /// A horizontal line with a word in it.
    pub fn rule(&self, label: &str) -> String {
        if self.spoken {
            return format!("{label}.");
        }
        let line = self.sign("─", "-");
        let rest = self.width.saturating_sub(display_width(label) + 4);
        let text = format!("{line}{line} {label} {}", line.repeat(rest));
        self.paint(&text, |text| text.dimmed())
    }
}

/// Columns and rows, as the terminal says them. Where there is none, `crossterm::terminal::size`
/// would have `tput` guess, which is a program to start for each word we say.
#[cfg(unix)]
pub fn terminal_size() -> Option<(u16, u16)> {
    let size = crossterm::terminal::window_size().ok()?;
    Some((size.columns, size.rows))
}

/// Columns and rows, as the terminal says them.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "there is no tput")]
pub fn terminal_size() -> Option<(u16, u16)> {
    crossterm::terminal::size().ok()
}

/// Columns and rows of the terminal; `None` where it does not say, or says zero.
pub fn screen_size() -> Option<(usize, usize)> {
    let (columns, rows) = terminal_size()?;
    let size = (usize::from(columns), usize::from(rows));
    (size.0 > 0 && size.1 > 0).then_some(size)
}

/// Text for the error stream of a program that has no look yet, as the locale can show it.
pub fn in_locale(text: &str) -> String {
    if speaks_utf8() { text.to_owned() } else { ascii(text) }
}

/// Text without the characters that boxes, plans and marks are drawn with, and with plain quotes
/// and dashes. Letters beyond ASCII, in a learner's words or in names, stay.
fn ascii(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        out.push_str(match c {
            '─' | '━' | '╌' | '┄' | '–' | '−' => "-",
            '—' => "--",
            '“' | '”' | '„' | '«' | '»' => "\"",
            '‘' | '’' | '‹' | '›' => "'",
            '\u{a0}' | '\u{202f}' => " ",
            '│' | '┆' | '┊' => "|",
            '═' => "=",
            '┌'..='╬' => "+",
            '█'..='▏' => "#",
            '•' | '·' => "-",
            '…' => "...",
            '→' | '▶' => "->",
            '←' | '◀' => "<-",
            '↔' | '⇄' => "<->",
            '≤' => "<=",
            '≥' => ">=",
            '≠' => "<>",
            '≈' => "about ",
            '×' => "x",
            'µ' => "u",
            '✓' => "ok",
            '✗' => "NO",
            other => {
                out.push(other);
                continue;
            }
        });
    }
    out
}

/// Whether a line has nothing in it but the border of a table.
fn is_border(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.chars().all(|c| ('─'..='╬').contains(&c) && c != '│')
}

/// The cells of a row of a table with commas between them; any other line as it is.
fn cells(line: &str) -> String {
    let row = line.trim();
    match row.strip_prefix('│').and_then(|row| row.strip_suffix('│')) {
        Some(row) => row.split(['│', '┆']).map(str::trim).collect::<Vec<_>>().join(", "),
        None => ascii(line),
    }
}

/// POSIX: the first of these that is set says which characters there are.
fn speaks_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    match locale {
        Some(locale) => {
            let locale = locale.to_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(windows) || cfg!(target_os = "macos"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_a_check_is_redrawn_in_ascii_and_in_words() {
        let text =
            "Missing…\n┌────┬──────┐\n│ id ┆ name │\n╞════╪══════╡\n│  1 ┆ José │\n└────┴──────┘";
        let terminal = Look { unicode: false, ..PLAIN };
        let drawn =
            "Missing...\n+----+------+\n| id | name |\n+====+======+\n|  1 | José |\n+----+------+";
        assert_eq!(terminal.redraw(text), drawn);
        let reader = Look { spoken: true, ..terminal };
        assert_eq!(reader.redraw(text), "Missing...\nid, name\n1, José");
        assert_eq!(PLAIN.redraw(text), text);
    }
}
