//! Your exercises: each one that you have begun is graded, the others are ignored.
//!
//! `cargo test --test exercises 07_insert` grades one.

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use pglings::exercise::files::{File, Workbook};
use pglings::exercise::{Exercise, exercises};
use pglings::grade;
use pglings::grade::verdict::Status;
use pglings::postgres::servers::Servers;
use pglings::report::look::PLAIN;
use pglings::report::verdict;

fn main() -> ExitCode {
    let workbook = Workbook::locate().expect("tests run inside the workbook");
    let servers = Arc::new(Servers::from_env().expect("PGLINGS_SERVER names a source"));
    let mut begun = 0;
    let trials = exercises()
        .iter()
        .map(|exercise| {
            let untouched = workbook.read(exercise) == File::Untouched;
            begun += usize::from(!untouched);
            let (workbook, servers) = (workbook.clone(), Arc::clone(&servers));
            Trial::ignorable_test(exercise.stem, move || judge(&workbook, exercise, &servers))
                .with_ignored_flag(untouched)
        })
        .collect();
    let arguments = Arguments::from_args();
    let conclusion = libtest_mimic::run(&arguments, trials);
    // The server ends with its last user.
    drop(servers);
    if !arguments.list {
        let graded = conclusion.num_passed + conclusion.num_failed;
        println!(
            "{graded} graded, {} passed; {} not begun",
            conclusion.num_passed,
            exercises().len() - begun
        );
    }
    conclusion.exit_code()
}

fn judge(
    workbook: &Workbook,
    exercise: &Exercise,
    servers: &Servers,
) -> Result<Completion, Failed> {
    let verdict = grade::check(workbook, exercise, servers)?;
    match verdict.status {
        Status::Passed => Ok(Completion::Completed),
        Status::NeedsNewer | Status::NeedsMore => Ok(Completion::ignored_with(verdict.message)),
        _ => Err(verdict::draw(&verdict, PLAIN).into()),
    }
}
