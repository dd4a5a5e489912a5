//! `pglings solution`: our answer, after yours or after a question.

use super::keys::confirm;
use super::{Context, exercise_named};
use crate::error::{Error, Result};
use crate::grade::verdict::Status;
use crate::lesson::event::Language;
use crate::report::{call, highlight};

pub(super) fn run(context: &Context, wanted: &str, yes: bool) -> Result<u8> {
    let exercise = exercise_named(wanted)?;
    let progress = context.progress();
    let passed =
        progress.status(exercise, &context.workbook.read(exercise)) == Some(Status::Passed);
    if !passed && !yes && !confirm("You have not passed this exercise yet. Show the solution?")? {
        return Err(Error::Usage(format!(
            "the solution stays closed. A hint may do: {}\nTo see it anyway: {}",
            call(&format!("hint {}", exercise.number)),
            call(&format!("solution {} --yes", exercise.number))
        )));
    }
    context.print(&highlight::code(&exercise.unmarked(), Language::Rust, context.look))?;
    Ok(0)
}
