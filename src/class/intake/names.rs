//! What the names of files and folders mean, and how they are shown.

use std::ffi::OsStr;

use crate::exercise::{Exercise, exercises};

/// Folders of a clone that hold files named as exercises are, or nothing of a learner's.
const PASSED_OVER: [&str; 7] =
    ["target", "node_modules", "solutions", "tests", "lessons", "__MACOSX", "harness"];
/// Folders of a clone whose Rust is not the learner's.
const OURS: [&str; 2] = ["src", "benches"];
/// The longest path that is shown whole, in characters.
const LONGEST: usize = 160;

/// What a Rust file may be.
#[derive(Clone, Copy)]
pub(super) enum Meant {
    /// The exercise of this very name.
    Exactly(&'static Exercise),
    /// Named in a way that leaves no doubt which exercise it is.
    Nearly(&'static Exercise),
    /// Named so that it may be this exercise, or another.
    Perhaps(&'static Exercise),
    /// No exercise that we know.
    Nothing,
}

/// What a file of this name may be; none if it is no Rust.
pub(super) fn meant(name: &str) -> Option<Meant> {
    let exact = name.strip_suffix(".rs");
    if let Some(one) = exact.and_then(|stem| exercises().iter().find(|one| one.stem == stem)) {
        return Some(Meant::Exactly(one));
    }
    let lower = name.to_lowercase();
    let rust = lower.strip_suffix(".txt").unwrap_or(&lower).strip_suffix(".rs")?;
    let rust = rust.strip_suffix(".rs").unwrap_or(rust).trim();
    // `exercise 7` ends as a seventh copy does.
    let stems = [without_copy_marks(rust), rust].map(|stem| stem.replace([' ', '-', '.'], "_"));
    let all = stems.iter().map(|stem| of_stem(stem));
    all.reduce(|one, other| if matches!(one, Meant::Nothing) { other } else { one })
}

fn of_stem(stem: &str) -> Meant {
    let number = number(stem);
    let by_name = |one: &&Exercise| {
        stem == one.name || stem.strip_suffix(one.name).is_some_and(|rest| rest.ends_with('_'))
    };
    // `outer_joins` ends with `joins` too: the longest name is meant.
    let named = exercises().iter().filter(by_name).max_by_key(|one| one.name.len());
    let numbered = exercises().iter().find(|one| Some(one.number) == number);
    match (named, numbered) {
        (Some(named), Some(numbered)) if named.number == numbered.number => Meant::Nearly(named),
        (Some(named), None) if number.is_none() => Meant::Nearly(named),
        (None, Some(numbered)) if is_number(without_kind(stem)) => Meant::Nearly(numbered),
        (Some(one), _) | (None, Some(one)) => Meant::Perhaps(one),
        (None, None) => Meant::Nothing,
    }
}

/// A stem without what systems add to the names of copies: ` (1)`, `-1`, ` 2`, ` - Copy`.
fn without_copy_marks(stem: &str) -> &str {
    let mut stem = stem;
    loop {
        let in_brackets = stem.strip_suffix(')').and_then(|cut| cut.rsplit_once('('));
        let cut = in_brackets.or_else(|| stem.rsplit_once(['-', ' ']));
        match cut {
            Some((rest, mark)) if !rest.is_empty() && (is_number(mark) || mark == "copy") => {
                stem = rest.trim_end_matches([' ', '-']);
            }
            _ => return stem,
        }
    }
}

/// The last word that is a number: `7_insert`, `ada_07_insert`, `ex7`.
fn number(stem: &str) -> Option<u32> {
    let mut numbers = stem.split('_').rev().map(without_kind).filter(|word| is_number(word));
    numbers.next()?.parse().ok()
}

fn without_kind(stem: &str) -> &str {
    let kinds = ["exercise", "lesson", "task", "ex"];
    let rest = kinds.iter().find_map(|kind| stem.strip_prefix(kind)).unwrap_or(stem);
    rest.trim_start_matches('_')
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether nothing in a folder of this name is looked at.
pub(super) fn passed_over(folder: &str) -> bool {
    PASSED_OVER.contains(&folder) || is_hidden(folder)
}

/// Whether it may hold answers that its name keeps us from seeing.
pub(super) fn may_hold_answers(folder: &str) -> bool {
    ["solutions", "tests", "lessons"].contains(&folder)
}

/// Whether a Rust file at this path is no exercise and need not be mentioned.
pub(super) fn is_ours(path: &str) -> bool {
    path.split('/').any(|part| OURS.contains(&part)) || path.ends_with("build.rs")
}

/// What systems leave behind, and copies that `pglings reset` keeps.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
        || ["Thumbs.db", "desktop.ini", "__MACOSX"].contains(&name)
        || name.ends_with(".bak")
}

/// A name from a file system, fit to be shown; two names that differ are shown differently.
pub(super) fn of_os(name: &OsStr) -> String {
    shown(name.as_encoded_bytes())
}

/// A name as bytes, fit to be shown: what is not UTF-8, controls the terminal, changes the
/// direction of the text or cannot be seen is written as an escape.
pub(super) fn shown(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            let unseen = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}');
            if c.is_control() || unseen {
                text.extend(c.escape_unicode());
            } else {
                text.push(c);
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

/// A path cut to what can be read: the end says most.
pub(super) fn short(path: &str) -> String {
    let count = path.chars().count();
    if count <= LONGEST {
        return path.to_owned();
    }
    let end: String = path.chars().skip(count - LONGEST).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(name: &str) -> String {
        match meant(name) {
            None => "no Rust".to_owned(),
            Some(Meant::Exactly(one)) => one.stem.to_owned(),
            Some(Meant::Nearly(one)) => format!("~{}", one.stem),
            Some(Meant::Perhaps(one)) => format!("?{}", one.stem),
            Some(Meant::Nothing) => "nothing".to_owned(),
        }
    }

    #[test]
    fn names_that_are_nearly_right_are_understood() {
        assert_eq!(says("07_insert.rs"), "07_insert");
        for name in [
            "7_insert.rs",
            "07_Insert.RS",
            "07_insert (1).rs",
            "07_insert - Copy.rs",
            "07_insert-1.rs",
            "07-insert.rs",
            "07 insert 2.rs",
            "ada_07_insert.rs",
            "insert.rs",
            "07.rs",
            "ex7.rs",
            "exercise_07.rs",
            "Exercise 7.rs",
            "07_insert.rs.txt",
            "07_insert.rs.rs",
        ] {
            assert_eq!(says(name), "~07_insert", "{name}");
        }
        for name in ["07_isnert.rs", "08_insert.rs", "7_solution.rs"] {
            assert!(says(name).starts_with('?'), "{name}: {}", says(name));
        }
        assert_eq!(says("main.rs"), "nothing");
        assert_eq!(says("07_insert.md"), "no Rust");
        assert_eq!(says("07_insert.rs.1.bak"), "no Rust");
    }

    #[test]
    fn every_exercise_is_known_by_its_own_name() {
        for one in exercises() {
            assert_eq!(says(&format!("{}.rs", one.stem)), one.stem);
            assert_eq!(says(&format!("Ada {}.rs", one.stem)), format!("~{}", one.stem));
        }
    }

    #[test]
    fn what_would_play_with_the_terminal_is_escaped() {
        assert_eq!(shown(b"a\x1b[31m\n\xff\xe2\x80\xae.rs"), "a\\u{1b}[31m\\u{a}\\xff\\u{202e}.rs");
        assert_eq!(shown("Zo\u{eb} <b>'x'".as_bytes()), "Zo\u{eb} <b>'x'");
        assert_eq!(short(&"x".repeat(200)).chars().count(), LONGEST + 1);
    }
}
