//! Answers that several learners handed in.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::table::name;
use super::text::{counted, line};
use super::view::{Answer, KINDS, View, kind};

/// The section.
pub(super) fn section(view: &View<'_>) -> String {
    format!(
        "<section aria-labelledby=\"identical\">\n<h2 id=\"identical\">Identical answers</h2>\n{}\
         </section>\n",
        identical(view)
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
    let look = &KINDS[kind(answer.graded.status)];
    let ours = if answer.ours { "<b class=\"flag\">the workbook's solution</b> " } else { "" };
    format!(
        "<li><b class=\"{}\">{}</b> {} {ours}<a href=\"#learners\" data-answer=\"{at}\">{} \
         learners</a>: {}</li>\n",
        look.class,
        look.sign,
        look.words,
        answer.learners.len(),
        learners.join(", "),
    )
}
