//! Tables for spreadsheets and for the import of a learning platform.
//!
//! RFC 4180: commas, CRLF, quotes where they are needed; UTF-8 without a byte order mark. A cell
//! that a spreadsheet would take for a formula begins with an apostrophe, as OWASP's page *CSV
//! Injection* advises.

use ::csv::{Terminator, WriterBuilder};

use super::text::{Entry, clean, cut, entries};
use crate::class::gradebook::{Gradebook, Learner, written};

/// What a cell may hold for Excel is 32,767 characters.
const LONGEST: usize = 32_000;

/// `gradebook.csv`: a row for each learner, with the points of each exercise.
///
/// The points of an exercise are empty if there was nothing to grade, or if grading itself failed.
pub fn gradebook(gradebook: &Gradebook) -> String {
    let head = ["id", "name", "submitted", "late", "total", "of"].map(str::to_owned);
    let exercises = gradebook.exercises.iter().map(|column| column.name.clone());
    let rows = gradebook.learners.iter().map(|learner| {
        let points = entries(gradebook, learner).map(|entry| points(&entry));
        [
            learner.id.clone(),
            learner.name.clone(),
            learner.submitted.clone().unwrap_or_default(),
            learner.late.to_string(),
            written(gradebook.total(learner)),
            written(gradebook.full()),
        ]
        .into_iter()
        .chain(points)
        .collect()
    });
    table(std::iter::once(head.into_iter().chain(exercises).collect()).chain(rows))
}

fn points(entry: &Entry) -> String {
    if entry.outcome.word() == "not_handed_in" || entry.outcome.is_ours() {
        return String::new();
    }
    written(entry.points)
}

/// `verdicts.csv`: a row for each learner and exercise.
///
/// The check is the first that failed. The message is the check's, else that of the compiler or of
/// how the run ended.
pub fn verdicts(gradebook: &Gradebook) -> String {
    let head = ["learner", "exercise", "status", "points", "of", "check", "message"];
    let row = |learner: &Learner, entry: Entry| {
        let failed = entry.checks.iter().find(|check| check.failed());
        let message = failed.map_or_else(|| entry.message(), |check| check.message());
        vec![
            learner.id.clone(),
            entry.column.name.clone(),
            entry.outcome.word().to_owned(),
            points(&entry),
            written(entry.of),
            failed.map_or_else(String::new, |check| check.name.clone()),
            message,
        ]
    };
    let rows = gradebook.learners.iter().flat_map(|learner| {
        entries(gradebook, learner).map(move |entry| row(learner, entry)).collect::<Vec<_>>()
    });
    table(std::iter::once(head.map(str::to_owned).to_vec()).chain(rows))
}

fn table(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail.
        let _ = writer.write_record(row.iter().map(|cell| harmless(cell)));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// A cell that no spreadsheet runs. Where lists are separated by semicolons, Excel splits a row at
/// those and at line ends, so what follows one begins a cell as well.
fn harmless(cell: &str) -> String {
    let mut out = String::new();
    let mut begins = true;
    for c in cut(&clean(cell), LONGEST).chars() {
        // OWASP's list; the wide forms count where Japanese is set.
        if begins && matches!(c, '=' | '+' | '-' | '@' | '\t' | '\n' | '＝' | '＋' | '－' | '＠')
        {
            out.push('\'');
        }
        begins = matches!(c, ';' | '\t' | '\n');
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_would_be_a_formula_is_text() {
        for start in ["=", "+", "-", "@", "\t", "\r", "\n", "＝"] {
            assert!(harmless(&format!("{start}1+1")).starts_with('\''), "{start:?}");
        }
        assert_eq!(harmless("a;=1+1;b"), "a;'=1+1;b");
        assert_eq!(harmless("a\r\n@SUM(1)"), "a\n'@SUM(1)");
        assert_eq!(harmless("a = b - c"), "a = b - c");
        assert_eq!(harmless("\u{1b}[31m=1\u{0}"), "'=1\u{fffd}");
    }

    #[test]
    fn a_row_reads_back_as_its_cells() {
        let cells = ["a,b", "say \"no\"", "two\nlines", "plain", ""];
        let text = table([cells.map(str::to_owned).to_vec()].into_iter());
        assert_eq!(text, "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",plain,\r\n");
        let mut reader =
            ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        assert_eq!(reader.records().next().unwrap().unwrap(), cells.to_vec());
    }
}
