//! What every format says of one learner's answer to one exercise.

use super::html::one_line;
use crate::class::gradebook::{Column, Gradebook, Graded, Learner, written};
use crate::grade::verdict::{Check, State, Status};
use crate::report::look::plain;

/// What came of an exercise for a learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There is an answer, or the file is as the stub has it.
    Ended(Status),
    /// There is no such file.
    NotHandedIn,
    /// There is a file, and it holds nothing that could be an answer.
    Unreadable,
}

impl Outcome {
    /// One word for programs: that of the status, or one of two more.
    pub(super) fn word(self) -> &'static str {
        match self {
            Outcome::Ended(Status::Passed) => "passed",
            Outcome::Ended(Status::Failed) => "failed",
            Outcome::Ended(Status::DoesNotCompile) => "does_not_compile",
            Outcome::Ended(Status::TimedOut) => "timed_out",
            Outcome::Ended(Status::Crashed) => "crashed",
            Outcome::Ended(Status::NotStarted) => "not_started",
            Outcome::Ended(Status::Broken) => "broken",
            Outcome::Ended(Status::NoServer) => "no_server",
            Outcome::Ended(Status::NeedsNewer) => "needs_newer",
            Outcome::Ended(Status::NeedsMore) => "needs_more",
            Outcome::NotHandedIn => "not_handed_in",
            Outcome::Unreadable => "unreadable",
        }
    }

    /// In words, for people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Outcome::Ended(status) => status.words(),
            Outcome::NotHandedIn => "not handed in",
            Outcome::Unreadable => "cannot be read",
        }
    }

    /// Whether grading itself failed, which is never the learner's fault.
    pub(super) fn is_ours(self) -> bool {
        matches!(
            self,
            Outcome::Ended(
                Status::Broken | Status::NoServer | Status::NeedsNewer | Status::NeedsMore
            )
        )
    }

    /// Whether an answer ran, so that there is something to give points for.
    pub(super) fn ran(self) -> bool {
        use Status::{Crashed, Failed, Passed, TimedOut};
        matches!(self, Outcome::Ended(Passed | Failed | TimedOut | Crashed))
    }
}

/// One learner's answer to one exercise.
pub(super) struct Entry<'a> {
    pub(super) column: &'a Column,
    pub(super) outcome: Outcome,
    /// In hundredths.
    pub(super) points: u64,
    /// The most there is, in hundredths.
    pub(super) of: u64,
    pub(super) checks: &'a [Check],
    message: &'a str,
    printed: &'a str,
}

/// What a learner has, in the order of the exercises.
pub(super) fn entries<'a>(
    gradebook: &'a Gradebook,
    learner: &'a Learner,
) -> impl Iterator<Item = Entry<'a>> {
    gradebook.exercises.iter().map(|column| {
        let mark = learner.marks.get(&column.name);
        let graded: Option<&Graded> =
            mark.and_then(|mark| mark.answer.as_ref()).and_then(|key| gradebook.answers.get(key));
        let outcome = match mark {
            None => Outcome::NotHandedIn,
            Some(mark) if mark.answer.is_none() && !mark.message.is_empty() => Outcome::Unreadable,
            Some(mark) => Outcome::Ended(mark.status),
        };
        let message = graded.map_or_else(
            || mark.map_or("", |mark| mark.message.as_str()),
            |graded| graded.message.as_str(),
        );
        Entry {
            column,
            outcome,
            points: gradebook.points(learner, column),
            of: u64::from(column.points) * 100,
            checks: graded.map_or(&[], |graded| graded.checks.as_slice()),
            message,
            printed: graded.map_or("", |graded| graded.output.as_str()),
        }
    })
}

impl Entry<'_> {
    /// `7. INSERT: creating rows`
    pub(super) fn title(&self) -> String {
        format!("{}. {}", self.column.number, clean(&self.column.title))
    }

    /// Why there is no answer, the compiler's words, or how the run ended.
    pub(super) fn message(&self) -> String {
        clean(self.message)
    }

    /// What the answer printed.
    pub(super) fn printed(&self) -> String {
        clean(self.printed)
    }

    /// How it ended, each check with what is wrong, and the message.
    pub(super) fn feedback(&self) -> String {
        let mut lines = vec![self.outcome.words().to_owned()];
        for check in self.checks {
            let (word, why) = match &check.state {
                State::Passed => ("passed", ""),
                State::Failed(message) => ("failed", message.as_str()),
                State::NotTried(why) => ("not tried", why.as_str()),
            };
            lines.push(format!("{word}: {}", clean(&check.name)));
            lines.extend(clean(why).lines().map(|line| format!("    {line}")));
        }
        lines.extend(self.message().lines().map(str::to_owned));
        lines.join("\n")
    }
}

/// What is said of the submission as a whole: the points, that it is late, what was strange.
pub(super) fn summary(gradebook: &Gradebook, learner: &Learner) -> String {
    let (total, full) = (written(gradebook.total(learner)), written(gradebook.full()));
    let mut lines = vec![format!("{total} of {full} points.")];
    if learner.source.is_none() {
        lines.push("Nothing was handed in.".to_owned());
    }
    if learner.late {
        lines.push("Handed in after the due date.".to_owned());
    }
    if entries(gradebook, learner).any(|entry| entry.outcome.is_ours()) {
        lines.push("Not all of it could be graded. That is not your fault.".to_owned());
    }
    lines.extend(learner.notes.iter().map(|note| clean(note)));
    lines.join("\n")
}

/// Text without colours, with line feeds alone, and with U+FFFD for what no format of ours may
/// hold: other control characters, and the two noncharacters that XML 1.0 forbids.
pub(super) fn clean(text: &str) -> String {
    plain(text)
        .replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\r' => '\n',
            '\n' | '\t' => c,
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            _ if c.is_control() => '\u{fffd}',
            _ => c,
        })
        .collect()
}

/// The most of a name or a note that a terminal gets, in characters.
const LINE: usize = 300;

/// Text in one line for a terminal: what moves the cursor, turns text around or cannot be seen is
/// written as its code, and it is not too long.
pub fn harmless(text: &str) -> String {
    let text = one_line(plain(text).trim());
    match text.char_indices().nth(LINE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// The beginning of a text, of so many bytes at the most, with a line that says what is missing.
pub(super) fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes);
    format!("{}\n… and {} bytes more", &text[..end], text.len() - end)
}

/// Points as a number of JSON: an integer if they are whole.
pub(super) fn number(hundredths: u64) -> serde_json::Value {
    match hundredths % 100 {
        0 => (hundredths / 100).into(),
        // The nearest double to a decimal of two digits is written as these two digits.
        _ => (hundredths as f64 / 100.0).into(),
    }
}

/// A document as the file that it goes into.
pub(super) fn pretty(value: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
