//! What reads or draws texts: lessons, stubs, SQL and transcripts.

use pglings::exercise::stub;
use pglings::lesson::prompt;
use pglings::lesson::source::Source;
use pglings::report::gradebook::harmless;
use pglings::report::look::{Look, PLAIN};
use pglings::report::server_error;
use pglings::report::transcript::difference;

use super::{byte, text};

/// What is cut out of a file stands in it, in the order of the file.
pub(crate) fn lesson_source(data: &[u8]) {
    let text = text(data);
    let whole: String = text.lines().map(|line| format!("{line}\n")).collect();
    let source = Source::cut(&text);
    assert!(whole.contains(&source.title));
    for line in source.introduction.lines() {
        assert!(whole.contains(line), "{line:?}");
    }
    let mut rest = whole.as_str();
    for part in &source.parts {
        for line in part.prose.lines() {
            assert!(whole.contains(line), "{line:?}");
        }
        let at = rest.find(&part.code).unwrap_or_else(|| panic!("{:?} in {rest:?}", part.code));
        rest = &rest[at + part.code.len()..];
        assert!(part.code.contains(&part.name));
    }
}

/// A stub is its own stub, and line endings make no answer.
pub(crate) fn stubs(data: &[u8]) {
    let text = text(data).replace('\r', "");
    let stub = stub::of(&text);
    assert_eq!(stub::of(&stub), stub);
    assert!(stub::same(&stub, &stub.replace('\n', "\r\n")));
    assert!(stub::same(&format!("\u{feff}{stub}"), &stub));
    let (one, other) = text.split_at(text.floor_char_boundary(text.len() / 2));
    assert_eq!(stub::same(one, other), stub::same(other, one));
}

/// Any SQL is open or not; a comment of one line closes with its line.
pub(crate) fn prompts(data: &[u8]) {
    let text = text(data);
    if !prompt::is_open(&text) {
        assert!(!prompt::is_open(&format!("{text} 'a' /* b */ -- c\n;")), "{text:?}");
    }
}

/// Any position in any SQL can be drawn on a screen of any width, with the words of the error.
pub(crate) fn server_errors(mut data: &[u8]) {
    let data = &mut data;
    let width = usize::from(byte(data));
    let position = match byte(data) {
        0 => None,
        255 => Some(u32::MAX),
        at => Some(u32::from(at) - 1),
    };
    let sql = text(data);
    let error = harness_error(position, &sql);
    for spoken in [true, false] {
        let look = Look { width, spoken, unicode: !spoken, ..PLAIN };
        let drawn = server_error::draw(&error, &sql, look);
        assert!(drawn.contains("SQLSTATE 42601"), "{drawn}");
    }
}

fn harness_error(position: Option<u32>, said: &str) -> harness::protocol::ServerError {
    harness::protocol::ServerError {
        sqlstate: "42601".to_owned(),
        message: said.to_owned(),
        detail: Some(said.to_owned()),
        hint: None,
        position,
        constraint: None,
    }
}

/// A page differs from no copy of itself, and from another whichever is first; no name moves the
/// cursor of a terminal.
pub(crate) fn transcripts(data: &[u8]) {
    let text = text(data);
    assert_eq!(difference(&text, &text), None);
    let (one, other) = text.split_at(text.floor_char_boundary(text.len() / 2));
    let there = difference(one, other);
    let back = difference(other, one).map(|(one, other)| (other, one));
    assert_eq!(there, back);
    let line = harmless(&text);
    assert!(!line.chars().any(char::is_control), "{line:?}");
    assert!(line.chars().count() <= 301);
}
