//! The graders, by their exercises. The list is made by `build.rs` from the files in `tests/graders/`.

use super::kit::{Grader, grader};
use crate::error::Error;
use crate::exercise::Exercise;

/// The grader of an exercise.
pub fn of(exercise: &Exercise) -> fn() -> Grader {
    let found = list::GRADERS.iter().find(|(stem, _)| *stem == exercise.stem);
    found.map_or(none, |(_, grade)| *grade)
}

fn none() -> Grader {
    grader(&[], |_| Err(Error::Content("the exercise has no grader".to_owned()).into()))
}

mod list {
    use super::Grader;

    /// A name and what it stands for.
    type Entry = (&'static str, fn() -> Grader);

    include!(concat!(env!("OUT_DIR"), "/graders.rs"));
}
