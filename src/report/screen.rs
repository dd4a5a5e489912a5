//! A lesson on the screen, or on a page: the same layout, with or without colours and times.

use std::io::{self, Write};

use colored::Colorize;

use super::look::Look;
use super::{
    chart, diagram, highlight, messages, plan, prose, server_error, table, timeline, wire,
};
use crate::error::Result;
use crate::lesson::event::{Event, Language, Table};
use crate::lesson::player::{Answer, Audience, Pause};

/// Writes events as text.
pub struct Screen<W> {
    out: W,
    /// Whether the last event was a line that more lines may follow.
    in_lines: bool,
    /// How it looks.
    pub look: Look,
    /// Whether times are shown.
    pub times: bool,
}

impl<W: Write> Screen<W> {
    /// A screen on this writer.
    pub fn new(out: W, look: Look) -> Screen<W> {
        Screen { out, in_lines: false, look, times: true }
    }

    /// Writes one event, with the empty line after it that it needs.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        let look = self.look;
        let text = match event {
            Event::Lesson { number, title, module } => {
                let line = look.rule(&format!("Lesson {number}{} {module}", look.sign(" ·", ":")));
                let title = look.paint(&look.redraw(title), |text| text.bold().underline());
                format!("{line}\n\n{title}\n")
            }
            Event::Prose(markdown) => format!("{}\n", prose::render(markdown, look)),
            Event::Progress(at, of) => look.rule(&step(*at, *of, look)),
            Event::Code(language, code) => {
                // Where there is little room, the code has it all.
                let margin = if look.width < 60 || look.spoken { "" } else { "    " };
                let head = match language {
                    Language::Sql if look.spoken => "SQL:\n",
                    Language::Rust if look.spoken => "Rust:\n",
                    _ => "",
                };
                format!("{head}{}\n", indent(&highlight::code(code, *language, look), margin))
            }
            Event::Question { text, choices } => question(text, choices, look),
            Event::Settled { chosen, right, why } => settled(*chosen, *right, why, look),
            Event::Reasons { right, choices } => reasons(*right, choices, look),
            Event::Table(rows) => match rows.plan() {
                Some(found) => format!("{}\n", plan::draw(&found, look, self.times)),
                None => self.rows(rows),
            },
            Event::Done(tag, time) => format!("{}\n", self.with_time(tag, *time)),
            Event::Failed(error, sql) => {
                let drawn = server_error::draw(error, sql, look);
                let lines: Vec<String> = drawn.lines().map(|line| fold(line, look)).collect();
                format!("{}\n", lines.join("\n"))
            }
            Event::Trouble(text) => {
                format!("{}  {text}\n", look.paint("ERROR:", |text| text.red().bold()))
            }
            Event::Chart(found) => format!("{}\n", chart::draw(found, look)),
            Event::Diagram(found) => format!("{}\n", diagram::draw(found, look)),
            Event::Timeline(found) => format!("{}\n", timeline::draw(found, look, self.times)),
            Event::Messages(title, found) => format!("{}\n", messages::draw(title, found, look)),
            Event::Said(text) => {
                indent(&look.redraw(text), if look.spoken { "" } else { look.sign("│ ", "| ") })
            }
            Event::Wire(statements) => {
                let drawn = wire::draw(statements, look);
                if drawn.is_empty() {
                    return Ok(());
                }
                format!("{}\n", drawn.join("\n"))
            }
            Event::Note(text) => look.paint(&look.redraw(text), |text| text.dimmed()),
        };
        let lines = matches!(event, Event::Said(_) | Event::Note(_));
        if self.in_lines && !lines {
            writeln!(self.out)?;
        }
        self.in_lines = lines;
        writeln!(self.out, "{text}")
    }

    /// What was written to.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    fn rows(&self, rows: &Table) -> String {
        let count = self.with_time(&rows.count(), rows.time);
        if rows.columns.is_empty() {
            return format!("{count}\n");
        }
        let wide = Look { width: self.look.width + self.look.beyond, ..self.look };
        format!("{}\n{count}\n", table::draw(rows, wide))
    }

    fn with_time(&self, text: &str, time: Option<std::time::Duration>) -> String {
        let time =
            time.filter(|_| self.times).map(|time| format!("  {}", wire::milliseconds(time)));
        self.look.paint(&format!("{text}{}", time.unwrap_or_default()), |text| text.dimmed())
    }
}

