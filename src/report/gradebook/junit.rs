//! JUnit XML, which every CI shows.
//!
//! The form that Jenkins reads and crate `quick-junit` writes: a suite for each learner, a case for
//! each check. A check that failed is a `failure`; what is the grader's fault is an `error`; what
//! was not tried, not begun or not handed in is `skipped`. There are no times in it.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::text::{Entry, Outcome, clean, entries, summary};
use crate::class::gradebook::{Gradebook, Learner, written};
use crate::grade::verdict::{State, Status};

/// `junit.xml`.
pub fn document(gradebook: &Gradebook) -> String {
    let name = if gradebook.course.is_empty() { "pglings" } else { &gradebook.course };
    let mut report = Report::new(text(name));
    report.add_test_suites(gradebook.learners.iter().map(|learner| suite(gradebook, learner)));
    // It is written to memory, and what XML cannot hold is gone from it.
    report.to_string().unwrap_or_default()
}

fn suite(gradebook: &Gradebook, learner: &Learner) -> TestSuite {
    let mut suite = TestSuite::new(text(&learner.id));
    suite.add_property(("name".to_owned(), text(&learner.name)));
    suite.add_property(("points".to_owned(), written(gradebook.total(learner))));
    suite.add_property(("of".to_owned(), written(gradebook.full())));
    for entry in entries(gradebook, learner) {
        suite.add_test_cases(cases(&entry));
    }
    suite.set_system_out(text(&summary(gradebook, learner)));
    suite
}

/// The checks of an exercise, and how it ended, if that was not by its checks.
fn cases(entry: &Entry) -> Vec<TestCase> {
    let checks = entry.checks.iter().map(|check| {
        let status = match &check.state {
            State::Passed => TestCaseStatus::success(),
            State::Failed(message) => not(NonSuccessKind::Failure, "failed", message),
            State::NotTried(why) => skipped(why),
        };
        case(entry, &check.name, status)
    });
    let (word, words) = (entry.outcome.word(), entry.outcome.words());
    let end = match entry.outcome {
        Outcome::Ended(Status::Passed | Status::Failed) => None,
        Outcome::Ended(Status::NotStarted) | Outcome::NotHandedIn => Some(skipped(words)),
        Outcome::Ended(
            Status::Broken | Status::NoServer | Status::NeedsNewer | Status::NeedsMore,
        ) => Some(not(NonSuccessKind::Error, word, &entry.message())),
        _ => Some(not(NonSuccessKind::Failure, word, &entry.message())),
    };
    checks.chain(end.map(|status| case(entry, words, status))).collect()
}

fn case(entry: &Entry, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(text(name), status);
    case.set_classname(text(&entry.column.name));
    case
}

fn not(kind: NonSuccessKind, word: &str, why: &str) -> TestCaseStatus {
    let why = text(why);
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(word).set_message(why.lines().next().unwrap_or(word)).set_description(&why);
    status
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(text(why));
    status
}

/// Text for quick-junit, which would drop tabs.
fn text(text: &str) -> String {
    clean(text).replace('\t', "    ")
}
