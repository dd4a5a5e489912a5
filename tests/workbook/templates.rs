//! The templates of `pglings dev new`, as an exercise of their own.

use pglings::exercise::Exercise;

use super::{Answer, Kind};

#[path = "../../src/command/dev/templates/right_array.rs"]
#[allow(unused, unreachable_pub, reason = "as other such answers")]
mod array;
#[path = "../../src/command/dev/templates/wrong_by_name.rs"]
#[allow(unused, unreachable_pub, reason = "as other such answers")]
mod by_name;
#[path = "../../src/command/dev/templates/grader.rs"]
mod grader;
pub(crate) use grader::grade;
#[path = "../../src/command/dev/templates/wrong_nobody_is_an_error.rs"]
#[allow(unused, unreachable_pub, reason = "as other such answers")]
mod nobody_is_an_error;
#[path = "../../src/command/dev/templates/wrong_pasted.rs"]
#[allow(unused, unreachable_pub, reason = "as other such answers")]
mod pasted;
#[path = "../../src/command/dev/templates/solution.rs"]
#[allow(unreachable_pub, reason = "an answer is a program")]
mod solution;
#[path = "../../src/command/dev/templates/right_two_questions.rs"]
#[allow(unused, unreachable_pub, reason = "as other such answers")]
mod two_questions;

macro_rules! answer {
    ($kind:ident, $file:literal, $module:ident) => {
        Answer {
            kind: Kind::$kind,
            stem: "99_sample",
            label: $file,
            text: include_str!(concat!("../../src/command/dev/templates/", $file, ".rs")),
            main: $module::main,
        }
    };
}

/// The exercise that they make.
pub(crate) static EXERCISE: Exercise = Exercise {
    folder: "templates",
    number: 99,
    name: "sample",
    stem: "99_sample",
    solution: include_str!("../../src/command/dev/templates/solution.rs"),
};

/// Its answers.
pub(crate) static TEMPLATES: &[Answer] = &[
    answer!(Solution, "solution", solution),
    answer!(Wrong, "wrong_pasted", pasted),
    answer!(Wrong, "wrong_by_name", by_name),
    answer!(Wrong, "wrong_nobody_is_an_error", nobody_is_an_error),
    answer!(Right, "right_array", array),
    answer!(Right, "right_two_questions", two_questions),
];
