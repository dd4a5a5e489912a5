//! A lesson as a page of Markdown, so that the workbook can be read without running it.
//!
//! What must vary from run to run (times, versions, ports, names of databases, identifiers that
//! the server makes up) is masked by rule: the page is the same on every machine and every major
//! version, and a difference is a mistake.

use std::io;

use super::look::{Look, PLAIN};
use super::screen::letter;
use super::{chart, diagram, messages, plan, server_error, table, timeline};
use crate::error::{Error, Result};
use crate::lesson::catalogue::Lesson;
use crate::lesson::event::{Event, Language};
use crate::lesson::masks::Masks;
use crate::lesson::player::{Answer, Audience, Ending, Pause, Walk};
use crate::lesson::run::Stage;

/// Walks a lesson straight through and returns its page.
pub fn of(lesson: &Lesson, stage: &mut Stage) -> Result<String> {
    let mut page = Page {
        text: String::new(),
        in_lines: false,
        path: lesson.path(),
        masks: Masks::of(stage)?,
    };
    let ending = Walk::new(lesson, stage, &mut page, false)?.walk(lesson, 0)?;
    match ending {
        Ending::Finished => Ok(page.text),
        Ending::LeftAt(_) => Err(Error::Bug("a transcript was left".to_owned())),
    }
}

/// The first lines that differ between two pages. The lengths of bars and the figures beside them
/// were measured, and are different each time.
pub fn difference(one: &str, other: &str) -> Option<(String, String)> {
    let unmeasured = |line: &str| {
        let label = line.split(chart::BLOCKS).next().unwrap_or_default();
        if label.len() < line.len() { format!("{}█", label.trim_end()) } else { line.to_owned() }
    };
    let (mut one, mut other) = (one.lines().map(unmeasured), other.lines().map(unmeasured));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => {
                let end = || "(the end)".to_owned();
                return Some((a.unwrap_or_else(end), b.unwrap_or_else(end)));
            }
        }
    }
}

/// How a page ends that ends with a frame.
const END: &str = "\n```\n\n";

struct Page {
    text: String,
    /// Whether the last event was a line that more lines may follow.
    in_lines: bool,
    path: String,
    masks: Masks,
}

impl Audience for Page {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let text = self.draw(event);
        let said = matches!(event, Event::Said(_));
        let lines = if said && self.in_lines { self.text.strip_suffix(END) } else { None };
        if let Some(lines) = lines {
            // A line more in the same frame.
            self.text = format!("{lines}\n{}\n\n", text.trim_start_matches("```text\n"));
        } else if !text.is_empty() {
            self.text.push_str(&text);
            self.text.push_str("\n\n");
        }
        self.in_lines = said;
        Ok(())
    }

    fn pause(&mut self, _pause: Pause) -> Result<Answer> {
        Ok(Answer::Run)
    }
}

impl Page {
    fn draw(&self, event: &Event) -> String {
        match event {
            Event::Lesson { number, title, module } => format!(
                "<!-- Written by `pglings dev bless` from {}. Do not edit. -->\n\n\
                 *{module}*\n\n# {number}. {title}",
                self.path
            ),
            Event::Prose(markdown) => markdown.clone(),
            Event::Code(Language::Sql, code) => format!("```sql\n{code}\n```"),
            Event::Code(Language::Rust, code) => format!("```rust\n{code}\n```"),
            Event::Question { text, choices } => {
                let mut lines = vec![format!("> **Before it runs:** {text}"), ">".to_owned()];
                for (index, choice) in choices.iter().enumerate() {
                    lines.push(format!("> {}) {choice}  ", letter(index)));
                }
                lines.join("\n")
            }
            Event::Settled { right, why, .. } => {
                format!("> **It is {}.** {}", letter(*right), why.join(" "))
            }
            Event::Table(table) if table.columns.is_empty() => fence(&table.count()),
            Event::Table(found) if found.plan().is_some() => {
                let drawn = found.plan().map(|found| plan::draw(&found, PLAIN, false));
                fence(&drawn.unwrap_or_default())
            }
            Event::Table(table) => {
                let masked = self.masks.table(table);
                fence(&format!("{}\n{}", table::draw(&masked, WIDE), table.count()))
            }
            Event::Chart(found) => fence(&chart::draw(found, PLAIN)),
            Event::Diagram(found) => fence(&diagram::draw(found, PLAIN)),
            Event::Timeline(found) => fence(&self.masks.text(&timeline::draw(found, PLAIN, false))),
            Event::Messages(title, found) => {
                fence(&self.masks.text(&messages::draw(title, found, PLAIN)))
            }
            Event::Done(tag, _) => fence(tag),
            Event::Failed(error, sql) => {
                fence(&self.masks.text(&server_error::draw(error, sql, PLAIN)))
            }
            Event::Trouble(text) => fence(&format!("ERROR:  {}", self.masks.text(text))),
            Event::Said(text) => fence(&self.masks.text(text)),
            Event::Progress(..) | Event::Reasons { .. } | Event::Wire(_) | Event::Note(_) => {
                String::new()
            }
        }
    }
}

/// A page scrolls sideways; a table need not break its lines for it.
const WIDE: Look = Look { width: 120, ..PLAIN };

fn fence(text: &str) -> String {
    format!("```text\n{}\n```", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_differs_by_its_words_and_not_by_what_was_measured() {
        let page = "rows per second\nloop  ▏ 12\nCOPY  ████ 5,000";
        assert_eq!(difference(page, "rows per second\nloop  █ 99\nCOPY  ██▌ 4,000"), None);
        assert!(difference(page, "rows per second\nloop  █ 99").is_some());
        assert!(difference(page, "rows per second\nlook  ▏ 12\nCOPY  ████ 5,000").is_some());
    }
}
