//! A gradebook in a screenful: how the class did, where it struggles, and where to read on.

use std::collections::BTreeMap;
use std::path::Path;

use colored::Colorize;

use super::Format;
use super::text::{Outcome, clean, entries};
use crate::class::gradebook::{Gradebook, written};
use crate::grade::verdict::{Check, Status};
use crate::lesson::event::Table;
use crate::report::look::Look;
use crate::report::table;

/// How many checks are named.
const CHECKS: usize = 5;

/// How many learners are named whose submissions are strange.
const NOTES: usize = 10;

/// Draws it. The files of these formats are in the folder.
pub fn draw(gradebook: &Gradebook, formats: &[Format], dir: &Path, look: Look) -> String {
    let mut parts = vec![table::draw(&exercises(gradebook), look)];
    parts.extend(totals(gradebook));
    parts.extend(hardest(gradebook, look));
    parts.extend(notes(gradebook));
    parts.extend(ours(gradebook));
    let files = formats.iter().map(|format| dir.join(format.place()).display().to_string());
    let files: Vec<String> = files.map(|file| look.paint(&file, |text| text.bold())).collect();
    parts.push(format!("Written to:\n  {}", files.join("\n  ")));
    parts.join("\n\n")
}

/// How many ended how, by exercise.
fn exercises(gradebook: &Gradebook) -> Table {
    let heads = ["passed", "failed", "no compile", "timed out", "crashed", "none"];
    let mut columns = vec![("exercise".to_owned(), String::new())];
    columns.extend(heads.map(|head| (head.to_owned(), "int4".to_owned())));
    let mut rows: Vec<Vec<Option<String>>> = Vec::new();
    let mut counts = vec![[0; 6]; gradebook.exercises.len()];
    for learner in &gradebook.learners {
        for (counts, entry) in counts.iter_mut().zip(entries(gradebook, learner)) {
            let place = match entry.outcome {
                Outcome::Ended(Status::Passed) => 0,
                Outcome::Ended(Status::Failed) => 1,
                Outcome::Ended(Status::DoesNotCompile) => 2,
                Outcome::Ended(Status::TimedOut) => 3,
                Outcome::Ended(Status::Crashed) => 4,
                Outcome::Ended(Status::NotStarted) | Outcome::NotHandedIn | Outcome::Unreadable => {
                    5
                }
                Outcome::Ended(Status::Broken | Status::NoServer) => continue,
            };
            counts[place] += 1;
        }
    }
    for (column, counts) in gradebook.exercises.iter().zip(&counts) {
        let counts = counts.iter().map(|count| (*count > 0).then(|| count.to_string()));
        let counts = counts.map(|count| Some(count.unwrap_or_else(|| "-".to_owned())));
        rows.push(std::iter::once(Some(column.name.clone())).chain(counts).collect());
    }
    Table { columns, rows, ..Table::default() }
}

/// The middle and the ends.
fn totals(gradebook: &Gradebook) -> Option<String> {
    let mut totals: Vec<u64> =
        gradebook.learners.iter().map(|learner| gradebook.total(learner)).collect();
    totals.sort_unstable();
    let middle = totals.get(totals.len() / 2)?;
    Some(format!(
        "{} learners; of {} points the lowest has {}, the median {}, the highest {}.",
        totals.len(),
        written(gradebook.full()),
        written(totals[0]),
        written(*middle),
        written(*totals.last()?),
    ))
}

/// The checks that most learners fail.
fn hardest(gradebook: &Gradebook, look: Look) -> Option<String> {
    let mut failed: BTreeMap<(u32, &str), usize> = BTreeMap::new();
    for learner in &gradebook.learners {
        for entry in entries(gradebook, learner) {
            for check in entry.checks.iter().filter(|check| Check::failed(check)) {
                *failed.entry((entry.column.number, &check.name)).or_default() += 1;
            }
        }
    }
    let mut failed: Vec<_> = failed.into_iter().collect();
    // Those of one count stay in the order of the exercises.
    failed.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let lines = failed.iter().take(CHECKS).map(|((number, name), count)| {
        format!("  {count:>4}  exercise {number}: {}", look.redraw(name))
    });
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| format!("What most learners fail:\n{}", lines.join("\n")))
}

/// What was strange about submissions.
fn notes(gradebook: &Gradebook) -> Option<String> {
    let noted: Vec<_> =
        gradebook.learners.iter().filter(|learner| !learner.notes.is_empty()).collect();
    let mut lines: Vec<String> = Vec::new();
    for learner in noted.iter().take(NOTES) {
        lines.extend(
            learner.notes.iter().map(|note| format!("  {}: {}", clean(&learner.name), clean(note))),
        );
    }
    if noted.len() > NOTES {
        lines.push(format!("  and {} more learners", noted.len() - NOTES));
    }
    (!lines.is_empty()).then(|| format!("To look at:\n{}", lines.join("\n")))
}

/// What could not be graded, through nobody's fault.
fn ours(gradebook: &Gradebook) -> Option<String> {
    let missing = |learner| entries(gradebook, learner).any(|entry| entry.outcome.is_ours());
    let names: Vec<String> = gradebook
        .learners
        .iter()
        .filter(|learner| missing(learner))
        .map(|learner| clean(&learner.name))
        .collect();
    let why = gradebook
        .answers
        .values()
        .find_map(|graded| Outcome::Ended(graded.status).is_ours().then(|| clean(&graded.message)));
    (!names.is_empty()).then(|| {
        format!(
            "Not all was graded, through no fault of the answers: {}\nConcerned: {}. The same \
             command grades what is missing.",
            why.unwrap_or_default(),
            names.join(", ")
        )
    })
}
