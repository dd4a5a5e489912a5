//! `pglings hint`: one hint more each time.

use super::{Context, exercise_named};
use crate::error::Result;
use crate::grade;
use crate::report::{call, prose};

pub(super) fn run(context: &Context, wanted: &str) -> Result<u8> {
    let exercise = exercise_named(wanted)?;
    let hints = grade::grader_of(exercise).hints;
    let shown = context.note(|progress| progress.next_hint(exercise)).min(hints.len());
    for (index, hint) in hints.iter().enumerate().take(shown) {
        let text = format!("**Hint {} of {}.** {hint}", index + 1, hints.len());
        context.print(&format!("{}\n", prose::render(&text, context.look)))?;
    }
    let more = hints.len() - shown;
    context.print(&match more {
        0 => format!(
            "That is all of them. The solution: {}",
            call(&format!("solution {}", exercise.number))
        ),
        _ => {
            format!("Once more shows the next one: {}", call(&format!("hint {}", exercise.number)))
        }
    })?;
    Ok(0)
}