/// `step 4 of 10` with a bar.
fn step(at: usize, of: usize, look: Look) -> String {
    let words = format!("step {at} of {of}");
    if look.spoken || look.width < 30 {
        return words;
    }
    format!("{words} {}", bar(at, of, 10, look))
}

/// How much of a whole there is, in so many columns. Less than all never looks like all, and more
/// than nothing never like nothing.
pub fn bar(part: usize, whole: usize, columns: usize, look: Look) -> String {
    let mut full = (part.min(whole) * columns).checked_div(whole).unwrap_or(0);
    if part > 0 && full == 0 {
        full = 1.min(columns);
    }
    let rest = columns - full;
    if look.unicode {
        format!("{}{}", "━".repeat(full), "┄".repeat(rest))
    } else {
        format!("{}{}", "#".repeat(full), ".".repeat(rest))
    }
}

/// The letter of a choice: `a`, `b`, …
pub fn letter(index: usize) -> char {
    char::from(b'a' + u8::try_from(index).unwrap_or(25).min(25))
}

fn question(text: &str, choices: &[String], look: Look) -> String {
    let mut lines = vec![format!(
        "{} {}",
        if look.spoken {
            "Question:".to_owned()
        } else {
            look.paint("?", |text| text.magenta().bold())
        },
        prose::render(text, Look { width: look.width - 2, ..look }).replace('\n', "\n  ")
    )];
    for (index, choice) in choices.iter().enumerate() {
        let text =
            prose::render(choice, Look { width: look.width.saturating_sub(5).max(15), ..look });
        lines.push(format!("  {}) {}", letter(index), text.replace('\n', "\n     ")));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn settled(chosen: Option<usize>, right: usize, why: &[String], look: Look) -> String {
    let head = match chosen {
        Some(chosen) if chosen == right => format!("You said {}, and so it is.", letter(right)),
        Some(chosen) => format!("You said {}; it is {}.", letter(chosen), letter(right)),
        None => format!("It is {}.", letter(right)),
    };
    let room = Look { width: look.width - 2, ..look };
    let text = prose::render(&format!("**{head}** {}", why.join(" ")), room);
    let mark = match chosen {
        // The sentence says it.
        _ if look.spoken => return format!("{text}\n"),
        Some(chosen) if chosen == right => look.paint(look.sign("✓ ", "+ "), |text| text.green()),
        Some(_) => look.paint(look.sign("✗ ", "- "), |text| text.red()),
        None => "  ".to_owned(),
    };
    format!("{mark}{}\n", text.replace('\n', "\n  "))
}

/// A long line of words over several; a line of SQL and the caret below it stay as they are.
fn fold(line: &str, look: Look) -> String {
    if line.starts_with("    ") || textwrap::core::display_width(line) <= look.width {
        return line.to_owned();
    }
    let options = textwrap::Options::new(look.width).subsequent_indent("  ");
    textwrap::fill(line, options)
}

fn reasons(right: usize, choices: &[(String, String)], look: Look) -> String {
    let room = Look { width: look.width.saturating_sub(5).max(15), ..look };
    let mut lines = Vec::new();
    for (index, (choice, why)) in choices.iter().enumerate() {
        let word = if index == right { "Right." } else { "Wrong." };
        let text = prose::render(&format!("{choice}\n\n**{word}** {why}"), room);
        let text = text.replace("\n\n", "\n").replace('\n', "\n     ");
        lines.push(format!("  {}) {text}\n", letter(index)));
    }
    lines.join("\n")
}

fn indent(text: &str, with: &str) -> String {
    text.lines()
        .map(|line| format!("{with}{line}").trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// An audience that reads to the end without a pause.
pub struct Straight<W: Write>(pub Screen<W>);

impl<W: Write> Audience for Straight<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.0.event(event)
    }

    fn pause(&mut self, _pause: Pause) -> Result<Answer> {
        Ok(Answer::Run)
    }
}
