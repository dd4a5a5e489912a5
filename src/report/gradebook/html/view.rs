//! The gradebook with what the page asks of it worked out once.

use std::collections::BTreeMap;

use crate::class::gradebook::{Gradebook, Graded, Mark};
use crate::exercise::{exercises, stub};
use crate::grade::verdict::Status;

/// How a cell looks: never by colour alone.
pub(super) struct Kind {
    /// The name of it in the style sheet.
    pub(super) class: &'static str,
    /// One character.
    pub(super) sign: &'static str,
    /// For screen readers, the legend and the filter.
    pub(super) words: &'static str,
}

/// In the order of bars and of the filter: what an answer came to, then where there was none.
pub(super) const KINDS: [Kind; 9] = [
    Kind { class: "passed", sign: "✓", words: "passed" },
    Kind { class: "failed", sign: "✗", words: "failed" },
    Kind { class: "compile", sign: "⊘", words: "does not compile" },
    Kind { class: "timed", sign: "◷", words: "timed out" },
    Kind { class: "crashed", sign: "↯", words: "crashed" },
    Kind { class: "begun", sign: "○", words: "not begun" },
    Kind { class: "absent", sign: "–", words: "not handed in" },
    Kind { class: "broken", sign: "!", words: "not graded: exercise broken" },
    Kind { class: "server", sign: "?", words: "not graded: no server" },
];

/// What is in [`KINDS`] for exercises that a learner did not hand in.
pub(super) const ABSENT: usize = 6;

/// Where a status is in [`KINDS`].
pub(super) fn kind(status: Status) -> usize {
    match status {
        Status::Passed => 0,
        Status::Failed => 1,
        Status::DoesNotCompile => 2,
        Status::TimedOut => 3,
        Status::Crashed => 4,
        Status::NotStarted => 5,
        Status::Broken => 7,
        Status::NoServer | Status::NeedsNewer | Status::NeedsMore => 8,
    }
}

/// One learner's one exercise.
pub(super) struct Cell<'a> {
    /// Where it is in [`KINDS`].
    pub(super) kind: usize,
    /// Where its answer is in [`View::answers`].
    pub(super) answer: Option<usize>,
    /// In hundredths.
    pub(super) points: u64,
    /// Why there is no answer to grade.
    pub(super) message: &'a str,
}

/// An answer, and who handed it in.
pub(super) struct Answer<'a> {
    pub(super) graded: &'a Graded,
    /// Where its exercise is in [`Gradebook::exercises`].
    pub(super) exercise: Option<usize>,
    /// Where the learners are in [`Gradebook::learners`].
    pub(super) learners: Vec<usize>,
    /// Whether it is the workbook's own solution.
    pub(super) ours: bool,
}

/// See the module.
pub(super) struct View<'a> {
    pub(super) book: &'a Gradebook,
    /// In the order of their keys.
    pub(super) answers: Vec<Answer<'a>>,
    /// By learner, then by exercise.
    pub(super) cells: Vec<Vec<Cell<'a>>>,
    /// By learner, in hundredths.
    pub(super) totals: Vec<u64>,
}

impl<'a> View<'a> {
    pub(super) fn of(book: &'a Gradebook) -> View<'a> {
        let columns: BTreeMap<&str, usize> =
            book.exercises.iter().enumerate().map(|(at, column)| (&*column.name, at)).collect();
        let places: BTreeMap<&str, usize> =
            book.answers.keys().enumerate().map(|(at, key)| (&**key, at)).collect();
        let mut answers: Vec<Answer<'a>> = book
            .answers
            .values()
            .map(|graded| Answer {
                graded,
                exercise: columns.get(&*graded.exercise).copied(),
                learners: Vec::new(),
                ours: ours(graded),
            })
            .collect();
        let mut cells = Vec::new();
        for (who, learner) in book.learners.iter().enumerate() {
            let row = book.exercises.iter().map(|column| {
                let mark: Option<&Mark> = learner.marks.get(&column.name);
                let key = mark.and_then(|mark| mark.answer.as_deref());
                let answer = key.and_then(|key| places.get(key).copied());
                if let Some(answer) = answer {
                    answers[answer].learners.push(who);
                }
                Cell {
                    kind: mark.map_or(ABSENT, |mark| kind(mark.status)),
                    answer,
                    points: book.points(learner, column),
                    message: mark.map_or("", |mark| &mark.message),
                }
            });
            cells.push(row.collect::<Vec<_>>());
        }
        let totals = cells.iter().map(|row| row.iter().map(|cell| cell.points).sum()).collect();
        View { book, answers, cells, totals }
    }

    /// The answers that several learners handed in.
    pub(super) fn shared(&self) -> impl Iterator<Item = (usize, &Answer<'a>)> {
        self.answers.iter().enumerate().filter(|(_, answer)| answer.learners.len() > 1)
    }
}

/// Whether an answer is what the workbook has, with the marks of the stub's regions or without.
fn ours(graded: &Graded) -> bool {
    exercises().iter().filter(|exercise| exercise.stem == graded.exercise).any(|exercise| {
        stub::same(&graded.text, exercise.solution)
            || stub::same(&graded.text, &exercise.unmarked())
    })
}
