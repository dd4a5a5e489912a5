//! `pglings dev new`: a lesson with its exercise, as files that pass already.

use std::fs;
use std::path::Path;

use super::{known, write_targets};
use crate::command::Context;
use crate::error::{Error, PathContext, Result};
use crate::exercise::files::write_whole;
use crate::exercise::stub;
use crate::lesson::catalogue::{MODULES, Module};

const LESSON: &str = include_str!("templates/lesson.rs");
const SOLUTION: &str = include_str!("templates/solution.rs");
const GRADER: &str = include_str!("templates/grader.rs");

/// Kind, name and text of the other answers.
const ANSWERS: [(&str, &str, &str); 5] = [
    ("wrong", "pasted", include_str!("templates/wrong_pasted.rs")),
    ("wrong", "by_name", include_str!("templates/wrong_by_name.rs")),
    ("wrong", "nobody_is_an_error", include_str!("templates/wrong_nobody_is_an_error.rs")),
    ("right", "array", include_str!("templates/right_array.rs")),
    ("right", "two_questions", include_str!("templates/right_two_questions.rs")),
];

/// The name becomes a module's, so it can be none of these.
const KEYWORDS: &str = "abstract as async await become box break const continue crate do dyn else \
    enum extern false final fn for gen if impl in let loop macro match mod move mut override priv \
    pub ref return self static struct super trait true try type typeof unsafe unsized use virtual \
    where while yield";

pub(super) fn run(context: &Context, name: &str, module: &str, number: u32) -> Result<u8> {
    let root = context.workbook.root();
    let module = named(module)?;
    check_name(name)?;
    let stem = format!("{number:02}_{name}");
    if let Some(taken) = taken(root, name, number)? {
        return Err(Error::Usage(format!(
            "There is {taken} already: choose another name, and a number that is free."
        )));
    }
    let files = files(module, name, number, &stem);
    if let Some((path, _)) = files.iter().find(|(path, _)| root.join(path).exists()) {
        return Err(Error::Usage(format!("{path} is there already, and stays as it is.")));
    }
    for (path, text) in &files {
        write_whole(&root.join(path), text.as_bytes())?;
        context.print(path)?;
    }
    let mut all = known();
    all.push((module.name.to_owned(), stem));
    all.sort();
    write_targets(context, &all)?;
    context.print(&format!(
        "\nAll of it is an example that passes. Change it in this order:\n\
         \x20 1. the lesson, then    cargo run -- dev bless {number}\n\
         \x20 2. the solution, then  cargo run -- dev stubs\n\
         \x20 3. the grader, and the answers in tests/wrong and tests/right\n\
         and try it with\n\
         \x20    cargo test --test {} {number:02}_\n\
         \x20    cargo run -- dev check\n\
         CONTRIBUTING.md lists the questions that a grader can ask.",
        module.name
    ))?;
    Ok(0)
}

/// A module by its number or its folder.
fn named(module: &str) -> Result<&'static Module> {
    let is =
        |m: &&Module| m.name == module || module.trim_start_matches('m') == m.number.to_string();
    MODULES.iter().find(is).ok_or_else(|| {
        let all: Vec<&str> = MODULES.iter().map(|module| module.name).collect();
        Error::Usage(format!("There is no module {module}. There are {}.", all.join(", ")))
    })
}

fn check_name(name: &str) -> Result<()> {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let snake = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(letters)
        && !name.ends_with('_')
        && !name.contains("__");
    if !snake || KEYWORDS.split_whitespace().any(|word| word == name) {
        return Err(Error::Usage(format!(
            "{name:?} cannot be the name of a lesson: it is written like window_functions, and is \
             no word of Rust's."
        )));
    }
    Ok(())
}

/// The lesson or solution that has this name or number.
fn taken(root: &Path, name: &str, number: u32) -> Result<Option<String>> {
    for folder in ["lessons", "solutions", "tests/graders", "exercises"] {
        for module in MODULES {
            let dir = root.join(folder).join(module.name);
            // A module without a lesson has no folder yet.
            let Ok(entries) = fs::read_dir(&dir) else { continue };
            for entry in entries {
                let file = entry.at("read", &dir)?.file_name().to_string_lossy().into_owned();
                let Some((digits, rest)) = file.split_once('_') else { continue };
                let same_name = rest.split('.').next() == Some(name);
                if same_name || digits.parse() == Ok(number) {
                    return Ok(Some(format!("{folder}/{}/{file}", module.name)));
                }
            }
        }
    }
    Ok(None)
}

/// Every file, with its path from the root.
fn files(module: &Module, name: &str, number: u32, stem: &str) -> Vec<(String, String)> {
    let folder = module.name;
    let spoken = name.replace('_', " ");
    let mut title = spoken.clone();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let solution = format!("#[path = \"../../../../solutions/{folder}/{stem}.rs\"]");
    let fill = |text: &str| {
        text.replace("# Sample:", &format!("# {title}:"))
            .replace("xercise 99: sample", &format!("xercise {number}: {spoken}"))
            .replace("check 99", &format!("check {number}"))
            .replace("#[path = \"solution.rs\"]", &solution)
    };
    let mut files = vec![
        (format!("lessons/{folder}/{stem}.rs"), fill(LESSON)),
        (format!("solutions/{folder}/{stem}.rs"), fill(SOLUTION)),
        (format!("exercises/{folder}/{stem}.rs"), stub::of(&fill(SOLUTION))),
        (format!("tests/graders/{folder}/{stem}.rs"), fill(GRADER)),
    ];
    for (kind, answer, text) in ANSWERS {
        files.push((format!("tests/{kind}/{folder}/{stem}/{answer}.rs"), fill(text)));
    }
    files
}

#[cfg(test)]
#[path = "templates/lesson.rs"]
#[expect(unreachable_pub, reason = "a lesson's steps are public")]
mod lesson;

/// The templates that belong to this crate compile in it; `tests/workbook.rs` judges the answers.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lesson_has_all_of_its_steps() {
        let source = crate::lesson::source::Source::cut(LESSON);
        let steps: Vec<&str> = lesson::lesson().steps.iter().map(|step| step.name).collect();
        let parts: Vec<&str> = source.parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(steps, parts);
    }

    #[test]
    fn names() {
        for good in ["insert", "window_functions", "json2"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "Insert", "a-b", "1a", "_a", "a_", "a__b", "yield", "../a", "é"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_of_the_template_is_left() {
        let module = &MODULES[1];
        for (path, text) in files(module, "window_functions", 8, "08_window_functions") {
            assert!(!text.contains("99") && !text.to_lowercase().contains("sample:"), "{path}");
            assert!(!text.contains("\"solution.rs\""), "{path}");
        }
    }
}
