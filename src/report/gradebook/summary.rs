//! A gradebook in a screenful: how the class did, where it struggles, and where to read on.

use std::collections::BTreeMap;
use std::path::Path;

use colored::Colorize;
use textwrap::core::display_width;

use super::Format;
use super::text::{Outcome, entries, harmless};
use crate::class::gradebook::{Gradebook, Learner, written};
use crate::grade::verdict::{Check, Status};
use crate::lesson::event::Table;
use crate::report::look::Look;
use crate::report::table;

/// How many checks are named.
const CHECKS: usize = 5;

/// How many learners are named at a place, and how many things are said of each.
const NAMED: usize = 10;
const EACH: usize = 3;

/// How an exercise may end, as it is said in a row, and whether it is if it never happened.
const ENDS: [(&str, bool); 6] = [
    ("passed", true),
    ("failed", true),
    ("no compile", true),
    ("timed out", false),
    ("crashed", false),
    ("not begun", true),
];

/// Draws it. The files of these formats are in the folder.
pub fn draw(gradebook: &Gradebook, formats: &[Format], dir: &Path, look: Look) -> String {
    let mut parts = vec![headline(gradebook, look)];
    parts.extend(ours(gradebook, look));
    parts.extend(exercises(gradebook, look));
    parts.extend(hardest(gradebook, look));
    parts.extend(notes(gradebook, look));
    let files = formats.iter().map(|format| dir.join(format.place()).display().to_string());
    let files = files.map(|file| look.paint(&harmless(&file), |text| text.bold()));
    parts.push(format!("Written to:\n  {}", files.collect::<Vec<_>>().join("\n  ")));
    parts.join("\n\n")
}

/// Who handed in, and how many points they have.
fn headline(gradebook: &Gradebook, look: Look) -> String {
    let count =
        |of: &dyn Fn(&Learner) -> bool| gradebook.learners.iter().filter(|one| of(one)).count();
    let handed_in = count(&|learner| learner.source.is_some());
    let learners = gradebook.learners.len();
    let mut text = match gradebook.course.as_str() {
        "" => String::new(),
        course => format!("{}: ", look.paint(&harmless(course), |text| text.bold())),
    };
    text.push_str(&format!(
        "{}, {}.",
        many(learners, "learner"),
        many(gradebook.exercises.len(), "exercise")
    ));
    if handed_in < learners {
        text.push_str(&format!(" {} handed in nothing.", learners - handed_in));
    }
    match count(&|learner| learner.late) {
        0 => {}
        late => text.push_str(&format!(" {late} handed in late.")),
    }
    // Who handed in nothing says nothing about what is hard.
    let there = gradebook.learners.iter().filter(|learner| learner.source.is_some());
    let mut totals: Vec<u64> = there.map(|learner| gradebook.total(learner)).collect();
    totals.sort_unstable();
    if let [lowest, .., highest] = totals.as_slice() {
        let middle = totals[(totals.len() - 1) / 2] + totals[totals.len() / 2];
        text.push_str(&format!(
            " Of {} those who handed in have {} to {}, half of them {} or more.",
            points(gradebook.full()),
            written(*lowest),
            written(*highest),
            written(middle / 2),
        ));
    }
    if let Some(part) = gradebook.part {
        text.push_str(&format!(" This is part {} of {}.", part.number, part.of));
    }
    fill(&text, "", look)
}

