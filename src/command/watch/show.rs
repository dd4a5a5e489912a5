//! What the learner sees of a session.

use std::sync::PoisonError;
use std::time::Duration;

use super::{Question, SAID, Session, Terminal};
use crate::error::Result;
use crate::report::board::Board;
use crate::report::look::Look;
use crate::report::watch::{self, Page};

/// What every page offers.
const KEYS: &[(&str, &str)] = &[
    ("n", "next"),
    ("h", "hint"),
    ("l", "list"),
    ("c", "check all"),
    ("r", "reset"),
    ("s", "solution"),
    ("d", "diff"),
    ("o", "open"),
    ("q", "quit"),
];

/// From when on a run is one that needs an explanation.
const LONG: Duration = Duration::from_secs(5);

impl Session<'_> {
    /// Draws what has changed.
    pub(super) fn show(&mut self) -> Result<()> {
        let (columns, rows) = Terminal::size();
        let look = Look { width: columns.clamp(20, 100), ..self.context.look };
        let body = watch::draw(&self.page, look);
        let status = self.status();
        let mut keys = KEYS.to_vec();
        if !matches!(self.page, Page::Task(_) | Page::Verdict(..)) {
            keys.insert(0, ("Esc", "back"));
        }
        let board = Board {
            title: &format!("watch · {}", self.hand.stem),
            body: &body,
            status: &status,
            keys: &keys,
        };
        if !self.terminal.moves {
            return self.tell(body, status);
        }
        let composed = board.compose(columns, rows, self.view, look);
        (self.top, self.window) = (composed.top, composed.window);
        if self.shown.as_ref() != Some(&composed.lines) {
            self.terminal.show(&composed.lines, self.shown.as_deref())?;
            self.shown = Some(composed.lines);
        }
        Ok(())
    }

    /// Where nothing on the screen can be changed, each page is written once.
    fn tell(&mut self, body: String, status: String) -> Result<()> {
        let status = if self.grading.is_some() { String::new() } else { status };
        let before = self.shown.take().unwrap_or_default();
        let mut lines = Vec::new();
        if before.first() != Some(&body) {
            lines.extend(body.lines().map(str::to_owned));
        }
        if !status.is_empty() && before.get(1) != Some(&status) {
            lines.push(status.clone());
        }
        let kept =
            if status.is_empty() { before.get(1).cloned().unwrap_or_default() } else { status };
        self.shown = Some(vec![body, kept]);
        if lines.is_empty() { Ok(()) } else { self.terminal.show(&lines, None) }
    }

    fn status(&self) -> String {
        if let Some(question) = self.asks {
            return match question {
                Question::Reset => {
                    format!("Start {} anew? Your file is kept beside it. [y/N]", self.hand.stem)
                }
                Question::Solution => {
                    "You have not passed this exercise yet. Show the solution? [y/N]".to_owned()
                }
                Question::Difference => {
                    "You have not passed this exercise yet. Compare it with the solution? [y/N]"
                        .to_owned()
                }
            };
        }
        let dots = self.context.look.sign("…", "...");
        let mut status = match &self.grading {
            Some(grading) if grading.is_cancelled() => format!("Stopping{dots}"),
            Some(grading) => {
                let (at, done, of) = grading.at();
                let stem = at.map_or("", |exercise| exercise.stem);
                let count = if of > 1 { format!(" ({} of {of})", done + 1) } else { String::new() };
                let seconds = grading.elapsed().as_secs();
                let time = if seconds > 0 { format!(" {seconds} s") } else { String::new() };
                let why = match said() {
                    Some(said) if grading.elapsed() > LONG => format!(" {said}"),
                    _ if grading.elapsed() > LONG && self.verdict.is_none() => {
                        " The first build compiles what all exercises stand on.".to_owned()
                    }
                    _ => String::new(),
                };
                format!("Grading {stem}{count}{dots}{time}{why}")
            }
            None => format!("Waiting for you to save {}", self.hand.path()),
        };
        if let Some(note) = &self.note {
            status = format!("{note}\n{status}");
        }
        status
    }
}

/// What the search for a server is at, but not which one it found: that takes no time any more.
fn said() -> Option<String> {
    let said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    said.clone().filter(|said| !said.starts_with("Server: "))
}
