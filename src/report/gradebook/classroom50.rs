//! Classroom 50's `result.json`, of one submission, as far as a gradebook knows it.
//!
//! By *The `result.json` contract* (Classroom 50's wiki, page *Advanced Autograding*), its
//! `result-v1.schema.json` and the validator of its runner: `schema` is `classroom50/result/v1`;
//! scores are integers from 0, a test's at most its `max-score`, and `score` and `max-score` are
//! their sums; a test may have further fields. The runner stamps `owner`, `assignment_type` and
//! `datetime`; `classroom`, `assignment`, `submission`, `commit`, `release` and `review` are in the
//! environment of the autograder, so `deploy/classroom50/autograder.py` adds these.

use serde_json::json;

use super::text::{Entry, Outcome, cut, entries, pretty};
use crate::class::gradebook::{Credit, Gradebook, Learner};
use crate::grade::verdict::Status;

/// What is kept of one text, in bytes.
const LONGEST: usize = 16 * 1024;

/// `result.json` of a learner: a test for each exercise.
///
/// Where answers are credited by their checks, a point counts 100, so that shares are exact.
pub fn result(gradebook: &Gradebook, learner: &Learner) -> String {
    let unit = match gradebook.credit {
        Credit::Checks => 1,
        Credit::Whole => 100,
    };
    let tests = entries(gradebook, learner).map(|entry| test(&entry, unit)).collect::<Vec<_>>();
    pretty(&json!({
        "schema": "classroom50/result/v1",
        "score": gradebook.total(learner) / unit,
        "max-score": gradebook.full() / unit,
        "tests": tests,
    }))
}

fn test(entry: &Entry, unit: u64) -> serde_json::Value {
    json!({
        "test-name": entry.title(),
        "passed": entry.outcome == Outcome::Ended(Status::Passed),
        "score": entry.points / unit,
        "max-score": entry.of / unit,
        "status": entry.outcome.word(),
        "output": cut(&entry.feedback(), LONGEST),
    })
}
