//! PrairieLearn's `results.json`, of one submission.
//!
//! By *External grading*, section *Grading results*, of PrairieLearn's documentation: `score` from
//! 0 to 1; `gradable: false` where nothing could be run, which takes no attempt and no points, with
//! `format_errors` that say why; `tests` with `name`, `points`, `max_points`, `message`, `output`;
//! 1 MB at the most. Its element `pl-external-grader-results` turns colour sequences in messages
//! into HTML; there are none in ours.

use serde_json::json;

use super::text::{Entry, cut, entries, number, pretty, summary};
use crate::class::gradebook::{Gradebook, Learner};

/// What all texts together may have, in bytes: half of the limit, since JSON escapes some of them.
const ALL: usize = 480 * 1024;
/// The most that one text has.
const LONGEST: usize = 16 * 1024;

/// `results.json` of a learner: a test for each exercise.
///
/// It is not gradable if no answer ran, or if grading itself failed for one.
pub fn results(gradebook: &Gradebook, learner: &Learner) -> String {
    let entries: Vec<Entry> = entries(gradebook, learner).collect();
    let gradable = entries.iter().any(|entry| entry.outcome.ran())
        && !entries.iter().any(|entry| entry.outcome.is_ours());
    let longest = (ALL / (2 * entries.len() + 1)).min(LONGEST);
    // Where all of it counts as an error, each text is in it twice.
    let longest = if gradable { longest } else { longest / 2 };
    let full = gradebook.full();
    let score = if full == 0 { 0.0 } else { gradebook.total(learner) as f64 / full as f64 };
    let mut results = json!({
        "gradable": gradable,
        "score": score,
        "message": cut(&summary(gradebook, learner), longest),
        "tests": entries.iter().map(|entry| test(entry, longest)).collect::<Vec<_>>(),
    });
    if !gradable {
        results["format_errors"] = errors(&entries, longest).into();
    }
    pretty(&results)
}

fn test(entry: &Entry, longest: usize) -> serde_json::Value {
    json!({
        "name": entry.title(),
        "points": number(entry.points),
        "max_points": number(entry.of),
        "message": cut(&entry.feedback(), longest),
        "output": cut(&entry.printed(), longest),
    })
}

fn errors(entries: &[Entry], longest: usize) -> Vec<String> {
    let said = entries.iter().filter(|entry| !entry.outcome.ran());
    said.map(|entry| {
        let text = format!("{}: {}\n{}", entry.title(), entry.outcome.words(), entry.message());
        cut(text.trim_end(), longest)
    })
    .collect()
}
