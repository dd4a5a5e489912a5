//! What others wrote, made fit to be shown.

use std::fmt::Write as _;

use crate::report::book::escape;

/// A name or a sentence in HTML: on one line, escaped. What cannot be seen is written as its code.
pub(super) fn line(text: &str) -> String {
    escape(&one_line(text))
}

/// A name or a sentence on one line. Joiners between letters, which Persian and emoji need, stay.
pub(in crate::report::gradebook) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let joins = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}');
        let beyond = |c: char| !c.is_ascii() && !is_unseen(c);
        let after = chars.peek().is_none_or(|&c| beyond(c) || c == '\u{200d}' || c == ' ');
        let stays = joins && (beyond(before) || before == '\u{fe0f}') && after;
        match c {
            '\n' | '\t' => out.push(' '),
            c if is_unseen(c) && !stays => code(&mut out, c),
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// Several lines, such as an answer: everything but line ends and tabs can be seen.
pub(super) fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if is_unseen(c) => code(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

/// The beginning of a text, and a line that says how much is left out.
pub(super) fn cut(text: &str, most: usize) -> String {
    let Some((at, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let more = text[at..].chars().count();
    format!("{}\n… {more} characters more; gradebook.json has all of it", &text[..at])
}

/// `1 learner`, `2 learners`.
pub(super) fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn code(out: &mut String, c: char) {
    let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
}

/// Whether a character leaves no trace of its own on the screen: controls, those that turn the text
/// around, spaces that are none, and characters without meaning.
fn is_unseen(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    // Letters and marks to Unicode, and still nothing to look at.
    let blank = matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}'
        | '\u{3164}' | '\u{ffa0}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}');
    // The standard library knows what can be printed. A combining mark can, behind a letter.
    blank || format!("a{c}").escape_debug().count() > 2
}
