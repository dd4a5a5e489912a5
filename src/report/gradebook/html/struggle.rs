//! Where the class struggles: by exercise, by check, in total; and answers that are the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::table::name;
use super::text::{counted, line};
use super::view::{Answer, KINDS, View};
use crate::class::gradebook::written;

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

/// The sections below the table.
pub(super) fn sections(view: &View<'_>) -> String {
    format!(
        "<section aria-labelledby=\"struggle\">\n<h2 id=\"struggle\">Where the class struggles</h2>\n\
         {}{}</section>\n<section aria-labelledby=\"totals\">\n<h2 id=\"totals\">Totals</h2>\n{}\
         </section>\n<section aria-labelledby=\"identical\">\n\
         <h2 id=\"identical\">Identical answers</h2>\n{}</section>\n",
        by_exercise(view),
        by_check(view),
        totals(view),
        identical(view),
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

/// A histogram of ten bars, drawn and in words.
fn totals(view: &View<'_>) -> String {
    let (full, learners) = (view.book.full(), view.totals.len());
    if full == 0 || learners == 0 {
        return "<p>There is nothing to count.</p>\n".to_owned();
    }
    let mut bins = [0usize; 10];
    for total in &view.totals {
        bins[usize::try_from(total * 10 / full).unwrap_or(9).min(9)] += 1;
    }
    let most = bins.iter().max().copied().unwrap_or(1).max(1);
    let (mut bars, mut words) = (String::new(), Vec::new());
    for (at, &count) in bins.iter().enumerate() {
        let (x, height) = (20 + at * 60, count * 150 / most);
        let (y, from) = (175 - height, at * 10);
        let _ = write!(
            bars,
            "<rect x=\"{x}\" y=\"{y}\" width=\"56\" height=\"{height}\"/>\
             <text x=\"{}\" y=\"{}\">{count}</text><text x=\"{}\" y=\"196\">{from}</text>",
            x + 28,
            y - 6,
            x - 2,
        );
        words.push(format!("{from} to {} %: {}", from + 10, counted(count, "learner")));
    }
    let mut sorted = view.totals.clone();
    sorted.sort_unstable();
    let median = (sorted[(learners - 1) / 2] + sorted[learners / 2]) / 2;
    let mean = view.totals.iter().sum::<u64>() / learners as u64;
    format!(
        "<p>Of {} points, the mean is {} and the median {}.</p>\n\
         <svg class=\"histogram\" viewBox=\"0 0 660 222\" role=\"img\" aria-label=\"Learners by share \
         of the points. {}\">{bars}<text x=\"620\" y=\"196\">100</text>\
         <text x=\"320\" y=\"216\">% of the points</text></svg>\n",
        written(full),
        written(mean),
        written(median),
        words.join("; "),
    )
}

/// Groups of learners with one answer, by exercise; the largest first.
fn identical(view: &View<'_>) -> String {
    let mut groups: BTreeMap<usize, Vec<(usize, &Answer<'_>)>> = BTreeMap::new();
    for (at, answer) in view.shared() {
        if let Some(exercise) = answer.exercise {
            groups.entry(exercise).or_default().push((at, answer));
        }
    }
    if groups.is_empty() {
        return "<p>No two learners handed in the same answer.</p>\n".to_owned();
    }
    let mut html = "<p>A short answer may well be the same by chance.</p>\n".to_owned();
    for (exercise, mut answers) in groups {
        // A stable sort: those of one size stay in the order of their keys.
        answers.sort_by_key(|(_, answer)| std::cmp::Reverse(answer.learners.len()));
        let learners = answers.iter().map(|(_, answer)| answer.learners.len()).sum();
        let _ = writeln!(
            html,
            "<details><summary>{}: {} of {}</summary>\n<ul class=\"groups\">",
            line(&view.book.exercises[exercise].name),
            counted(answers.len(), "answer"),
            counted(learners, "learner"),
        );
        for (at, answer) in answers {
            html.push_str(&group(view, at, answer));
        }
        html.push_str("</ul>\n</details>\n");
    }
    html
}

fn group(view: &View<'_>, at: usize, answer: &Answer<'_>) -> String {
    let learners = answer.learners.iter().map(|&who| &view.book.learners[who]);
    let learners: Vec<String> =
        learners.map(|learner| format!("<bdi>{}</bdi>", line(name(learner)))).collect();
    let kind = &KINDS[super::view::kind(answer.graded.status)];
    let ours = if answer.ours { "<b class=\"flag\">the workbook's solution</b> " } else { "" };
    format!(
        "<li><b class=\"{}\">{}</b> {} {ours}<a href=\"#learners\" data-answer=\"{at}\">{} \
         learners</a>: {}</li>\n",
        kind.class,
        kind.sign,
        kind.words,
        answer.learners.len(),
        learners.join(", "),
    )
}
