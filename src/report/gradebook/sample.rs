//! A gradebook with every status in it, and text that attacks what reads it.

use std::collections::BTreeMap;

use crate::class::gradebook::{Column, Credit, FORMAT, Gradebook, Graded, Learner, Mark, VERSION};
use crate::grade::verdict::{Check, State, Status};

/// A formula, markup, quotes, a separator, colours, control characters, a noncharacter.
pub(super) const HOSTILE: &str =
    "=HYPERLINK(\"x\");@SUM(1)\r\n<script>alert(1)</script>]]>&amp;\u{1b}[31m\u{0}\u{9b}1m\u{fffe}";

pub(super) fn sample() -> Gradebook {
    let columns = [(7, "insert", 1), (8, "select", 2), (9, "upsert", 3)];
    let exercises = columns.map(|(number, name, points)| Column {
        number,
        name: format!("0{number}_{name}"),
        title: format!("{}: a title", name.to_uppercase()),
        module: 1,
        points,
    });
    let mut learners = Vec::new();
    let mut answers = BTreeMap::new();
    let statuses: [(&str, [Option<Status>; 3]); 5] = [
        ("ada", [Some(Status::Passed); 3]),
        ("bob", [Some(Status::Failed), Some(Status::DoesNotCompile), Some(Status::TimedOut)]),
        ("eve", [Some(Status::Crashed), Some(Status::Broken), Some(Status::NoServer)]),
        ("kim", [Some(Status::NotStarted), Some(Status::NotStarted), None]),
        ("zoe", [None; 3]),
    ];
    for (id, statuses) in statuses {
        let mut marks = BTreeMap::new();
        for (column, status) in exercises.iter().zip(statuses) {
            let Some(status) = status else { continue };
            let begun = status != Status::NotStarted;
            let key = format!("{id}-{}", column.number);
            // Kim's second file is no text.
            let message = if column.number == 8 && !begun { "it is not UTF-8" } else { "" };
            let answer = begun.then(|| key.clone());
            marks.insert(column.name.clone(), Mark { status, answer, message: message.into() });
            if begun {
                answers.insert(key, graded(&column.name, status));
            }
        }
        let handed_in = !marks.is_empty();
        learners.push(Learner {
            id: id.to_owned(),
            name: if id == "eve" { HOSTILE.to_owned() } else { id.to_uppercase() },
            source: handed_in.then(|| format!("{id}.zip")),
            submitted: handed_in.then(|| "2026-11-21T08:00:00Z".to_owned()),
            late: id == "bob",
            notes: if id == "eve" { vec![HOSTILE.to_owned()] } else { Vec::new() },
            marks,
        });
    }
    Gradebook {
        format: FORMAT.to_owned(),
        version: VERSION,
        pglings: "0.1.0".to_owned(),
        part: None,
        course: "Databases & \"Rust\"".to_owned(),
        credit: Credit::Checks,
        exercises: exercises.to_vec(),
        learners,
        answers,
    }
}

fn graded(exercise: &str, status: Status) -> Graded {
    let check = |name: &str, state| Check { name: name.to_owned(), state };
    let hostile = HOSTILE.to_owned();
    let (checks, message) = match status {
        Status::Passed => (vec![check("a row comes back", State::Passed)], String::new()),
        Status::Failed => (
            vec![
                check("a row comes back", State::Passed),
                check("values are bound", State::Failed(hostile)),
                check("the id is kept", State::NotTried("first \"values are bound\"".to_owned())),
            ],
            String::new(),
        ),
        Status::DoesNotCompile => {
            (Vec::new(), "\u{1b}[1merror[E0308]\u{1b}[0m: mismatched types".into())
        }
        Status::TimedOut => {
            (vec![check("a row comes back", State::Passed)], "it took 10 s".to_owned())
        }
        _ => (Vec::new(), hostile),
    };
    let output = if status == Status::Crashed { HOSTILE.to_owned() } else { String::new() };
    let text = "// an answer\n".to_owned();
    Graded { exercise: exercise.to_owned(), text, status, checks, message, output }
}
