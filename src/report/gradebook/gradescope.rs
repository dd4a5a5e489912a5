//! Gradescope's `results.json`, of one submission.
//!
//! By *Autograder Specifications* of Gradescope's documentation, section *Output format*: `score`
//! at the top counts before those of `tests`; a test has `score`, `max_score`, `status` (`passed`
//! or `failed`), `name`, `name_format`, `number`, `output`, `output_format` (`text`, `html`,
//! `simple_format`, `md`, `ansi`) and `visibility` (`visible`, `hidden`, `after_due_date`,
//! `after_published`). There is no `max_score` at the top: the assignment's settings have it.

use serde_json::json;

use super::text::{Entry, cut, entries, number, pretty, summary};
use crate::class::gradebook::{Gradebook, Learner};
use crate::grade::verdict::Status;

/// What is kept of one text, in bytes: a page that a learner can read.
const LONGEST: usize = 16 * 1024;

/// `results.json` of a learner: a test for each exercise.
pub fn results(gradebook: &Gradebook, learner: &Learner) -> String {
    pretty(&json!({
        "score": number(gradebook.total(learner)),
        "output": cut(&summary(gradebook, learner), LONGEST),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        // What the grader prints is for instructors.
        "stdout_visibility": "hidden",
        "tests": entries(gradebook, learner).map(|entry| test(&entry)).collect::<Vec<_>>(),
    }))
}

fn test(entry: &Entry) -> serde_json::Value {
    let passed = entry.outcome == super::text::Outcome::Ended(Status::Passed);
    let mut output = entry.feedback();
    let printed = entry.printed();
    if !printed.is_empty() {
        output = format!("{output}\n\nIt printed:\n{printed}");
    }
    json!({
        "score": number(entry.points),
        "max_score": number(entry.of),
        "status": if passed { "passed" } else { "failed" },
        "name": entry.title(),
        "name_format": "text",
        "number": entry.column.number.to_string(),
        "output": cut(&output, LONGEST),
        "output_format": "text",
        "visibility": "visible",
    })
}
