//! The workbook as a book: static pages that need no server and no network.
//!
//! Pages are made from transcripts, so the book shows what ran and nothing else. All of it lies in
//! one folder and refers to its own files by name alone: it works from a disk and from any web
//! host. The same texts make the same bytes.

mod index;
mod markdown;
mod page;

use std::fmt::Write as _;

use crate::lesson::catalogue::{Lesson, MODULES};
pub use markdown::escape;
use markdown::{Rendered, render};

/// Stands at the beginning of every file of a book, so that one is told from somebody's own.
pub const MARK: &str = "Written by pglings dev book";

/// A lesson, and its transcript if there is one.
pub type Chapter = (&'static Lesson, Option<String>);

/// A file of the book: its name and its text.
pub type File = (String, String);

/// Makes the files of a book. A lesson without a transcript is listed, and not linked.
pub fn of(readme: &str, chapters: &[Chapter]) -> Vec<File> {
    let written: Vec<&Lesson> =
        chapters.iter().filter(|(_, text)| text.is_some()).map(|(lesson, _)| *lesson).collect();
    let link = |target: &str| resolve(target, &written);
    let number = |number: u32| {
        written.iter().find(|lesson| lesson.number == number).map(|lesson| file_name(lesson))
    };
    let start = readme.split("\n## The modules").next().unwrap_or_default();
    // What it is, then the contents, then how to do more than read.
    let (start, rest) = start.split_at(start.find("\n## ").unwrap_or(start.len()));
    let [start, rest] = [start, rest].map(|text| render(text, &link, &number).html);
    let mut files = vec![("index.html".to_owned(), page::front(&start, &rest, chapters))];
    let mut entries = Vec::new();
    let pages: Vec<(&Lesson, Rendered)> = chapters
        .iter()
        .filter_map(|(lesson, text)| {
            Some((*lesson, render(body(text.as_deref()?), &link, &number)))
        })
        .collect();
    for (at, (lesson, rendered)) in pages.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| pages.get(at)).map(|(lesson, _)| *lesson);
        let after = pages.get(at + 1).map(|(lesson, _)| *lesson);
        let text = page::lesson(lesson, rendered, chapters, before, after);
        files.push((file_name(lesson), text));
        entries.push((*lesson, rendered));
    }
    files.push(("search.js".to_owned(), index::of(&entries)));
    files.push(("book.js".to_owned(), format!("// {MARK}.\n{}", include_str!("book.js"))));
    files.push(("book.css".to_owned(), format!("/* {MARK}. */\n{}", include_str!("book.css"))));
    files
}

/// The page of a lesson.
fn file_name(lesson: &Lesson) -> String {
    format!("{}.html", lesson.stem)
}

/// A transcript without what the page says itself: who wrote it, and in which module it is.
fn body(transcript: &str) -> &str {
    transcript.find("\n# ").map_or(transcript, |at| &transcript[at + 1..])
}

/// Where a link leads: elsewhere on the web, or to a page of the book. Other files are not in it.
fn resolve(target: &str, written: &[&Lesson]) -> Option<String> {
    if target.starts_with("https://") || target.starts_with("http://") {
        return Some(target.to_owned());
    }
    let name = target.rsplit('/').next()?.strip_suffix(".md")?;
    written.iter().find(|lesson| lesson.stem == name).map(|lesson| file_name(lesson))
}

/// Modules with their lessons, as lists. The lesson at hand is marked.
fn contents(chapters: &[Chapter], here: Option<(&Lesson, &str)>) -> String {
    let mut html = String::new();
    for module in MODULES {
        let _ = writeln!(html, "<h3>{}. {}</h3>", module.number, escape(module.title));
        let mut of_module =
            chapters.iter().filter(|(lesson, _)| lesson.module == module.number).peekable();
        if of_module.peek().is_none() {
            html.push_str("<p class=\"unwritten\">not written yet</p>\n");
            continue;
        }
        html.push_str("<ol>\n");
        for (lesson, transcript) in of_module {
            let title = escape(&lesson.cut().title);
            let number = lesson.number;
            let (current, steps) = match here {
                Some((at, steps)) if at.number == number => (" aria-current=\"page\"", steps),
                _ => ("", ""),
            };
            let _ = match transcript {
                Some(_) => {
                    let file = file_name(lesson);
                    writeln!(
                        html,
                        "<li value=\"{number}\"><a href=\"{file}\"{current}>{title}</a>{steps}</li>"
                    )
                }
                None => writeln!(html, "<li value=\"{number}\" class=\"unwritten\">{title}</li>"),
            };
        }
        html.push_str("</ol>\n");
    }
    html
}

#[cfg(test)]
mod tests;
