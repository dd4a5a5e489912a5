//! `pglings reset`: an exercise as it was, with what you wrote kept beside it.

use std::io::{self, IsTerminal};

use super::keys::confirm;
use super::{Context, exercise_named};
use crate::error::Result;
use crate::exercise::files::File;
use crate::exercise::{Exercise, exercises};

pub(super) fn run(context: &Context, wanted: &str) -> Result<u8> {
    reset(context, exercise_named(wanted)?)?;
    Ok(0)
}

/// The same for all that were begun. Where nobody can be asked it is done at once: nothing is lost
/// by it.
pub(super) fn all(context: &Context, yes: bool) -> Result<u8> {
    let begun = |exercise: &&Exercise| context.workbook.read(exercise) != File::Untouched;
    let begun: Vec<&Exercise> = exercises().iter().filter(begun).collect();
    if begun.is_empty() {
        context.print("No exercise is begun yet.")?;
        return Ok(0);
    }
    let count = match begun.len() {
        1 => "the exercise".to_owned(),
        count => format!("the {count} exercises"),
    };
    let question =
        format!("Start {count} anew that you have begun? Each file is kept beside the new one.");
    let asks = !yes && io::stdin().is_terminal() && io::stderr().is_terminal();
    if asks && !confirm(&question)? {
        context.print("All is as you left it.")?;
        return Ok(0);
    }
    for exercise in begun {
        reset(context, exercise)?;
    }
    Ok(0)
}

fn reset(context: &Context, exercise: &Exercise) -> Result<()> {
    let kept = context.workbook.reset(exercise)?;
    context.print(&match kept {
        Some(kept) => {
            let kept = kept.strip_prefix(context.workbook.root()).unwrap_or(&kept);
            format!("{} is as it was. Your answer is kept in {}", exercise.path(), kept.display())
        }
        None => format!("{} is as it was.", exercise.path()),
    })
}
