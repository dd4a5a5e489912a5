//! Which exercise is in hand, and what comes after it.

use std::fs;
use std::time::SystemTime;

use crate::exercise::files::{File, Workbook};
use crate::exercise::progress::Progress;
use crate::exercise::{self, Exercise, exercises};
use crate::grade::verdict::Status;
use crate::lesson::catalogue::{Lesson, lessons};

/// What comes next.
#[derive(Clone, Copy)]
pub(super) enum Next {
    /// A lesson that was not walked to its end.
    Lesson(&'static Lesson),
    /// An exercise that is not passed.
    Exercise(&'static Exercise),
}

/// The one saved last, if it is not passed; else the first begun and not passed; else the first
/// not started. `None` if all are passed.
pub(super) fn first(workbook: &Workbook, progress: &Progress) -> Option<&'static Exercise> {
    let saved = |exercise: &Exercise| {
        let time = fs::metadata(workbook.path(exercise)).and_then(|data| data.modified());
        time.unwrap_or(SystemTime::UNIX_EPOCH)
    };
    let begun = || exercises().iter().filter(|one| workbook.read(one) != File::Untouched);
    let open = |exercise: &&Exercise| !is_passed(workbook, progress, exercise);
    let last = begun().max_by_key(|one| saved(one)).filter(|one| open(one));
    last.or_else(|| begun().find(|one| open(one))).or_else(|| exercises().iter().find(open))
}

/// What comes after the lesson and the exercise of this number: what is left of those that follow,
/// else of all.
pub(super) fn next(workbook: &Workbook, progress: &Progress, number: u32) -> Option<Next> {
    let left = |lesson: &'static Lesson| {
        if !progress.is_done(lesson.stem) {
            return Some(Next::Lesson(lesson));
        }
        let exercise = exercise::exercise(lesson.stem)?;
        (!is_passed(workbook, progress, exercise)).then_some(Next::Exercise(exercise))
    };
    let after = lessons().iter().filter(|lesson| lesson.number > number).find_map(left);
    // What was skipped on the way, but not what is in hand.
    let before = || lessons().iter().filter(|lesson| lesson.number < number).find_map(left);
    after.or_else(before)
}

/// How many exercises are passed as they stand, and how many there are.
pub(super) fn passed(workbook: &Workbook, progress: &Progress) -> (usize, usize) {
    let passed = exercises().iter().filter(|one| is_passed(workbook, progress, one)).count();
    (passed, exercises().len())
}

pub(super) fn is_passed(workbook: &Workbook, progress: &Progress, exercise: &Exercise) -> bool {
    progress.status(exercise, &workbook.read(exercise)) == Some(Status::Passed)
}
