//! `pglings` alone: goes on where you left off.

use super::{Context, check, lesson};
use crate::cli;
use crate::error::Result;
use crate::exercise;
use crate::exercise::files::File;
use crate::grade::verdict::Status;
use crate::lesson::catalogue::{self, lessons};
use crate::report::call;

pub(super) fn run(context: &Context) -> Result<u8> {
    let progress = context.progress();
    // A lesson that was left, else the first that has something to do.
    let left = progress.last_lesson.as_deref().and_then(catalogue::lesson);
    let left = left.filter(|lesson| progress.step(lesson.stem) > 0);
    for lesson in left.into_iter().chain(lessons()) {
        if left.is_some_and(|left| left.stem == lesson.stem) || !progress.is_done(lesson.stem) {
            let from = progress.step(lesson.stem);
            return lesson::walk(context, lesson, from, &cli::Lesson::default());
        }
        let Some(exercise) = exercise::exercise(lesson.stem) else { continue };
        let file = context.workbook.read(exercise);
        match progress.status(exercise, &file) {
            Some(Status::Passed) => {}
            _ if file == File::Untouched => {
                context.print(&format!(
                    "You have walked lesson {}. Your turn: open {}\nand grade it:  {}",
                    lesson.number,
                    exercise.path(),
                    call(&format!("check {}", exercise.number))
                ))?;
                return Ok(0);
            }
            _ => return check::run(context, &[exercise.stem.to_owned()], false),
        }
    }
    context.print("You have walked every lesson and passed every exercise.")?;
    Ok(0)
}
