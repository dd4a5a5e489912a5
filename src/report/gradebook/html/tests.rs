use serde_json::Value;

use super::text::{line, lines, one_line};
use super::*;

/// What the script is told.
fn data(page: &str) -> (String, Value) {
    let start = "<script type=\"application/json\" id=\"data\">";
    let text = page.split_once(start).unwrap().1.split_once("</script>").unwrap().0;
    (text.to_owned(), serde_json::from_str(text).unwrap())
}

#[test]
fn nothing_that_a_learner_wrote_is_markup() {
    let page = page(&sample::attack());
    let (text, data) = data(&page);
    for c in ['<', '>', '&', '\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{1b}'] {
        assert!(!text.contains(c), "{c:?}");
    }
    let answer = data["answers"][0]["text"].as_str().unwrap();
    assert!(answer.starts_with("</script></style>") && answer.contains("⟨U+202E⟩"), "{answer}");
    // All that is left is the page's own, and there is one of each.
    let tags = |tag: &str| page.replace(&text, "").matches(tag).count();
    let counts =
        ["<script", "</script", "<style", "</style", "<img", "<svg onload", "<a href=j", "<!--"];
    assert_eq!(counts.map(tags), [2, 2, 1, 1, 0, 0, 0, 0]);
    assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{0}', '\u{2028}']));
    assert!(page.contains("&lt;img src=x onerror=attacked=1&gt;&quot;onfocus=attacked=1"));
}

#[test]
fn the_policy_lets_through_what_is_here_and_no_more() {
    let page = page(&sample::class(2, 2));
    let part = |from: &str, to: &str| {
        page.rsplit_once(from).unwrap().1.split_once(to).unwrap().0.to_owned()
    };
    let script = hash(&part("<script>", "</script>"));
    let style = hash(&part("<style>", "</style>"));
    assert!(
        page.contains(&format!("default-src 'none'; script-src '{script}'; style-src '{style}'"))
    );
    assert!(!page.contains("style=\"") && !page.contains(" onclick"));
    for word in ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function("]
    {
        assert!(!SCRIPT.contains(word), "{word}");
    }
    for word in ["http://", "https://", "src=", "url(", "@import"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn the_table_is_there_without_the_script() {
    let book = sample::class(30, 5);
    let page = page(&book);
    let body = page.split_once("<tbody>").unwrap().1.split_once("</tbody>").unwrap().0;
    assert_eq!(body.matches("<tr>").count(), 30);
    assert_eq!(body.matches("<td class=").count(), 30 * 6);
    let total = format!("<td class=\"total\">{}</td>", written(book.total(&book.learners[0])));
    assert!(body.contains(&total), "{total}");
    assert!(body.contains("aria-label=\"not handed in\">–</i>") && body.contains("late</b>"));
    assert!(page.contains("<li>`07_insert.rs` lies in a folder"));
}

#[test]
fn answers_that_are_the_same_are_told_with_the_solution_named() {
    let mut book = sample::class(3, 2);
    let solution = crate::exercise::exercises()[0].solution;
    let name = book.exercises[0].name.clone();
    book.answers.clear();
    for (at, learner) in book.learners.iter_mut().enumerate() {
        let key = if at < 2 { "a" } else { "b" };
        let graded = sample_answer(&name, if at < 2 { solution } else { "mine" });
        let mark = crate::class::gradebook::Mark {
            status: graded.status,
            answer: Some(key.to_owned()),
            message: String::new(),
        };
        book.answers.insert(key.to_owned(), graded);
        learner.marks = [(name.clone(), mark)].into();
    }
    let page = page(&book);
    let (_, data) = data(&page);
    assert_eq!(data["answers"][0]["learners"], serde_json::json!([0, 1]));
    assert_eq!(data["answers"][0]["ours"], true);
    assert_eq!(data["answers"][1]["ours"], false);
    assert_eq!(page.matches("data-answer=").count(), 1);
    let told = "the workbook's solution</b> <a href=\"#learners\" data-answer=\"0\">2 learners";
    assert!(page.contains(told), "{page}");
    // Nobody else has b, and nobody has anything for the second exercise.
    let lonely = page.split_once("id=\"identical\"").unwrap().1;
    assert_eq!(lonely.matches("<details>").count(), 1);
}

fn sample_answer(exercise: &str, text: &str) -> crate::class::gradebook::Graded {
    crate::class::gradebook::Graded {
        exercise: exercise.to_owned(),
        text: text.to_owned(),
        status: crate::grade::verdict::Status::Passed,
        checks: Vec::new(),
        message: String::new(),
        output: String::new(),
    }
}

#[test]
fn checks_are_counted_by_learners_and_not_by_answers() {
    let mut book = sample::attack();
    // Three learners were put to the check that fails, two of them with one answer.
    let page = page(&book);
    assert!(page.contains(": 3 of 3 who came to it fail, in 2 different answers"), "{page}");
    assert_eq!(page.matches("data-check=").count(), 1);
    book.learners.remove(0);
    assert!(super::page(&book).contains(": 2 of 2 who came to it fail, in 2 different answers"));
}

#[test]
fn what_cannot_be_seen_is_written_out() {
    assert_eq!(lines("a\u{202e}b\r\n\tc\u{1b}\r"), "a⟨U+202E⟩b\n\tc⟨U+001B⟩⟨U+000D⟩");
    assert_eq!(lines("né e\u{301} 日本 \u{200d}\u{a0}"), "né e\u{301} 日本 ⟨U+200D⟩⟨U+00A0⟩");
    assert_eq!(lines("a\u{3164}\u{e0041}\u{fe0f}"), "a⟨U+3164⟩⟨U+E0041⟩⟨U+FE0F⟩");
    // A name of Persian and an emoji of several keep what joins them.
    assert_eq!(
        one_line("علی\u{200c}رضا 👩\u{200d}🚀 ❤\u{fe0f}"),
        "علی\u{200c}رضا 👩\u{200d}🚀 ❤\u{fe0f}"
    );
    assert_eq!(one_line("a\u{200c}b\nc\u{2067}"), "a⟨U+200C⟩b c⟨U+2067⟩");
    assert_eq!(line("<\u{0}>"), "&lt;⟨U+0000⟩&gt;");
    assert_eq!(text::cut("äbc", 2), "äb\n… 1 characters more; gradebook.json has all of it");
    assert_eq!(text::cut("äbc", 3), "äbc");
}

#[test]
fn the_same_gradebook_makes_the_same_page_and_an_empty_one_makes_one_too() {
    assert_eq!(page(&sample::class(12, 4)), page(&sample::class(12, 4)));
    for (learners, exercises) in [(0, 0), (0, 3), (3, 0)] {
        let page = page(&sample::class(learners, exercises));
        assert!(page.contains("There is nothing to count.") && page.contains("No check fails."));
    }
}

/// Pages for `tests/browser/gradebook.mjs`, into the folder that `PGLINGS_SAMPLES` names.
#[test]
#[ignore = "writes the pages that tests/browser/gradebook.mjs opens"]
fn write_samples() {
    let folder = std::path::PathBuf::from(std::env::var_os("PGLINGS_SAMPLES").unwrap());
    for (name, book) in [
        ("class.html", sample::class(100, 20)),
        ("large.html", sample::class(100, 60)),
        ("attack.html", sample::attack()),
        ("nobody.html", sample::class(0, 3)),
        ("nothing.html", sample::class(3, 0)),
    ] {
        std::fs::write(folder.join(name), page(&book)).unwrap();
    }
}
