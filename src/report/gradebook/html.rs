//! The gradebook as one page that needs no server and no network.
//!
//! All that a learner can write (names, answers, notes, and the messages that quote them) is hostile
//! here. In the HTML it is escaped. For the script it lies in a block of JSON in which no character
//! means anything to HTML, and the script puts it on the page as text and never as markup. A policy
//! in the head lets the one script and the one style sheet of this file through, by their hashes, and
//! nothing else. Characters that cannot be seen, or that turn the text around, are written as such.
//!
//! The script sorts, filters and opens answers. Without it the table, the totals, the notes and where
//! the class struggles are there all the same. The same gradebook makes the same bytes.

mod data;
mod identical;
mod struggle;
mod table;
mod text;
mod totals;
mod view;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::class::gradebook::{Credit, Gradebook, written};
pub(super) use text::one_line;
use text::{counted, line};
use view::View;

const STYLE: &str = include_str!("html/gradebook.css");
const SCRIPT: &str = concat!(include_str!("html/panel.js"), include_str!("html/table.js"));

/// Makes the page.
pub fn page(gradebook: &Gradebook) -> String {
    let view = View::of(gradebook);
    // A browser hashes what it has parsed, and that has no carriage returns, which a checkout on
    // Windows may have.
    let [style, script] = [STYLE, SCRIPT].map(|text| text.replace("\r\n", "\n"));
    // An icon of no bytes, because a web host would be asked for one.
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; \
         form-action 'none'",
        hash(&script),
        hash(&style)
    );
    let title = match gradebook.course.trim() {
        "" => "Gradebook".to_owned(),
        course => format!("{} · gradebook", line(course)),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n<style>{style}</style>\n\
         </head>\n<body>\n<a class=\"skip\" href=\"#learners\">To the table</a>\n{}\
         <main>\n{}{}{}{}{}</main>\n{PANEL}\
         <script type=\"application/json\" id=\"data\">{}</script>\n<script>{script}</script>\n\
         </body>\n</html>\n",
        header(&view, &title),
        table::section(&view),
        struggle::section(&view),
        totals::section(&view),
        identical::section(&view),
        notes(&view),
        data::json(&view),
    )
}

/// What the script fills when a cell is opened.
const PANEL: &str = "<dialog id=\"panel\" aria-labelledby=\"panel-title\">\n<div class=\"top\">\n\
    <h2 id=\"panel-title\" tabindex=\"-1\"></h2>\n<div class=\"turn\">\n\
    <button type=\"button\" data-turn=\"-1\" aria-keyshortcuts=\"p\">Previous <kbd>p</kbd></button>\n\
    <button type=\"button\" data-turn=\"1\" aria-keyshortcuts=\"n\">Next <kbd>n</kbd></button>\n\
    <button type=\"button\" data-close>Close <kbd>Esc</kbd></button>\n</div>\n</div>\n\
    <div id=\"panel-body\"></div>\n</dialog>\n";

fn header(view: &View<'_>, title: &str) -> String {
    let book = view.book;
    let figures = format!(
        "{} · {} · {} at most",
        counted(book.learners.len(), "learner"),
        counted(book.exercises.len(), "exercise"),
        match book.full() {
            100 => "1 point".to_owned(),
            full => format!("{} points", written(full)),
        },
    );
    let credit = match book.credit {
        Credit::Checks => "a failed answer counts by the checks that it passes",
        Credit::Whole => "a failed answer counts for nothing",
    };
    let notes = match book.learners.iter().any(|learner| !learner.notes.is_empty()) {
        true => "<a href=\"#notes\">Notes</a>\n",
        false => "",
    };
    format!(
        "<header>\n<h1>{title}</h1>\n<p>{figures} · {credit} · graded by pglings {}</p>\n\
         <nav aria-label=\"Sections\">\n<a href=\"#learners\">Learners</a>\n\
         <a href=\"#struggle\">Where the class struggles</a>\n<a href=\"#totals\">Totals</a>\n\
         <a href=\"#identical\">Identical answers</a>\n{notes}</nav>\n</header>\n",
        line(&book.pglings),
    )
}

/// What was strange about the submissions.
fn notes(view: &View<'_>) -> String {
    let noted = view.book.learners.iter().filter(|learner| !learner.notes.is_empty());
    let list: String = noted
        .map(|learner| {
            let notes = learner.notes.iter().map(|note| format!("<li>{}</li>", line(note)));
            let notes: String = notes.collect();
            format!("<dt>{}</dt><dd><ul>{notes}</ul></dd>\n", table::who(learner))
        })
        .collect();
    if list.is_empty() {
        return list;
    }
    format!(
        "<section aria-labelledby=\"notes\">\n<h2 id=\"notes\">Notes on what was handed in</h2>\n\
         <dl>\n{list}</dl>\n</section>\n"
    )
}

/// A source of a content security policy that lets exactly this text through.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
