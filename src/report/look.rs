//! What a terminal can show: its width, colours, and characters beyond ASCII.

use std::io::IsTerminal;

use colored::{ColoredString, Colorize};

use crate::cli::ColorChoice;

/// The look of everything that is printed in one run.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns that a line may take.
    pub width: usize,
    /// Whether colours may be used.
    pub color: bool,
    /// Whether lines and ticks beyond ASCII may be used.
    pub unicode: bool,
}

/// The look of pages: no colours, 80 columns.
pub const PLAIN: Look = Look { width: 80, color: false, unicode: true };

impl Look {
    /// As the terminal on standard output has it; a pipe is plain, and 80 columns wide.
    pub fn of_stdout(choice: ColorChoice) -> Look {
        let terminal = std::io::stdout().is_terminal();
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                terminal && !no_color && !dumb
            }
        };
        colored::control::set_override(color);
        let size = crossterm::terminal::size().ok().filter(|_| terminal);
        let columns = size.map(|(columns, _)| usize::from(columns)).filter(|columns| *columns > 0);
        // Long lines are hard to read, and a table in fewer than 20 columns is none.
        let width = columns.unwrap_or(80).clamp(20, 100);
        Look { width, color, unicode: speaks_utf8() }
    }

    /// A character, or its stand-in where only ASCII can be shown.
    pub fn sign(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// Text with a style, unless colours are off.
    pub fn paint(&self, text: &str, style: impl Fn(ColoredString) -> ColoredString) -> String {
        if self.color { style(text.normal()).to_string() } else { text.to_owned() }
    }

    /// A horizontal line with a word in it.
    pub fn rule(&self, label: &str) -> String {
        let line = self.sign("─", "-");
        let rest = self.width.saturating_sub(label.chars().count() + 4);
        let text = format!("{line}{line} {label} {}", line.repeat(rest));
        self.paint(&text, |text| text.dimmed())
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

/// Text without the compiler's colours.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // To the letter that ends the sequence.
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(c);
        }
    }
    out
}
