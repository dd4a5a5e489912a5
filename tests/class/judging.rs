//! Right answers pass in a sandbox, as they do without.

use pglings::exercise::exercises;
use pglings::grade::verdict::Status;

use crate::room::{BUBBLEWRAP, LANDLOCK, Room};

fn every_solution_passes(room: &Room) {
    let answers: Vec<(&str, String)> =
        exercises().iter().map(|one| (one.stem, one.solution.to_owned())).collect();
    let graded = room.judge(&answers);
    for exercise in exercises() {
        let graded = &graded[exercise.stem];
        assert_eq!(graded.status, Status::Passed, "{}: {graded:#?}", exercise.stem);
    }
}

#[test]
fn solutions_pass_in_bubblewrap() {
    every_solution_passes(&BUBBLEWRAP);
}

#[test]
fn solutions_pass_behind_landlock() {
    every_solution_passes(&LANDLOCK);
}
