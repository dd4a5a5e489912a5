use std::collections::BTreeSet;

use super::*;
use crate::lesson::catalogue::lessons;

const PAGE: &str = "<!-- Written by hand. -->\n\n*Module*\n\n# 1. A title\n\nWords, <script>alert(1)</script> & \
    [bad](javascript:alert), [in](../m2/07_insert.md), [out](nothing.md), lesson\n7 and lesson 4711.\n\n\
    ## A \"part\"\n\n```sql\nSELECT '<b>'\n```\n\n## A part\n\n```text\n│ a ┆ b │\n```\n\n<div onload=x>\n";

/// Every lesson with this text, but the last, which has none.
fn chapters(text: &str) -> Vec<Chapter> {
    let last = lessons().len() - 1;
    let chapter = |(at, lesson)| (lesson, (at < last).then(|| text.to_owned()));
    lessons().iter().enumerate().map(chapter).collect()
}

fn file<'a>(files: &'a [File], name: &str) -> &'a str {
    &files.iter().find(|(file, _)| file == name).unwrap().1
}

#[test]
fn nothing_of_the_markdown_is_html() {
    let files = of("# Title\n\n<img src=x>\n\n## The modules\n\nnot this", &chapters(PAGE));
    let page = file(&files, "08_select.html");
    for text in ["&lt;script&gt;", "&lt;div onload=x&gt;", "&lt;b&gt;"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    for text in ["<script>alert", "javascript:", "<div", "nothing.md", "Written by hand"] {
        assert!(!page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("<b>"), "{page}");
    let front = file(&files, "index.html");
    assert!(front.contains("&lt;img src=x&gt;") && !front.contains("not this"), "{front}");
}

#[test]
fn headings_have_names_and_lessons_that_are_written_have_links() {
    let files = of("", &chapters(PAGE));
    let page = file(&files, "08_select.html");
    assert!(page.contains("<h2 id=\"a-part\">") && page.contains("<h2 id=\"a-part-2\">"), "{page}");
    assert!(page.contains("<a href=\"07_insert.html\">lesson\n7</a> and lesson 4711"), "{page}");
    assert!(page.contains("<a href=\"07_insert.html\">in</a>, out,"), "{page}");
    assert!(page.contains("<i class=\"keyword\">SELECT</i>"), "{page}");
    let last = lessons().last().unwrap();
    let front = file(&files, "index.html");
    assert!(!front.contains(&file_name(last)) && front.contains(&escape(&last.cut().title)));
    let mut few = chapters(PAGE);
    few.retain(|(lesson, _)| lesson.module == 1);
    assert!(!front.contains("not written yet"));
    assert!(file(&of("", &few), "index.html").contains("not written yet"));
}

#[test]
fn the_index_has_the_words_of_each_part() {
    let files = of("", &chapters(PAGE));
    let line = file(&files, "search.js").lines().find(|line| line.contains("08_select")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line.trim_end_matches(',')).unwrap();
    let parts = line[2].as_array().unwrap();
    assert_eq!(parts[0][1], "1. A title");
    assert_eq!(parts[1], serde_json::json!(["a-part", "A \"part\"", "SELECT '<b>'"]));
    // Lines of tables are no words.
    assert_eq!(parts[2][2], "a b <div onload=x>");
}

#[test]
fn the_same_texts_make_the_same_book() {
    assert_eq!(of("a", &chapters(PAGE)), of("a", &chapters(PAGE)));
    let files = of("", &chapters(PAGE));
    let names: BTreeSet<_> = files.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), files.len());
    assert!(files.iter().all(|(_, text)| text[..100.min(text.len())].contains(MARK)));
}
