//! What several sessions did, from top to bottom: a column for each, and beside it the bracket of
//! its transaction, or a broken line as long as it waits.

mod spoken;

use colored::{Color, Colorize};
use textwrap::Options;
use textwrap::core::display_width;

use super::highlight;
use super::look::Look;
use super::wire::milliseconds;
use crate::lesson::event::Language;
use crate::lesson::timeline::{Moment, Reply, Timeline};
use crate::postgres::tap::TransactionStatus;

/// The fewest columns that a session of its own column can do with.
const NARROWEST: usize = 24;

/// The space between two sessions.
const GAP: usize = 2;

/// The most rows of one reply that are drawn.
const ROWS: usize = 12;

/// How a session stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    InTransaction,
    Waiting,
}

/// A line of one session: as wide as it looks, and as it is printed.
#[derive(Clone, Default)]
struct Line {
    width: usize,
    text: String,
}

/// Draws a timeline no wider than the look allows. Where there is no room for a column each, the
/// names stand before the lines. `times` false leaves out what differs from run to run.
pub fn draw(timeline: &Timeline, look: Look, times: bool) -> String {
    if look.spoken {
        return spoken::tell(timeline, times);
    }
    let count = timeline.sessions.len().max(1);
    let room = ((look.width + GAP) / count).saturating_sub(GAP);
    let longest = timeline.sessions.iter().map(|name| display_width(name)).max().unwrap_or(0);
    let columns = room >= NARROWEST;
    let width = if columns { room } else { look.width.saturating_sub(longest + 1) };
    let mut lines = Vec::new();
    if columns {
        let heads = timeline.sessions.iter().enumerate().map(|(index, name)| {
            let rule = look.sign("─", "-");
            let rest = width.saturating_sub(display_width(name) + 4);
            let head = format!("{rule}{rule} {name} {}", rule.repeat(rest));
            Line { width: display_width(&head), text: colour(&head, index, look) }
        });
        lines.push(side_by_side(heads.collect(), width));
    }
    // A transaction may have been opened in a timeline before this one.
    let first = |session: usize| timeline.moments.iter().find(|one| one.session == session);
    let open =
        |session: usize| first(session).is_some_and(|one| one.before != TransactionStatus::Idle);
    let mut states: Vec<State> = (0..count)
        .map(|session| if open(session) { State::InTransaction } else { State::Idle })
        .collect();
    for moment in &timeline.moments {
        let texts = lines_of(moment, width.saturating_sub(2).max(8), look, times);
        let last = texts.len().saturating_sub(1);
        for (at, text) in texts.into_iter().enumerate() {
            let own = gutter(moment, at, last);
            let own = bar(own, moment.session, text, look);
            if columns {
                let cells = states.iter().enumerate().map(|(index, state)| match index {
                    index if index == moment.session => own.clone(),
                    _ => bar(resting(*state), index, Line::default(), look),
                });
                lines.push(side_by_side(cells.collect(), width));
            } else {
                let name = timeline.sessions.get(moment.session).filter(|_| at == 0);
                let name = name.map_or("", String::as_str);
                let pad = " ".repeat(longest.saturating_sub(display_width(name)) + 1);
                let name = colour(name, moment.session, look);
                lines.push(format!("{name}{pad}{}", own.text).trim_end().to_owned());
            }
        }
        states[moment.session] = after(moment);
    }
    lines.join("\n")
}

fn after(moment: &Moment) -> State {
    match (&moment.reply, moment.after) {
        (None, _) => State::Waiting,
        (_, TransactionStatus::Idle) => State::Idle,
        _ => State::InTransaction,
    }
}

/// What stands before a line of the session that acts.
fn gutter(moment: &Moment, at: usize, last: usize) -> [&'static str; 2] {
    let before = moment.before != TransactionStatus::Idle;
    match after(moment) {
        // What it sent stands in its transaction; only then it waits.
        State::Waiting if at == last => resting(State::Waiting),
        State::Waiting if !before => resting(State::Idle),
        State::Waiting => resting(State::InTransaction),
        State::InTransaction if !before && at == 0 => ["┌", "+"],
        State::Idle if before && at == last => ["└", "+"],
        State::Idle if before => resting(State::InTransaction),
        now => resting(now),
    }
}

/// What stands before a line of a session that does nothing.
fn resting(state: State) -> [&'static str; 2] {
    match state {
        State::Idle => [" ", " "],
        State::InTransaction => ["│", "|"],
        State::Waiting => ["┊", ":"],
    }
}

impl Line {
    fn plain(text: String) -> Line {
        Line { width: display_width(&text), text }
    }
}

