//! `pglings check`: grades exercises.

use super::{Context, exercise_named};
use crate::activity;
use crate::error::Result;
use crate::exercise::files::File;
use crate::exercise::{Exercise, exercises};
use crate::grade;
use crate::grade::verdict::{Status, Verdict};
use crate::lesson::catalogue::lessons;
use crate::report::{self, call, json, verdict};

pub(super) fn run(context: &Context, wanted: &[String], as_json: bool) -> Result<u8> {
    let named: Vec<&Exercise> =
        wanted.iter().map(|wanted| exercise_named(wanted)).collect::<Result<_>>()?;
    let begun = || exercises().iter().filter(|exercise| is_begun(context, exercise));
    let by_name = !named.is_empty();
    let chosen: Vec<&Exercise> = if by_name { named } else { begun().collect() };
    let servers = context.servers();
    let mut verdicts = Vec::new();
    let count = chosen.len();
    if count > 1 && !as_json {
        activity::note(&format!("Grading {count} exercises."));
    }
    for (index, exercise) in chosen.into_iter().enumerate() {
        let text = format!("exercise {} of {count}: {}", index + 1, exercise.stem);
        let work = (count > 1).then(|| activity::begin(&text));
        let verdict = grade::check(&context.workbook, exercise, &servers)?;
        // The verdict comes where this was.
        drop(work);
        remember(context, exercise, &verdict);
        if !as_json {
            context.print(&verdict::draw(&verdict, context.look))?;
            if let Some(next) = what_next(&verdict) {
                context.print(&next)?;
            }
        }
        verdicts.push(verdict);
    }
    if as_json {
        context.print(&json::verdicts(&verdicts).to_string())?;
    } else if verdicts.is_empty() {
        context.print(&format!(
            "No exercise is begun yet. On from where you left off: {}",
            call("")
        ))?;
    }
    // Whoever goes on with `&&` after a check of this exercise does not mean one that nobody has begun.
    let code = |status: Status| match status {
        Status::NotStarted if by_name => Status::Failed.exit_code(),
        status => status.exit_code(),
    };
    Ok(verdicts.iter().map(|verdict| code(verdict.status)).max().unwrap_or(0))
}

fn is_begun(context: &Context, exercise: &Exercise) -> bool {
    !matches!(context.workbook.read(exercise), File::Untouched)
}

fn remember(context: &Context, exercise: &Exercise, verdict: &Verdict) {
    let Some(text) = &verdict.answer else { return };
    context.note(|progress| progress.graded(exercise, text, verdict.status));
}

fn what_next(verdict: &Verdict) -> Option<String> {
    match verdict.status {
        Status::Passed => Some(match lessons().iter().find(|l| l.number > verdict.number) {
            Some(next) => format!(
                "  Compare with ours: {}\n  Next: {}",
                call(&format!("solution {}", verdict.number)),
                call(&format!("lesson {}", next.number))
            ),
            None => "  That was the last exercise.".to_owned(),
        }),
        // Cargo takes longer to find out that it has nothing to do than the answer to compile.
        Status::Failed if report::by_cargo() => Some(format!(
            "  At each save, and sooner: {}",
            call(&format!("watch {}", verdict.number))
        )),
        Status::NotStarted => Some(format!(
            "  Open it, replace the todo!()s, and check again. Lost? {}",
            call(&format!("hint {}", verdict.number))
        )),
        _ => None,
    }
}
