//! What a grader file says.

use std::time::Duration;

use super::{Grading, Needs, Stop};
use crate::postgres::database::Fixture;

/// What a grader file says: the checks of an exercise and its hints.
pub struct Grader {
    /// From a nudge to nearly the answer.
    pub hints: &'static [&'static str],
    /// What the server must have that the checks run on.
    pub needs: Needs,
    /// What the queries of an answer are compiled against, where sqlx's macros are used: what the first
    /// check begins with, unless it is said here.
    pub compiled_on: Option<Fixture>,
    /// How long the solution may run, machines being as they are: more where waiting is the subject.
    pub at_most: Duration,
    /// Lists the checks.
    pub checks: fn(&mut Grading) -> Result<(), Stop>,
}

/// A grader: its hints, and its checks. What else it needs is said with
/// `Grader { needs: Needs::extensions(&["vector"]), ..grader(HINTS, checks) }`.
pub fn grader(
    hints: &'static [&'static str],
    checks: fn(&mut Grading) -> Result<(), Stop>,
) -> Grader {
    let (needs, compiled_on, at_most) = (Needs::NOTHING, None, Duration::from_millis(500));
    Grader { hints, needs, compiled_on, at_most, checks }
}
