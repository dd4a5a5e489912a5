//! An error of the server, under the SQL that it is about.

use colored::Colorize;
use harness::protocol::ServerError;

use super::look::Look;
use crate::postgres::sqlstate;

/// The error as psql shows it, with the line of SQL and a caret where the server stopped, the
/// SQLSTATE with its name, and the usual cure.
pub fn draw(error: &ServerError, sql: &str, look: Look) -> String {
    let mut lines =
        vec![format!("{}  {}", look.paint("ERROR:", |text| text.red().bold()), error.message)];
    let room = look.width.saturating_sub(20).max(15);
    let more = if look.unicode { '…' } else { '~' };
    let place = error.position.and_then(|at| locate(sql, at));
    if let Some((line, column)) = place.as_ref().filter(|_| look.spoken) {
        lines.push(format!("The server stopped at: {}", from(line, *column)));
    } else if let Some((line, column)) =
        place.map(|(line, column)| window(&line, column, room, more))
    {
        lines.push(format!("    {line}"));
        let caret = look.paint("^", |text| text.red().bold());
        lines.push(format!("    {}{caret}", " ".repeat(column)));
    }
    if let Some(detail) = &error.detail {
        lines.push(format!("DETAIL:  {detail}"));
    }
    if let Some(hint) = &error.hint {
        lines.push(format!("HINT:  {hint}"));
    }
    lines.push(look.paint(&sqlstate::label(&error.sqlstate), |text| text.magenta()));
    lines.join("\n")
}

/// A line from a column on.
fn from(line: &str, column: usize) -> String {
    let mut width = 0;
    let before = |c: &char| {
        width += textwrap::core::display_width(c.encode_utf8(&mut [0; 4]));
        width <= column
    };
    line.chars().skip_while(before).collect()
}

/// The part of a line around a column that fits the room, and the column in it.
fn window(line: &str, column: usize, room: usize, more: char) -> (String, usize) {
    let margin = line.len() - line.trim_start().len();
    let (line, column) = (&line[margin..], column.saturating_sub(margin));
    let mut from = 0;
    let mut at = column;
    let wide = |text: &str| textwrap::core::display_width(text);
    // From the left, as long as the caret would stand in the last third.
    for (index, c) in line.char_indices() {
        if at <= room * 2 / 3 {
            break;
        }
        from = index + c.len_utf8();
        at = column - wide(&line[..from]);
    }
    let mut text = String::new();
    for c in line[from..].chars() {
        if wide(&text) >= room {
            text.push(more);
            break;
        }
        text.push(c);
    }
    if from > 0 { (format!("{more}{text}"), at + 1) } else { (text, at) }
}

/// The line that a position (in characters, from 1) is on, and how far into it, in columns.
fn locate(sql: &str, position: u32) -> Option<(String, usize)> {
    let mut left = usize::try_from(position).ok()?.checked_sub(1)?;
    for line in sql.split('\n') {
        let length = line.chars().count();
        if left <= length {
            let before: String = line.chars().take(left).collect();
            return Some((line.to_owned(), textwrap::core::display_width(&before)));
        }
        left -= length + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{locate, window};

    #[test]
    fn a_long_line_is_shown_around_the_caret() {
        let line = format!("    SELECT {} nope FROM users", "abc, ".repeat(30));
        let column = line.find("nope").unwrap();
        let (text, at) = window(&line, column, 40, '…');
        assert!(text.starts_with('…') && text.chars().count() <= 42, "{text}");
        assert_eq!(text.chars().skip(at).take(4).collect::<String>(), "nope");
        assert_eq!(window("SELECT 1", 7, 40, '…'), ("SELECT 1".to_owned(), 7));
    }

    #[test]
    fn a_position_counts_characters_and_a_caret_counts_columns() {
        assert_eq!(locate("SELECT 1", 8), Some(("SELECT 1".to_owned(), 7)));
        assert_eq!(locate("SELECT 'é',\n  '名', nope", 20), Some(("  '名', nope".to_owned(), 8)));
        assert_eq!(locate("x", 99), None);
    }
}
