//! What the script knows, as JSON inside the page.

use serde::Serialize;
use serde_json::{Value, json};

use super::struggle;
use super::text::{cut, lines, one_line};
use super::view::{KINDS, View};
use crate::class::gradebook::{Column, Learner};
use crate::grade::verdict::{Check, State};
use crate::report::look::plain;

/// Characters of an answer that the page keeps. The longest solution has a twentieth of it.
const ANSWER: usize = 100_000;

/// Characters of a message, and of what an answer printed.
const WORDS: usize = 10_000;

/// The JSON, in which nothing means anything to HTML or to a script: outside of its strings there is
/// none of the characters that are replaced.
pub(super) fn json(view: &View<'_>) -> String {
    let data = json!({
        "kinds": KINDS.iter().map(|kind| [kind.class, kind.sign, kind.words]).collect::<Vec<_>>(),
        "exercises": view.book.exercises.iter().map(exercise).collect::<Vec<_>>(),
        "learners": view.book.learners.iter().map(learner).collect::<Vec<_>>(),
        "totals": view.totals,
        "cells": cells(view),
        "answers": answers(view),
        "checks": struggle::failed_checks(view)
            .iter()
            .map(|check| json!([check.exercise, one_line(check.name), check.answers]))
            .collect::<Vec<_>>(),
    });
    let mut out = String::new();
    for c in data.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

fn exercise(column: &Column) -> Value {
    json!([one_line(&column.name), one_line(&column.title), column.points])
}

#[derive(Serialize)]
struct Who {
    name: String,
    id: String,
    source: Option<String>,
    submitted: Option<String>,
    late: bool,
    notes: Vec<String>,
}

fn learner(learner: &Learner) -> Who {
    let text = |text: &Option<String>| text.as_deref().map(one_line);
    Who {
        name: one_line(super::table::name(learner)),
        id: one_line(&learner.id),
        source: text(&learner.source),
        submitted: text(&learner.submitted),
        late: learner.late,
        notes: learner.notes.iter().map(|note| one_line(note)).collect(),
    }
}

/// By learner and exercise: kind, points in hundredths, and the answer or why there is none.
fn cells(view: &View<'_>) -> Vec<Vec<Value>> {
    let cell = |cell: &super::view::Cell<'_>| {
        let message = match cell.message {
            "" => Value::Null,
            message => json!(cut(&lines(&plain(message)), WORDS)),
        };
        json!([cell.kind, cell.points, cell.answer, message])
    };
    view.cells.iter().map(|row| row.iter().map(cell).collect()).collect()
}

fn answers(view: &View<'_>) -> Vec<Value> {
    let answer = |answer: &super::view::Answer<'_>| {
        let graded = answer.graded;
        json!({
            "text": cut(&lines(&graded.text), ANSWER),
            "checks": graded.checks.iter().map(check).collect::<Vec<_>>(),
            "message": cut(lines(&plain(&graded.message)).trim_end(), WORDS),
            "output": cut(lines(&graded.output).trim_end(), WORDS),
            "learners": answer.learners,
            "ours": answer.ours,
        })
    };
    view.answers.iter().map(answer).collect()
}

/// Name, state, and what there is to say of it.
fn check(check: &Check) -> Value {
    let (state, message) = match &check.state {
        State::Passed => ("passed", ""),
        State::Failed(message) => ("failed", &**message),
        State::NotTried(why) => ("untried", &**why),
    };
    json!([one_line(&check.name), state, cut(&lines(message), WORDS)])
}
