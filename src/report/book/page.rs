//! The frame of a page: head, contents at the side, and where to go from here.

use std::fmt::Write as _;

use super::markdown::{Rendered, escape};
use super::{Chapter, MARK, contents, file_name};
use crate::lesson::catalogue::Lesson;

/// The first page: what pglings is, and the contents.
pub(super) fn front(start: &str, rest: &str, chapters: &[Chapter]) -> String {
    let contents = contents(chapters, None);
    let first = chapters.iter().find(|(_, text)| text.is_some()).map(|(lesson, _)| *lesson);
    let main = format!(
        "{start}\n<section class=\"contents\" id=\"contents\">\n<h2>Contents</h2>\n{contents}</section>\n{}{rest}",
        turn(None, first)
    );
    frame("pglings", "", &main, (None, first))
}

/// The page of a lesson.
pub(super) fn lesson(
    lesson: &Lesson,
    rendered: &Rendered,
    chapters: &[Chapter],
    before: Option<&Lesson>,
    after: Option<&Lesson>,
) -> String {
    let title = format!("{}. {}", lesson.number, lesson.cut().title);
    let steps: String = rendered
        .sections
        .iter()
        .filter(|section| !section.id.is_empty())
        // The first is the title of the page.
        .skip(1)
        .fold(String::new(), |mut steps, section| {
            let title = escape(&section.title);
            let _ = write!(steps, "<li><a href=\"#{}\">{title}</a></li>", section.id);
            steps
        });
    let steps = format!("<ul>{steps}</ul>");
    let side = contents(chapters, Some((lesson, &steps)));
    let module = lesson.module().map_or_else(String::new, |module| {
        format!("<p class=\"module\">Module {} · {}</p>\n", module.number, escape(module.title))
    });
    let main = format!("{module}{}{}", rendered.html, turn(before, after));
    frame(&title, &side, &main, (before, after))
}

/// The lesson before and the next one.
fn turn(before: Option<&Lesson>, after: Option<&Lesson>) -> String {
    let link = |lesson: &Lesson, class: &str, word: &str| {
        let (number, title) = (lesson.number, escape(&lesson.cut().title));
        let file = file_name(lesson);
        format!("<a class=\"{class}\" href=\"{file}\"><small>{word}</small>{number}. {title}</a>\n")
    };
    let mut html = "<nav class=\"turn\" aria-label=\"Pages\">\n".to_owned();
    html.extend(before.map(|lesson| link(lesson, "before", "← before")));
    html.extend(after.map(|lesson| link(lesson, "after", "next →")));
    html + "</nav>\n"
}

fn frame(
    title: &str,
    side: &str,
    main: &str,
    (before, after): (Option<&Lesson>, Option<&Lesson>),
) -> String {
    let relation = |lesson: Option<&Lesson>, name: &str| {
        lesson.map_or_else(String::new, |lesson| {
            format!("<link rel=\"{name}\" href=\"{}\">\n", file_name(lesson))
        })
    };
    let relations = relation(before, "prev") + &relation(after, "next");
    let title = match title {
        "pglings" => "pglings: PostgreSQL for Rust programmers".to_owned(),
        title => format!("{} · pglings", escape(title)),
    };
    let side = match side {
        "" => String::new(),
        side => format!("<nav class=\"side\" aria-label=\"Contents\">\n{side}</nav>\n"),
    };
    format!(
        "<!doctype html>\n<!-- {MARK}. -->\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n{relations}\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"book.css\">\n\
         <script src=\"book.js\" defer></script>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">To the text</a>\n\
         <header>\n<a href=\"index.html\">pglings</a>\n<a href=\"index.html#contents\">Contents</a>\n\
         <button type=\"button\" id=\"find\" hidden>Search <kbd>/</kbd></button>\n</header>\n\
         {side}<main id=\"main\">\n{main}</main>\n\
         <dialog id=\"search\" aria-label=\"Search\">\n<form method=\"dialog\">\n\
         <input type=\"search\" placeholder=\"Search all lessons\" aria-label=\"Search all lessons\" \
         autocomplete=\"off\" spellcheck=\"false\">\n<button>Close</button>\n</form>\n\
         <p role=\"status\"></p>\n<ol></ol>\n</dialog>\n</body>\n</html>\n"
    )
}
