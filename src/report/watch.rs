//! What `watch` shows.

use colored::Colorize;

use super::look::Look;
use super::screen::bar;
use super::{difference, highlight, prose, verdict};
use crate::exercise::Exercise;
use crate::grade;
use crate::grade::verdict::{Status, Verdict};
use crate::lesson::event::Language;
use crate::lesson::source::Source;

/// A page of `watch`.
pub enum Page {
    /// What is asked for.
    Task(&'static Exercise),
    /// A verdict.
    Verdict(Box<Verdict>, Way),
    /// The first so many hints.
    Hints(&'static Exercise, usize),
    /// Our answer.
    Solution(&'static Exercise),
    /// How this answer differs from ours.
    Difference(&'static Exercise, String),
    /// All that was begun.
    All(Vec<Line>),
    /// What kept something from being done.
    Trouble(String),
}

/// What is known of one of all exercises.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its file name.
    pub name: &'static str,
    status: Option<Status>,
    /// The first check that failed.
    failed: Option<String>,
}

impl Line {
    /// One that is still to be graded.
    pub fn of(exercise: &Exercise) -> Line {
        Line { name: exercise.stem, status: None, failed: None }
    }

    /// Takes its verdict.
    pub fn take(&mut self, verdict: &Verdict) {
        self.status = Some(verdict.status);
        self.failed = verdict.checks.iter().find(|one| one.failed()).map(|one| one.name.clone());
    }
}

/// How far the learner has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// How many exercises are passed.
    pub passed: usize,
    /// How many there are.
    pub of: usize,
    /// What comes next, in words.
    pub next: Option<String>,
}

/// What is said of a pass: short, and not the same each time.
const WELL: &[&str] =
    &["Well done.", "That is it.", "Every check holds.", "The server agrees.", "Neatly done."];

/// The body of a page.
pub fn draw(page: &Page, look: Look) -> String {
    match page {
        Page::Task(exercise) => task(exercise, look),
        Page::Verdict(found, way) if found.status == Status::Passed => {
            // First what matters: on a small screen the rest is below it.
            format!("{}\n\n{}", passed(found, way, look), verdict::draw(found, look))
        }
        Page::Verdict(found, _) => verdict::draw_with(found, "Press h for a hint.", look),
        Page::Hints(exercise, shown) => hints(exercise, *shown, look),
        Page::Solution(exercise) => highlight::code(&exercise.unmarked(), Language::Rust, look),
        Page::Difference(exercise, yours) => {
            match difference::draw(yours, &exercise.unmarked(), look) {
                Some(drawn) => format!(
                    "{}, {}:\n\n{drawn}",
                    look.paint("- yours", |text| text.red()),
                    look.paint("+ ours", |text| text.green())
                ),
                None => "Your answer is ours, to the letter.".to_owned(),
            }
        }
        Page::All(lines) => all(lines, look),
        Page::Trouble(text) => prose::render(text, look),
    }
}

fn task(exercise: &Exercise, look: Look) -> String {
    let source = Source::cut(exercise.solution);
    let title = look.paint(&source.title, |text| text.bold().underline());
    let rest = format!(
        "Open `{}`, replace each `todo!()`, and save. The verdict comes by itself. \
         Its lesson is behind `w`.",
        exercise.path()
    );
    // How to grade it by hand is not what is to be known here.
    let introduction = source.introduction.split("\n\nCheck your answer with ").next();
    let introduction = introduction.unwrap_or_default();
    format!(
        "{title}\n\n{}\n\n{}",
        prose::render(introduction, look).trim_end(),
        prose::render(&rest, look)
    )
}

fn passed(verdict: &Verdict, way: &Way, look: Look) -> String {
    let well = WELL[verdict.number as usize % WELL.len()];
    let mut lines = vec![
        format!("  {}", look.paint(well, |text| text.green().bold())),
        format!("  {}", progress(way, look)),
        String::new(),
    ];
    lines.push(match &way.next {
        Some(next) => {
            let next = textwrap::fill(next, look.width.saturating_sub(5).max(10));
            let next = next.replace('\n', "\n     ");
            format!("  {}  {next}", look.paint("n", |text| text.bold()))
        }
        None => "  You have walked every lesson and passed every exercise.".to_owned(),
    });
    lines.push(format!(
        "  {}  how yours differs from our solution",
        look.paint("d", |text| text.bold())
    ));
    lines.join("\n")
}

fn progress(way: &Way, look: Look) -> String {
    let columns = look.width.saturating_sub(30).clamp(5, 30);
    let bar = look.paint(&bar(way.passed, way.of, columns, look), |text| text.green());
    let bar = if look.spoken { String::new() } else { format!("{bar} ") };
    format!("{bar}{} of {} exercises passed", way.passed, way.of)
}

fn hints(exercise: &Exercise, shown: usize, look: Look) -> String {
    let hints = grade::grader_of(exercise).hints;
    let shown = shown.min(hints.len());
    let mut parts: Vec<String> = hints[..shown]
        .iter()
        .enumerate()
        .map(|(index, hint)| {
            prose::render(&format!("**Hint {} of {}.** {hint}", index + 1, hints.len()), look)
        })
        .collect();
    parts.push(if shown < hints.len() {
        "h shows the next one.".to_owned()
    } else {
        "That is all of them. s shows the solution.".to_owned()
    });
    parts.join("\n\n")
}

/// A line each; of what failed, the first check that did.
fn all(all: &[Line], look: Look) -> String {
    if all.is_empty() {
        return "No exercise is begun yet.".to_owned();
    }
    let mut lines = Vec::new();
    for line in all {
        let sign = match line.status {
            None => look.sign("·", "."),
            Some(Status::Passed) => look.sign("✓", "ok"),
            Some(_) => look.sign("✗", "NO"),
        };
        let sign = look.paint(sign, |text| match line.status {
            None => text.dimmed(),
            Some(Status::Passed) => text.green(),
            Some(_) => text.red().bold(),
        });
        let words = line.status.map_or("to be graded", Status::words);
        lines.push(match look.spoken {
            true => format!("{}: {words}", line.name),
            false => format!("  {sign} {}: {words}", line.name),
        });
        if let Some(check) = &line.failed {
            let options = textwrap::Options::new(look.width)
                .initial_indent("      ")
                .subsequent_indent("      ");
            let check = textwrap::fill(check, options);
            lines.extend(check.lines().map(|line| look.paint(line, |text| text.dimmed())));
        }
    }
    let of = |status| all.iter().filter(|line| line.status == status).count();
    let (passed, open) = (of(Some(Status::Passed)), of(None));
    let open = if open > 0 { format!(", {open} to be graded") } else { String::new() };
    lines.push(format!("\n  {passed} of {} that are begun have passed{open}.", all.len()));
    lines.join("\n")
}
