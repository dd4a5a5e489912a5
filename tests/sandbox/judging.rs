//! Right answers pass in a sandbox, as they do without.

use pglings::exercise::{Exercise, exercises};
use pglings::grade::verdict::Status;

use crate::room::{Room, bubblewrap, landlock};

/// Of each kind one: other ports, much over the wire, a pool and a file, an extension.
const SOME: [u32; 4] = [4, 16, 17, 56];

fn solutions_pass(room: &Room, wanted: impl Fn(&&Exercise) -> bool) {
    let wanted: Vec<&Exercise> = exercises().iter().filter(wanted).collect();
    let answers: Vec<(&str, String)> =
        wanted.iter().map(|one| (one.stem, one.solution.to_owned())).collect();
    let graded = room.judge(&answers);
    for exercise in wanted {
        let graded = &graded[exercise.stem];
        assert_eq!(graded.status, Status::Passed, "{}: {graded:#?}", exercise.stem);
    }
}

fn is_one_of_some(exercise: &&Exercise) -> bool {
    SOME.contains(&exercise.number)
}

#[test]
#[ignore = "wants bubblewrap; .ci/run does it"]
fn some_solutions_pass_in_bubblewrap() {
    solutions_pass(&bubblewrap(), is_one_of_some);
}

#[test]
#[ignore = "wants Linux 6.7, for Landlock; .ci/run does it"]
fn some_solutions_pass_behind_landlock() {
    solutions_pass(&landlock(), is_one_of_some);
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn every_solution_passes_in_bubblewrap() {
    solutions_pass(&bubblewrap(), |_| true);
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn every_solution_passes_behind_landlock() {
    solutions_pass(&landlock(), |_| true);
}
