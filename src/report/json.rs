//! The documents that `--json` prints.

use serde_json::{Value, json};

use super::look::plain;
use super::message;
use crate::exercise;
use crate::exercise::files::Workbook;
use crate::exercise::progress::Progress;
use crate::grade;
use crate::grade::Verdict;
use crate::lesson::catalogue::{MODULES, lessons};

/// `check --json`. Times are in milliseconds.
pub fn verdicts(verdicts: &[Verdict]) -> Value {
    let one = |verdict: &Verdict| {
        json!({
            "number": verdict.number,
            "name": verdict.name,
            "status": verdict.status,
            "checks": verdict.checks.iter().map(message::told).collect::<Vec<_>>(),
            "message": plain(&verdict.message),
            "build_ms": u64::try_from(verdict.build.as_millis()).unwrap_or(u64::MAX),
            "run_ms": u64::try_from(verdict.run.as_millis()).unwrap_or(u64::MAX),
        })
    };
    json!({ "verdicts": verdicts.iter().map(one).collect::<Vec<_>>() })
}

/// `list --json`.
pub fn list(workbook: &Workbook, progress: &Progress) -> Value {
    let lesson = |lesson: &crate::lesson::catalogue::Lesson| {
        let exercise = exercise::exercise(lesson.stem);
        let status =
            exercise.map(|exercise| match progress.status(exercise, &workbook.read(exercise)) {
                Some(status) => json!(status),
                None => json!("begun"),
            });
        json!({
            "number": lesson.number,
            "name": lesson.name,
            "title": lesson.cut().title,
            "minutes": (lesson.definition)().minutes,
            "needs": grade::needs(lesson),
            "exercise": exercise.is_some(),
            "lesson_done": progress.is_done(lesson.stem),
            "exercise_status": status,
        })
    };
    let module = |module: &crate::lesson::catalogue::Module| {
        let lessons = lessons().iter().filter(|lesson| lesson.module == module.number);
        json!({
            "number": module.number,
            "name": module.name,
            "title": module.title,
            "lessons": lessons.map(lesson).collect::<Vec<_>>(),
        })
    };
    json!({ "modules": MODULES.iter().map(module).collect::<Vec<_>>() })
}
