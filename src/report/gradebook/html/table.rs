//! Learners × exercises.

use std::fmt::Write as _;

use super::text::{counted, line};
use super::view::{KINDS, View};
use crate::class::gradebook::{Column, Learner, written};
use crate::report::book::escape;

/// Above this many exercises, paper has no room for the points of each.
const MANY: usize = 24;

/// The table with its legend, and the controls that the script shows.
pub(super) fn section(view: &View<'_>) -> String {
    let book = view.book;
    let head: String = book.exercises.iter().map(head).collect();
    let rows: String = (0..book.learners.len()).map(|who| row(view, who)).collect();
    let many = if book.exercises.len() > MANY { " class=\"many\"" } else { "" };
    format!(
        "<section aria-labelledby=\"learners\">\n<h2 id=\"learners\">Learners</h2>\n{}{}\
         <div class=\"box\" id=\"box\" role=\"region\" aria-labelledby=\"learners\" tabindex=\"0\">\n\
         <table id=\"table\"{many}>\n<thead>\n<tr><th scope=\"col\"><button type=\"button\">Learner\
         </button></th><th scope=\"col\"><button type=\"button\">Total</button></th>{head}</tr>\n\
         </thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n</section>\n",
        controls(view),
        legend(view),
    )
}

/// What a learner is called: the name, or the id where the roster has none.
pub(super) fn name(learner: &Learner) -> &str {
    match learner.name.trim() {
        "" => &learner.id,
        name => name,
    }
}

/// Name and id in HTML. What is written from right to left turns nothing around it.
pub(super) fn who(learner: &Learner) -> String {
    let name = name(learner);
    let id = match name == learner.id {
        true => String::new(),
        false => format!(" <small><bdi>{}</bdi></small>", line(&learner.id)),
    };
    format!("<bdi>{}</bdi>{id}", line(name))
}

fn head(column: &Column) -> String {
    let points = counted(column.points as usize, "point");
    let title = format!("{}: {}, {points}", line(&column.name), line(&column.title));
    format!(
        "<th scope=\"col\"><button type=\"button\" title=\"{title}\"><span>{}</span></button></th>",
        line(&column.name)
    )
}

fn row(view: &View<'_>, at: usize) -> String {
    let learner = &view.book.learners[at];
    let mut html = format!("<tr><th scope=\"row\"><span>{}</span>", who(learner));
    if learner.late {
        html.push_str(" <b class=\"flag\">late</b>");
    }
    if !learner.notes.is_empty() {
        let _ = write!(html, " <b class=\"flag\">{}</b>", counted(learner.notes.len(), "note"));
    }
    if learner.source.is_none() {
        html.push_str(" <b class=\"flag\">nothing handed in</b>");
    }
    let _ = write!(html, "</th><td class=\"total\">{}</td>", written(view.totals[at]));
    for cell in &view.cells[at] {
        let kind = &KINDS[cell.kind];
        let points = match cell.answer {
            Some(_) => format!(" {}", written(cell.points)),
            None => String::new(),
        };
        let _ = write!(
            html,
            "<td class=\"{}\"><i role=\"img\" aria-label=\"{}\">{}</i>{points}</td>",
            kind.class,
            escape(kind.words),
            kind.sign
        );
    }
    html + "</tr>\n"
}

/// What the signs mean: those that occur.
fn legend(view: &View<'_>) -> String {
    let mut html = "<ul class=\"legend\" aria-label=\"Signs\">\n".to_owned();
    for (at, kind) in KINDS.iter().enumerate() {
        if view.cells.iter().flatten().any(|cell| cell.kind == at) {
            let (class, sign, words) = (kind.class, kind.sign, kind.words);
            let _ = writeln!(html, "<li><b class=\"{class}\">{sign}</b> {words}</li>");
        }
    }
    html + "</ul>\n"
}

/// Filters. Nothing of this works without the script, which shows it.
fn controls(view: &View<'_>) -> String {
    let option = |(at, column): (usize, &Column)| {
        format!("<option value=\"{at}\">{}</option>", line(&column.name))
    };
    let exercises: String = view.book.exercises.iter().enumerate().map(option).collect();
    let kinds: String = KINDS
        .iter()
        .enumerate()
        .map(|(at, kind)| format!("<option value=\"{at}\">{}</option>", kind.words))
        .collect();
    format!(
        "<div id=\"controls\" hidden>\n<label>Find <kbd>/</kbd> <input type=\"search\" id=\"find\" \
         placeholder=\"name or id\" autocomplete=\"off\" spellcheck=\"false\"></label>\n\
         <label>Show <select id=\"which\">\n<option value=\"all\">all learners</option>\n\
         <option value=\"late\">late</option>\n<option value=\"nothing\">nothing handed in</option>\n\
         <option value=\"notes\">with notes</option>\n\
         <option value=\"same\">identical answers</option>\n{kinds}</select></label>\n\
         <label>in <select id=\"where\">\n<option value=\"any\">any exercise</option>\n{exercises}\
         </select></label>\n<button type=\"button\" id=\"reset\">Show all</button>\n\
         <p id=\"shown\" role=\"status\"></p>\n\
         <p class=\"keys\" id=\"keys\">Arrow keys move in the table, <kbd>Enter</kbd> opens what was handed in, \
         <kbd>Esc</kbd> closes it.</p>\n</div>\n"
    )
}
