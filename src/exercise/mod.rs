//! Exercises: which there are, what their stubs look like, and how far a learner has come.

pub mod checked;
pub mod files;
pub mod map;
pub mod progress;
pub mod status;
pub mod stub;
pub mod submission;

use crate::lesson::catalogue;

/// One exercise.
#[derive(Debug, Clone, Copy)]
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

/// The list of exercises that `build.rs` makes.
mod list {
    use super::Exercise;

    include!(concat!(env!("OUT_DIR"), "/exercises.rs"));
}
