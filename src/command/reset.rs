//! `pglings reset`: an exercise as it was, with what you wrote kept beside it.

use super::{Context, exercise_named};
use crate::error::Result;

pub(super) fn run(context: &Context, wanted: &str) -> Result<u8> {
    let exercise = exercise_named(wanted)?;
    let kept = context.workbook.reset(exercise)?;
    context.print(&match kept {
        Some(kept) => {
            let kept = kept.strip_prefix(context.workbook.root()).unwrap_or(&kept);
            format!("{} is as it was. Your answer is kept in {}", exercise.path(), kept.display())
        }
        None => format!("{} is as it was.", exercise.path()),
    })?;
    Ok(0)
}
