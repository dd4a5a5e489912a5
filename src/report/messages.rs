//! What went over the wire, message by message.

use colored::Colorize;
use textwrap::core::display_width;

use super::look::Look;
use crate::postgres::tap::{Message, Side};

/// A message, or several of one kind in a row.
struct Line {
    from: Side,
    kind: &'static str,
    detail: String,
    count: usize,
}

/// Draws messages in the order they passed: the client's to the right, the server's to the left.
pub fn draw(title: &str, messages: &[Message], look: Look) -> String {
    let mut found: Vec<Line> = Vec::new();
    for message in messages {
        match found.last_mut() {
            Some(last) if last.kind == message.kind && last.from == message.from => {
                last.count += 1;
                last.detail.clear();
            }
            _ => found.push(Line {
                from: message.from,
                kind: message.kind,
                detail: message.detail.clone(),
                count: 1,
            }),
        }
    }
    let turns =
        found.windows(2).filter(|two| two[0].from == Side::Client && two[1].from == Side::Server);
    let trips = match turns.count() {
        1 => "1 round trip".to_owned(),
        count => format!("{count} round trips"),
    };
    let width = found
        .iter()
        .map(|line| line.kind.len() + display_width(&times(line, look)))
        .max()
        .unwrap_or(0);
    let mut lines =
        vec![format!("{}  {trips}", look.paint(title, |text| text.bold())).trim_end().to_owned()];
    for line in &found {
        if look.spoken {
            let from = if line.from == Side::Client { "Client" } else { "Server" };
            let detail = line.detail.split_whitespace().collect::<Vec<_>>().join(" ");
            let many =
                if line.count > 1 { format!(", {} times", line.count) } else { String::new() };
            lines.push(format!("{from}: {}{many} {detail}", line.kind).trim_end().to_owned());
            continue;
        }
        let (arrow, color) = match line.from {
            Side::Client => (look.sign("──▶", "-->"), colored::Color::Cyan),
            Side::Server => (look.sign("◀──", "<--"), colored::Color::Magenta),
        };
        let kind = format!("{}{}", line.kind, times(line, look));
        let head = format!("{arrow} {kind:<width$}");
        let indent = " ".repeat(display_width(&head) + 2);
        let head = look.paint(&head, |text| text.color(color));
        let room = look.width.saturating_sub(indent.len()).max(12);
        let detail: Vec<&str> = line.detail.split_whitespace().collect();
        let detail = textwrap::wrap(&detail.join(" "), room).join(&format!("\n{indent}"));
        lines.push(format!("{head}  {detail}").trim_end().to_owned());
    }
    lines.join("\n")
}

fn times(line: &Line, look: Look) -> String {
    if line.count > 1 { format!(" {} {}", look.sign("×", "x"), line.count) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::report::look::PLAIN;

    #[test]
    fn messages_of_a_kind_are_told_once_and_round_trips_are_counted() {
        let message = |from, kind, detail: &str| Message {
            connection: 1,
            from,
            at: Duration::ZERO,
            kind,
            bytes: 5,
            detail: detail.to_owned(),
        };
        let messages = [
            message(Side::Client, "Query", "SELECT 1\n  UNION SELECT 2"),
            message(Side::Server, "RowDescription", ""),
            message(Side::Server, "DataRow", ""),
            message(Side::Server, "DataRow", ""),
            message(Side::Server, "CommandComplete", "SELECT 2"),
        ];
        let expected = "\
simple_query  1 round trip
──▶ Query            SELECT 1 UNION SELECT 2
◀── RowDescription
◀── DataRow × 2
◀── CommandComplete  SELECT 2";
        assert_eq!(draw("simple_query", &messages, PLAIN), expected);
    }
}
