//! The gradebook: learners, exercises, and what came of each answer.
//!
//! Nothing in it depends on when, where or in which order the answers were graded, so the same
//! submissions make the same gradebook, and the gradebooks of parts join into that of the whole.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::grade::verdict::{Check, Status};

/// What `format` says in a gradebook.
pub const FORMAT: &str = "pglings-gradebook";

/// The version of the format. A reader refuses a later one.
pub const VERSION: u32 = 1;

/// Learners × exercises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gradebook {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The version of pglings that graded.
    pub pglings: String,
    /// Which part of a class it is; none if it is the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// The name of the course; empty if it has none.
    pub course: String,
    /// How an answer that did not pass whole is credited.
    pub credit: Credit,
    /// The exercises that were graded, in the workbook's order.
    pub exercises: Vec<Column>,
    /// The learners, in the order of their ids.
    pub learners: Vec<Learner>,
    /// Each different answer once, by [`Mark::answer`].
    pub answers: BTreeMap<String, Graded>,
}

/// One part of several that a class was divided into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Counted from 1.
    pub number: u64,
    /// How many there are.
    pub of: u64,
}

/// How an answer that did not pass whole is credited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credit {
    /// By the checks that passed, if it ran to its end.
    #[default]
    Checks,
    /// Not at all.
    Whole,
}

/// An exercise of the course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its number.
    pub number: u32,
    /// Its file name, such as `07_insert`.
    pub name: String,
    /// The title of its lesson.
    pub title: String,
    /// The number of its module.
    pub module: u32,
    /// What passing it is worth.
    pub points: u32,
}

/// One learner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learner {
    /// What tells this learner from all others: from the roster, else the submission's file name.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// The submission that counts: its file or folder name; none of a learner who is on the roster
    /// and has handed in nothing.
    pub source: Option<String>,
    /// When it was last changed, in UTC: `2026-11-21T08:00:00Z`.
    pub submitted: Option<String>,
    /// Whether that was after the course's due date.
    pub late: bool,
    /// What was strange about it, in sentences.
    pub notes: Vec<String>,
    /// By the exercise's name. What is not here was not handed in.
    pub marks: BTreeMap<String, Mark>,
}

/// What one learner has for one exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// How it ended; the same as that of the answer.
    pub status: Status,
    /// The key in [`Gradebook::answers`]; none if the file is as the stub has it, or holds nothing
    /// that could be an answer.
    pub answer: Option<String>,
    /// Why there is no answer to grade, such as that the file is not text.
    pub message: String,
}

/// An answer and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graded {
    /// The name of its exercise.
    pub exercise: String,
    /// The answer itself.
    pub text: String,
    /// How it ended.
    pub status: Status,
    /// The checks, in the order in which they were made.
    pub checks: Vec<Check>,
    /// The compiler's words, or how the run ended, or what is at fault.
    pub message: String,
    /// What it printed: the beginning.
    pub output: String,
}

impl Graded {
    /// How much of the points it is worth: passed checks of all checks. One is all of them.
    pub fn share(&self, credit: Credit) -> (usize, usize) {
        let passed = self.checks.iter().filter(|check| check.passed()).count();
        match (self.status, credit) {
            (Status::Passed, _) => (1, 1),
            (Status::Failed, Credit::Checks) => (passed, self.checks.len().max(1)),
            _ => (0, 1),
        }
    }
}

impl Gradebook {
    /// Fills in how each answer ended, and forgets answers that nobody here has handed in.
    pub fn settle(&mut self) {
        self.learners.sort_by(|one, other| one.id.cmp(&other.id));
        let mut used = BTreeSet::new();
        for mark in self.learners.iter_mut().flat_map(|learner| learner.marks.values_mut()) {
            if let Some(key) = &mark.answer {
                mark.status =
                    self.answers.get(key).map_or(Status::NoServer, |graded| graded.status);
                used.insert(key.clone());
            }
        }
        self.answers.retain(|key, _| used.contains(key));
    }

    /// The points of a learner for an exercise, in hundredths, so that sums are exact. Of an exercise
    /// that was not handed in or not begun: none.
    pub fn points(&self, learner: &Learner, column: &Column) -> u64 {
        let answer = learner.marks.get(&column.name).and_then(|mark| mark.answer.as_ref());
        let Some(graded) = answer.and_then(|key| self.answers.get(key)) else { return 0 };
        let (passed, of) = graded.share(self.credit);
        u64::from(column.points) * 100 * passed as u64 / of as u64
    }

    /// The points of a learner for all exercises, in hundredths.
    pub fn total(&self, learner: &Learner) -> u64 {
        self.exercises.iter().map(|column| self.points(learner, column)).sum()
    }

    /// The most points that there are, in hundredths.
    pub fn full(&self) -> u64 {
        self.exercises.iter().map(|column| u64::from(column.points) * 100).sum()
    }

    /// The learners who handed in this very answer.
    pub fn same_answer<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Learner> {
        self.learners.iter().filter(move |learner| {
            learner.marks.values().any(|mark| mark.answer.as_deref() == Some(key))
        })
    }
}

/// Points in hundredths as people write them: `2`, `1.5`, `0.33`.
pub fn written(hundredths: u64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_written_as_people_do() {
        let all = [0, 7, 50, 100, 133, 1050, 2000].map(written);
        assert_eq!(all, ["0", "0.07", "0.5", "1", "1.33", "10.5", "20"]);
    }
}