/// How many ended how, by exercise. Those that nobody has begun need no row.
fn exercises(gradebook: &Gradebook, look: Look) -> Option<String> {
    let mut counts = vec![[0_usize; 6]; gradebook.exercises.len()];
    for learner in &gradebook.learners {
        for (counts, entry) in counts.iter_mut().zip(entries(gradebook, learner)) {
            if let Some(place) = place(entry.outcome) {
                counts[place] += 1;
            }
        }
    }
    let all = || gradebook.exercises.iter().map(|column| column.name.as_str()).zip(&counts);
    let (begun, others): (Vec<_>, Vec<_>) =
        all().partition(|(_, counts)| counts[..5].iter().any(|count| *count > 0));
    let ends: Vec<usize> = (0..6)
        .filter(|end| ENDS[*end].1 || begun.iter().any(|(_, counts)| counts[*end] > 0))
        .collect();
    let names = begun.iter().map(|(name, _)| display_width(name)).max().unwrap_or(0);
    let wide = names + 4 + ends.iter().map(|end| ENDS[*end].0.len() + 3).sum::<usize>();
    let mut parts = Vec::new();
    if begun.is_empty() {
    } else if look.spoken || wide > look.width {
        parts.push(
            begun
                .iter()
                .map(|(name, counts)| sentence(name, counts, look))
                .collect::<Vec<_>>()
                .join("\n"),
        );
    } else {
        parts.push(table::draw(&rows(&begun, &ends), look));
    }
    if !others.is_empty() {
        let names: Vec<_> = others.iter().map(|(name, _)| *name).collect();
        parts.push(fill(&format!("Nobody has begun {}.", names.join(", ")), "  ", look));
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn place(outcome: Outcome) -> Option<usize> {
    Some(match outcome {
        Outcome::Ended(Status::Passed) => 0,
        Outcome::Ended(Status::Failed) => 1,
        Outcome::Ended(Status::DoesNotCompile) => 2,
        Outcome::Ended(Status::TimedOut) => 3,
        Outcome::Ended(Status::Crashed) => 4,
        Outcome::Ended(Status::NotStarted) | Outcome::NotHandedIn | Outcome::Unreadable => 5,
        Outcome::Ended(
            Status::Broken | Status::NoServer | Status::NeedsNewer | Status::NeedsMore,
        ) => return None,
    })
}

fn rows(begun: &[(&str, &[usize; 6])], ends: &[usize]) -> Table {
    let mut columns = vec![("exercise".to_owned(), String::new())];
    columns.extend(ends.iter().map(|end| (ENDS[*end].0.to_owned(), String::new())));
    let cell = |counts: &[usize; 6], end: usize| {
        let width = ENDS[end].0.len();
        // None is drawn as the absence that it is.
        let count = if counts[end] == 0 { String::new() } else { counts[end].to_string() };
        Some(format!("{count:>width$}"))
    };
    let row = |(name, counts): &(&str, &[usize; 6])| {
        let cells = ends.iter().map(|end| cell(counts, *end));
        std::iter::once(Some((*name).to_owned())).chain(cells).collect()
    };
    Table { columns, rows: begun.iter().map(row).collect(), ..Table::default() }
}

/// The same of one exercise in words.
fn sentence(name: &str, counts: &[usize; 6], look: Look) -> String {
    let ends = counts.iter().zip(ENDS).filter(|(count, _)| **count > 0);
    let ends: Vec<String> = ends.map(|(count, (word, _))| format!("{count} {word}")).collect();
    fill(&format!("{name}: {}", ends.join(", ")), "  ", look)
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
    let line = |((number, name), count): &((u32, &str), usize)| {
        let text = format!("  {count:>4}  exercise {number}: {}", harmless(name));
        fill(&text, "        ", look)
    };
    let lines: Vec<String> = failed.iter().take(CHECKS).map(line).collect();
    (!lines.is_empty()).then(|| headed("What most learners fail:", &lines, look))
}

/// What was strange about submissions.
fn notes(gradebook: &Gradebook, look: Look) -> Option<String> {
    let noted: Vec<_> =
        gradebook.learners.iter().filter(|learner| !learner.notes.is_empty()).collect();
    let mut lines: Vec<String> = Vec::new();
    for learner in noted.iter().take(NAMED) {
        let name = harmless(&learner.name);
        for note in learner.notes.iter().take(EACH) {
            lines.push(fill(&format!("  {name}: {}", harmless(note)), "    ", look));
        }
        if let Some(more) = learner.notes.len().checked_sub(EACH).filter(|more| *more > 0) {
            lines.push(fill(&format!("  {name}: and {more} more"), "    ", look));
        }
    }
    if noted.len() > NAMED {
        lines.push(format!("  and {}", many(noted.len() - NAMED, "more learner")));
    }
    (!lines.is_empty()).then(|| headed("To look at:", &lines, look))
}

/// What could not be graded, through nobody's fault.
fn ours(gradebook: &Gradebook, look: Look) -> Option<String> {
    let missing = |learner| entries(gradebook, learner).any(|entry| entry.outcome.is_ours());
    let concerned: Vec<_> = gradebook
        .learners
        .iter()
        .filter(|learner| missing(learner))
        .map(|one| harmless(&one.name))
        .collect();
    let mut names = concerned.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if concerned.len() > NAMED {
        names.push_str(&format!(" and {} more", concerned.len() - NAMED));
    }
    let ours = |status| Outcome::Ended(status).is_ours();
    let why = gradebook.answers.values().find(|graded| ours(graded.status));
    let why = why.map_or_else(String::new, |graded| harmless(&graded.message));
    (!concerned.is_empty()).then(|| {
        let text = format!(
            "Not all was graded, through no fault of the answers: {why}\nConcerned: {names}. The \
             same command grades what is missing."
        );
        text.lines().map(|line| fill(line, "  ", look)).collect::<Vec<_>>().join("\n")
    })
}

/// `1 point`, `2.5 points`.
fn points(hundredths: u64) -> String {
    format!("{} point{}", written(hundredths), if hundredths == 100 { "" } else { "s" })
}

fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn headed(heading: &str, lines: &[String], look: Look) -> String {
    format!("{}\n{}", fill(heading, "", look), lines.join("\n"))
}

/// Fits text into the width, its further lines after an indent.
fn fill(text: &str, indent: &str, look: Look) -> String {
    let options = textwrap::Options::new(look.width)
        .subsequent_indent(indent)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(&look.redraw(text), options)
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;
    use crate::report::look::PLAIN;

    fn drawn(look: Look) -> String {
        draw(&sample(), &[Format::Html, Format::Csv], Path::new("graded"), look)
    }

    #[test]
    fn it_fits_whatever_the_width_and_shows_nothing_hostile() {
        for width in [20, 40, 80, 100] {
            for (unicode, spoken) in [(true, false), (false, false), (false, true)] {
                let text = drawn(Look { width, unicode, spoken, ..PLAIN });
                for line in text.lines() {
                    let fits = display_width(line) <= width || !line.trim().contains(' ');
                    assert!(fits, "{width}: {line}");
                    assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
                }
                assert!(unicode || !text.contains(['│', '…']), "{text}");
                assert!(!text.contains("int4"), "{text}");
            }
        }
    }

    #[test]
    fn the_class_comes_first_and_what_is_not_graded_right_after() {
        let text = drawn(PLAIN);
        let at = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word}: {text}"));
        assert!(at("5 learners, 3 exercises. 1 handed in") < 40, "{text}");
        assert!(at("Not all was graded") < at("│ 07_insert"));
        assert!(at("│ 07_insert") < at("What most learners fail"));
        assert!(at("To look at") < at("Written to:\n  graded/gradebook.html"));
        let narrow = drawn(Look { width: 40, ..PLAIN });
        assert!(narrow.contains("07_insert: 1 passed, 1 failed, 1"), "{narrow}");
    }

    #[test]
    fn exercises_that_nobody_began_are_named_in_one_sentence() {
        let mut gradebook = sample();
        for learner in &mut gradebook.learners {
            learner.marks.retain(|name, _| name == "07_insert");
        }
        let text = draw(&gradebook, &[], Path::new("graded"), PLAIN);
        assert!(text.contains("Nobody has begun 08_select, 09_upsert."), "{text}");
        assert!(!text.contains("│ 08_select"), "{text}");
    }
}
