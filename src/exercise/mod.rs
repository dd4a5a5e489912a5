//! Exercises: which there are, what their stubs look like, and how far a learner has come.

pub mod checked;
pub mod files;
pub mod map;
pub mod progress;
pub mod status;
pub mod stub;
pub mod submission;

use std::time::Duration;

use crate::grade::kit::{Grading, Stop};
use crate::lesson::catalogue;
use crate::postgres::database::Fixture;
use crate::postgres::needs::Needs;

/// One exercise.
#[derive(Clone, Copy)]
pub struct Exercise {
    /// The module's folder.
    pub folder: &'static str,
    /// The number it shares with its lesson.
    pub number: u32,
    /// `insert`.
    pub name: &'static str,
    /// `07_insert`: the name of its files and of its target.
    pub stem: &'static str,
    /// The text of its solution.
    pub solution: &'static str,
    /// Its checks and hints.
    pub grader: fn() -> Grader,
}

/// What a grader file says: the checks of an exercise and its hints.
pub struct Grader {
    /// From a nudge to nearly the answer.
    pub hints: &'static [&'static str],
    /// What the server must have that the checks run on.
    pub needs: Needs,
    /// What the queries of an answer are compiled against, where sqlx's macros are used: what the first
    /// check begins with, unless it is said here.
    pub compiled_on: Option<Fixture>,
    /// How long the solution may run, machines being as they are: more where waiting is the subject.
    pub at_most: Duration,
    /// Lists the checks.
    pub checks: fn(&mut Grading) -> Result<(), Stop>,
}

impl Exercise {
    /// The text that the learner's file begins as.
    pub fn stub(&self) -> String {
        stub::of(self.solution)
    }

    /// The solution without the marks of what the stub leaves out, which are of no use to a reader.
    pub fn unmarked(&self) -> String {
        let lines = self.solution.lines().filter(|line| {
            let text = line.trim_start();
            !text.starts_with("// todo: ") && text != "// end" && text != "// blank"
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Its path from the root of the workbook.
    pub fn path(&self) -> String {
        format!("exercises/{}/{}.rs", self.folder, self.stem)
    }
}

/// The exercises, in order.
pub fn exercises() -> &'static [Exercise] {
    list::EXERCISES
}

/// The exercise that a learner means: by number, name or file name.
pub fn exercise(wanted: &str) -> Option<&'static Exercise> {
    catalogue::find(exercises(), wanted, |exercise| (exercise.number, exercise.name, exercise.stem))
}

/// The graders, and the list of exercises that `build.rs` makes of them.
mod list {
    use super::Exercise;

    include!(concat!(env!("OUT_DIR"), "/graders.rs"));
}