fn bar([unicode, ascii]: [&'static str; 2], session: usize, line: Line, look: Look) -> Line {
    let sign = colour(look.sign(unicode, ascii), session, look);
    Line { width: line.width + 2, text: format!("{sign} {}", line.text) }
}

fn side_by_side(cells: Vec<Line>, width: usize) -> String {
    let mut line = String::new();
    for cell in cells {
        line.push_str(&cell.text);
        line.push_str(&" ".repeat(width.saturating_sub(cell.width) + GAP));
    }
    line.trim_end().to_owned()
}

fn colour(text: &str, session: usize, look: Look) -> String {
    const COLOURS: [Color; 4] = [Color::Cyan, Color::Magenta, Color::Green, Color::Blue];
    look.paint(text, |text| text.color(COLOURS[session % COLOURS.len()]))
}

/// The lines of one moment: what was sent, and what came of it.
fn lines_of(moment: &Moment, room: usize, look: Look, times: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(sql) = &moment.sql {
        let plain = clauses(sql, room);
        let painted = highlight::code(&plain.join("\n"), Language::Sql, look);
        let painted = painted.split('\n').map(str::to_owned);
        lines.extend(
            plain
                .iter()
                .zip(painted)
                .map(|(plain, text)| Line { width: display_width(plain), text }),
        );
    }
    match &moment.reply {
        None => {
            let text = look.paint("waits", |text| text.red());
            lines.push(Line { width: 5, text });
        }
        Some(reply) => {
            lines.extend(answer(reply, moment.sql.as_deref(), room, look));
            if let Some(waited) = moment.waited.filter(|_| times) {
                let text = wrap(&format!("after {}", milliseconds(waited)), room, "  ", "  ");
                lines.extend(text.into_iter().map(|text| Line {
                    width: display_width(&text),
                    text: look.paint(&text, |text| text.dimmed()),
                }));
            }
        }
    }
    lines
}

/// What came back, under what was sent; nothing where that goes without saying.
fn answer(reply: &Reply, sql: Option<&str>, room: usize, look: Look) -> Vec<Line> {
    let arrow = format!("{} ", look.sign("→", "->"));
    let hang = " ".repeat(display_width(&arrow));
    if let Some(error) = &reply.error {
        let text = format!("{} {}", error.sqlstate, error.message);
        let sign = format!("{} ", look.sign("✗", "x"));
        let red = |text: String| Line {
            width: display_width(&text),
            text: look.paint(&text, |text| text.red()),
        };
        return wrap(&text, room, &sign, "  ").into_iter().map(red).collect();
    }
    if !reply.columns.is_empty() {
        let drawn = rows(reply);
        let lines = drawn.iter().enumerate().flat_map(|(index, text)| {
            let first = if index == 0 { &arrow } else { &hang };
            if display_width(text) + hang.len() <= room {
                return vec![format!("{first}{text}").trim_end().to_owned()];
            }
            let words: Vec<&str> = text.split_whitespace().collect();
            wrap(&words.join(" "), room, first, &format!("{hang}  "))
        });
        return lines.map(Line::plain).collect();
    }
    if goes_without_saying(reply, sql) {
        return Vec::new();
    }
    wrap(&reply.tag, room, &arrow, &hang).into_iter().map(Line::plain).collect()
}

/// `BEGIN` and `SET` answer with themselves; a `COMMIT` that is answered `ROLLBACK` does not.
fn goes_without_saying(reply: &Reply, sql: Option<&str>) -> bool {
    let said = sql.is_some_and(|sql| sql.trim_start().to_uppercase().starts_with(&reply.tag));
    said || reply.tag.is_empty()
}

/// Rows in columns, under their names if there are several. A single value stands for itself.
fn rows(reply: &Reply) -> Vec<String> {
    if reply.rows.is_empty() {
        return vec!["no rows".to_owned()];
    }
    let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".to_owned());
    let mut table: Vec<Vec<String>> =
        reply.rows.iter().take(ROWS).map(|row| row.iter().map(cell).collect()).collect();
    if reply.columns.len() > 1 {
        table.insert(0, reply.columns.clone());
    }
    let width = |at: usize| {
        table.iter().filter_map(|row| row.get(at)).map(|cell| display_width(cell)).max()
    };
    let widths: Vec<usize> =
        (0..reply.columns.len()).map(|at| width(at).unwrap_or_default()).collect();
    let line = |row: &Vec<String>| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| {
            format!("{cell}{}", " ".repeat(width.saturating_sub(display_width(cell))))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines: Vec<String> = table.iter().map(line).collect();
    if reply.rows.len() > ROWS {
        lines.push(format!("and {} more", reply.rows.len() - ROWS));
    }
    lines
}

/// SQL in as few lines as there may be, broken before its clauses where they are.
fn clauses(sql: &str, room: usize) -> Vec<String> {
    const BEGIN: [&str; 8] =
        ["FROM", "WHERE", "SET", "VALUES", "ORDER", "GROUP", "RETURNING", "FOR"];
    let mut parts: Vec<String> = Vec::new();
    for word in sql.split_whitespace() {
        match parts.last_mut() {
            Some(part) if !BEGIN.contains(&word) => {
                part.push(' ');
                part.push_str(word);
            }
            _ => parts.push(word.to_owned()),
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if display_width(line) + 1 + display_width(&part) <= room => {
                line.push(' ');
                line.push_str(&part);
            }
            Some(_) => lines.extend(wrap(&part, room, "  ", "    ")),
            None => lines.extend(wrap(&part, room, "", "    ")),
        }
    }
    lines
}

fn wrap(text: &str, room: usize, first: &str, rest: &str) -> Vec<String> {
    let options = Options::new(room).initial_indent(first).subsequent_indent(rest);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests;
