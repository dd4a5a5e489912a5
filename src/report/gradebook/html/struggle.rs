//! Where the class struggles: by exercise and by check.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::text::{counted, line};
use super::view::{KINDS, View};

/// As many checks are listed at once; the others are behind a click.
const MOST: usize = 20;

/// A check that some answer fails.
pub(super) struct FailedCheck<'a> {
    /// Where its exercise is in the gradebook.
    pub(super) exercise: usize,
    /// Its name.
    pub(super) name: &'a str,
    /// Where the answers that fail it are in [`View::answers`].
    pub(super) answers: Vec<usize>,
    /// Learners whose answers fail it.
    failed: usize,
    /// Learners whose answers were put to it.
    tried: usize,
}

/// All checks that some answer fails; what most learners fail comes first.
pub(super) fn failed_checks<'a>(view: &View<'a>) -> Vec<FailedCheck<'a>> {
    let mut checks: BTreeMap<(usize, &str), FailedCheck<'a>> = BTreeMap::new();
    for (at, answer) in view.answers.iter().enumerate() {
        let Some(exercise) = answer.exercise else { continue };
        let learners = answer.learners.len();
        for check in &answer.graded.checks {
            let entry = checks.entry((exercise, &check.name)).or_insert_with(|| FailedCheck {
                exercise,
                name: &check.name,
                answers: Vec::new(),
                failed: 0,
                tried: 0,
            });
            if check.failed() && entry.answers.last() != Some(&at) {
                entry.answers.push(at);
                entry.failed += learners;
            }
            if check.failed() || check.passed() {
                entry.tried += learners;
            }
        }
    }
    let mut checks: Vec<_> = checks.into_values().filter(|check| check.failed > 0).collect();
    checks.sort_by_key(|check| std::cmp::Reverse(check.failed));
    checks
}

/// The section.
pub(super) fn section(view: &View<'_>) -> String {
    format!(
        "<section aria-labelledby=\"struggle\">\n<h2 id=\"struggle\">Where the class struggles</h2>\n\
         {}{}</section>\n",
        by_exercise(view),
        by_check(view),
    )
}

/// A bar for each exercise, and the same in figures.
fn by_exercise(view: &View<'_>) -> String {
    let mut html =
        "<h3>By exercise</h3>\n<div class=\"box\">\n<table class=\"plain\">\n<thead><tr>\
        <th scope=\"col\">Exercise</th><th scope=\"col\" class=\"bar\">Learners</th></tr></thead>\n\
        <tbody>\n"
            .to_owned();
    for (at, column) in view.book.exercises.iter().enumerate() {
        let (mut bar, mut figures, mut x) = (String::new(), String::new(), 0);
        for (kind, look) in KINDS.iter().enumerate() {
            let count = view.cells.iter().filter(|row| row[at].kind == kind).count();
            if count == 0 {
                continue;
            }
            let class = look.class;
            let _ =
                write!(bar, "<rect class=\"{class}\" x=\"{x}\" width=\"{count}\" height=\"1\"/>");
            let _ = write!(
                figures,
                "<li><a href=\"#learners\" data-exercise=\"{at}\" data-kind=\"{kind}\">\
                 <b class=\"{class}\">{}</b> {count} {}</a></li> ",
                look.sign, look.words
            );
            x += count;
        }
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{} <small>{}</small></th><td><svg viewBox=\"0 0 {} 1\" \
             preserveAspectRatio=\"none\" aria-hidden=\"true\">{bar}</svg><ul>{figures}</ul></td></tr>",
            line(&column.name),
            line(&column.title),
            x.max(1),
        );
    }
    html + "</tbody>\n</table>\n</div>\n"
}

fn by_check(view: &View<'_>) -> String {
    let mut html = "<h3>By check</h3>\n".to_owned();
    let checks = failed_checks(view);
    if checks.is_empty() {
        return html + "<p>No check fails.</p>\n";
    }
    html.push_str("<ol class=\"checks\">\n");
    for (at, check) in checks.iter().enumerate() {
        if at == MOST {
            let more = counted(checks.len() - MOST, "more check");
            let _ = write!(
                html,
                "</ol>\n<details><summary>{more}</summary>\n\
                 <ol class=\"checks\" start=\"{}\">\n",
                MOST + 1
            );
        }
        let _ = writeln!(
            html,
            "<li><a href=\"#learners\" data-check=\"{at}\">{}</a> <small>{}: {} of {} who came to \
             it fail, in {}</small></li>",
            line(check.name),
            line(&view.book.exercises[check.exercise].name),
            check.failed,
            check.tried,
            counted(check.answers.len(), "different answer"),
        );
    }
    html.push_str(if checks.len() > MOST { "</ol>\n</details>\n" } else { "</ol>\n" });
    html
}
