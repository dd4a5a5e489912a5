//! PostgreSQL's own programs, run by an answer in a sandbox.

use pglings::class::compile::Source;
use pglings::exercise::exercise;
use pglings::grade::kit::{Grader, Grading, Needs, ensure, grader};
use pglings::grade::verdict::Status;
use pglings::lesson::fixtures::LUNDO;

use crate::room::{Room, bubblewrap, landlock};

const ANSWER: &str = r#"
use std::error::Error;
use std::process::Command;

pub fn dump(url: &str, program: &str) -> Result<String, Box<dyn Error>> {
    let done = Command::new(program).args(["--schema-only", "--dbname", url]).output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}

harness::graded!(dump);
"#;

fn dumps() -> Grader {
    let checks = |g: &mut Grading| {
        g.check("a dump", &LUNDO, |t| {
            let (url, program) = (t.url(), t.program("pg_dump")?);
            let dump: String = t.call("dump", (url, program))?.ok()?;
            ensure(dump.contains("CREATE TABLE public.messages"), dump)
        })
    };
    Grader { needs: Needs::programs(&["pg_dump"]), ..grader(&[], checks) }
}

fn an_answer_runs_a_program(room: &Room) {
    let source = Source { exercise: exercise("7").unwrap(), text: ANSWER };
    let graded = room.judge_by(&[source], |_| dumps);
    assert_eq!(graded["07_insert"].status, Status::Passed, "{graded:#?}");
}

#[test]
#[ignore = "wants bubblewrap; .ci/run does it"]
fn an_answer_runs_a_program_in_bubblewrap() {
    an_answer_runs_a_program(&bubblewrap());
}

#[test]
#[ignore = "wants Linux 6.7, for Landlock; .ci/run does it"]
fn an_answer_runs_a_program_behind_landlock() {
    an_answer_runs_a_program(&landlock());
}
