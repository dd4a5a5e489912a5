//! What the search knows: the words of every part of every lesson.

use serde_json::json;

use super::markdown::Rendered;
use super::{MARK, file_name};
use crate::lesson::catalogue::Lesson;

/// The index as a script, since a page from a disk may read no other file. A line a lesson: its
/// page, its title, and its parts, each with name, heading and words.
pub(super) fn of(pages: &[(&Lesson, &Rendered)]) -> String {
    let mut text = format!("// {MARK}.\nwindow.pglingsIndex = [\n");
    for (lesson, rendered) in pages {
        let title = format!("{}. {}", lesson.number, lesson.cut().title);
        let parts: Vec<_> = rendered
            .sections
            .iter()
            .filter(|section| !section.id.is_empty())
            .map(|section| json!([section.id, section.title, words(&section.text)]))
            .collect();
        text.push_str(&json!([file_name(lesson), title, parts]).to_string());
        text.push_str(",\n");
    }
    text + "];\n"
}

/// Words with one space between them, without the lines of tables.
fn words(text: &str) -> String {
    let frame = |c: char| ('\u{2500}'..='\u{259f}').contains(&c) || c.is_whitespace();
    let words: Vec<&str> = text.split(frame).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
