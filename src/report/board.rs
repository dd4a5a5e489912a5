//! A full screen: a title, a body that can be scrolled, a line on what goes on, and the keys.

use colored::Colorize;
use textwrap::core::display_width;

use super::fold::fold;
use super::look::Look;

/// What is to be seen.
pub struct Board<'a> {
    /// What it is about.
    pub title: &'a str,
    /// Its lines, none wider than the terminal.
    pub body: &'a [String],
    /// What goes on.
    pub status: &'a str,
    /// The keys that do something now, each with a word.
    pub keys: &'a [(&'a str, &'a str)],
}

/// What of the body is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// From its first trouble on, if that would not be seen from the start.
    Best,
    /// From this line on, counted from 0.
    From(usize),
}

/// The lines of the screen.
pub struct Composed {
    /// At most as many as there are rows.
    pub lines: Vec<String>,
    /// The first line of the body that is seen.
    pub top: usize,
    /// How many lines of the body are seen at once.
    pub window: usize,
}

impl Board<'_> {
    /// Lays it out on a terminal of this many columns and rows.
    pub fn compose(&self, columns: usize, rows: usize, view: View, look: Look) -> Composed {
        let body = self.body;
        let title = fold(&look.rule(self.title), columns);
        let status = fold(self.status, columns);
        let mut keys = keys(self.keys, columns.min(look.width), look);
        if keys.len() * 4 > rows {
            let letters: Vec<(&str, &str)> = self.keys.iter().map(|(key, _)| (*key, "")).collect();
            keys = self::keys(&letters, columns.min(look.width), look);
        }
        let keys: Vec<String> = keys.iter().flat_map(|line| fold(line, columns)).collect();
        // Where there is no room for all, the body has the last word.
        let chrome = title.len() + status.len() + keys.len() + 2;
        let roomy = rows >= chrome + 3;
        let window = if roomy { rows - chrome } else { rows.saturating_sub(1).max(1) };
        let last = body.len().saturating_sub(window);
        let top = match view {
            View::From(top) => top.min(last),
            View::Best => first_trouble(body, look)
                .filter(|at| *at + 2 > window)
                .map_or(0, |at| at.saturating_sub(1).min(last)),
        };
        let seen = &body[top..(top + window).min(body.len())];
        let mut lines = Vec::new();
        if roomy {
            lines.extend(title);
            lines.extend(seen.iter().cloned());
            lines.extend(vec![String::new(); window - seen.len()]);
            let rest = fold(&rest(top, seen.len(), body.len(), look), columns);
            lines.push(rest.into_iter().next().unwrap_or_default());
            lines.extend(status);
            lines.push(look.paint(&look.sign("─", "-").repeat(look.width.min(columns)), |text| {
                text.dimmed()
            }));
            lines.extend(keys);
        } else {
            lines.extend(seen.iter().cloned());
            lines.extend(status.into_iter().next().filter(|_| rows > 1));
        }
        lines.truncate(rows.max(1));
        Composed { lines, top, window }
    }
}

/// What is not seen of the body.
fn rest(top: usize, seen: usize, all: usize, look: Look) -> String {
    let below = all - top - seen;
    let text = match (top, below) {
        (0, 0) => return String::new(),
        (0, below) => format!("{} {below} more", look.sign("↓", "Down:")),
        (above, 0) => format!("{} {above} more", look.sign("↑", "Up:")),
        (above, below) => {
            format!("{} {above}  {} {below} more", look.sign("↑", "Up:"), look.sign("↓", "Down:"))
        }
    };
    look.paint(&text, |text| text.cyan())
}

/// The line of the first check that failed.
fn first_trouble(body: &[String], look: Look) -> Option<usize> {
    let cross = format!("  {} ", look.sign("✗", "NO"));
    body.iter().position(|line| super::look::plain(line).starts_with(&cross))
}

fn keys(keys: &[(&str, &str)], columns: usize, look: Look) -> Vec<String> {
    let (mut lines, mut used) = (vec![String::new()], 0);
    for (key, word) in keys {
        let text = format!("{key} {word}");
        let width = display_width(text.trim_end());
        if used > 0 && used + 2 + width > columns {
            lines.push(String::new());
            used = 0;
        }
        let Some(line) = lines.last_mut() else { break };
        if used > 0 {
            line.push_str("  ");
            used += 2;
        }
        line.push_str(&look.paint(key, |text| text.bold()));
        if !word.is_empty() {
            line.push_str(&look.paint(&format!(" {word}"), |text| text.dimmed()));
        }
        used += width;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::look::PLAIN;
    use super::*;

    #[test]
    fn it_fits_every_terminal() {
        let body = "some words of a body\n".repeat(30) + "  ✗ a check\n";
        let keys = [("n", "next"), ("h", "hint"), ("q", "quit")];
        for columns in [0, 1, 7, 20, 40, 80, 200] {
            for rows in [0, 1, 2, 5, 8, 24, 60] {
                let body = fold(&body, columns);
                let board =
                    Board { title: "07_insert", body: &body, status: "Waiting", keys: &keys };
                let look = Look { width: columns.clamp(20, 100), ..PLAIN };
                for view in [View::Best, View::From(0), View::From(usize::MAX)] {
                    let composed = board.compose(columns, rows, view, look);
                    assert!(composed.lines.len() <= rows.max(1), "{columns}x{rows}");
                    let widest = composed.lines.iter().map(|line| display_width(line)).max();
                    assert!(widest <= Some(columns.max(1)), "{columns}x{rows}: {widest:?}");
                }
            }
        }
        let body = fold(&body, 80);
        let board = Board { title: "07_insert", body: &body, status: "Waiting", keys: &keys };
        let seen = board.compose(80, 24, View::Best, PLAIN).lines.join("\n");
        assert!(seen.contains("✗ a check") && seen.contains("↑ 12 more"), "{seen}");
    }
}
