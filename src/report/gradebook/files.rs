//! Which files a gradebook is written to.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{classroom50, csv, gradescope, html, json, junit, prairielearn};
use crate::class::gradebook::{Gradebook, Learner};
use crate::home::short_hash;

/// A format of the gradebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Format {
    /// One page, for a browser
    Html,
    /// Tables, for a spreadsheet
    Csv,
    /// One document, for programs
    Json,
    /// Test results, for CI
    Junit,
    /// Gradescope's results, a file for each learner
    Gradescope,
    /// PrairieLearn's results, a file for each learner
    Prairielearn,
    /// Classroom 50's results, a file for each learner
    Classroom50,
}

impl Format {
    /// Where it is written to, from the folder of the gradebook.
    pub fn place(self) -> &'static str {
        match self {
            Format::Html => "gradebook.html",
            Format::Csv => "gradebook.csv",
            Format::Json => "gradebook.json",
            Format::Junit => "junit.xml",
            Format::Gradescope => "gradescope",
            Format::Prairielearn => "prairielearn",
            Format::Classroom50 => "classroom50",
        }
    }
}

/// The files of these formats, and in any case the one that gradebooks are joined from.
pub fn files(gradebook: &Gradebook, formats: &[Format]) -> Vec<(PathBuf, String)> {
    let mut formats: Vec<Format> = formats.iter().copied().chain([Format::Json]).collect();
    formats.sort_unstable();
    formats.dedup();
    formats.into_iter().flat_map(|format| of(gradebook, format)).collect()
}

fn of(gradebook: &Gradebook, format: Format) -> Vec<(PathBuf, String)> {
    let one = |text: String| vec![(PathBuf::from(format.place()), text)];
    let each = |results: fn(&Gradebook, &Learner) -> String| {
        let file = |learner: &Learner| {
            let path = PathBuf::from(format.place()).join(format!("{}.json", name(&learner.id)));
            (path, results(gradebook, learner))
        };
        gradebook.learners.iter().map(file).collect()
    };
    match format {
        Format::Html => one(html::page(gradebook)),
        Format::Csv => {
            let mut files = one(csv::gradebook(gradebook));
            files.push((PathBuf::from("verdicts.csv"), csv::verdicts(gradebook)));
            files
        }
        Format::Json => one(json::document(gradebook)),
        Format::Junit => one(junit::document(gradebook)),
        Format::Gradescope => each(gradescope::results),
        Format::Prairielearn => each(prairielearn::results),
        Format::Classroom50 => each(classroom50::result),
    }
}

/// A file name for a learner. An id that is not fit for one, or might be another's on a file system
/// that does not tell capitals apart, has a hash of itself behind it.
fn name(id: &str) -> String {
    let fit = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.@+".contains(c);
    if !id.is_empty() && id.len() <= 100 && id.chars().all(fit) && !id.starts_with('.') {
        return id.to_owned();
    }
    let fit: String = id.chars().filter(|c| fit(*c) || c.is_ascii_uppercase()).take(60).collect();
    format!("{}-{}", fit.trim_start_matches('.'), short_hash(id.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_learner_has_one_file_of_its_own_whatever_the_id() {
        assert_eq!(name("ada_lovelace@example.com"), "ada_lovelace@example.com");
        let ids = [
            "../../etc/passwd",
            "ada",
            "Ada",
            "ADA",
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "é",
            "\0",
            "con fused",
        ];
        let names: Vec<String> = ids.iter().map(|id| name(id)).collect();
        for name in &names {
            assert!(!name.contains(['/', '\\', '\0', ' ']) && !name.starts_with('.'), "{name}");
        }
        let different: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(different.len(), ids.len(), "{names:?}");
    }
}
