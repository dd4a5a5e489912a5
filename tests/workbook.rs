//! How answers are judged, whatever they answer; and that what `pglings dev new` writes passes as it is: its
//! answers are judged by its grader. The content itself is in a program for each module.

#![allow(clippy::duplicate_mod, reason = "wrong answers borrow what is right from the solution")]

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Completion, Failed, Trial};
use pglings::grade::Grader;
use pglings::grade::verdict::Status;
use pglings::lesson::catalogue::{Lesson, lessons};
use pglings::postgres::needs::Needs;
use pglings::postgres::servers::Servers;
use pglings::postgres::source::Choice;

mod answers;
#[path = "workbook/templates.rs"]
mod templates;
use answers::{Answer, Kind, judge_by, run, transcript};
use templates::{EXERCISE, TEMPLATES};

/// Where the template of a grader finds what it takes from `crate`.
mod grade {
    pub(crate) use pglings::grade::kit;
}
mod lesson {
    pub(crate) use pglings::lesson::fixtures;
}

fn main() -> ExitCode {
    answers::program(TEMPLATES, |servers| {
        let own = |test: fn(&Servers) -> Result<(), Failed>| {
            let servers = Arc::clone(servers);
            move || test(&servers)
        };
        let templates = TEMPLATES.iter().map(|answer| {
            let servers = Arc::clone(servers);
            Trial::ignorable_test(answer.id(), move || {
                judge_by(&EXERCISE, templates::grade, answer, &servers)
            })
        });
        let engine = [
            Trial::test("a_grader_that_panics_is_broken_content", own(a_grader_that_panics)),
            Trial::test("what_needs_another_server_is_ignored", own(what_needs_another_server)),
        ];
        templates.chain(engine).collect()
    })
}

fn a_grader_that_panics(servers: &Servers) -> Result<(), Failed> {
    let grader = || pglings::grade::kit::grader(&[], |_| panic!("on purpose"));
    let verdict = run(&TEMPLATES[0], &EXERCISE, grader, &*servers.get(&Needs::NOTHING)?)?;
    if (verdict.status, verdict.status.exit_code()) == (Status::Broken, 4) {
        Ok(())
    } else {
        Err(format!("{verdict:?}").into())
    }
}

/// A lesson that needs what no server has.
mod more {
    use pglings::lesson::prelude::*;

    pub(super) const IN_SHORT: Words = Words;

    pglings::lesson! {
        fixture: EMPTY,
        needs: Needs::extensions(&["nothing_of_the_kind"]),
        minutes: 1,
        steps: [IN_SHORT],
    }
}

/// A lesson that no server is new enough for.
mod newer {
    use pglings::lesson::prelude::*;

    pub(super) const IN_SHORT: Words = Words;

    pglings::lesson! { fixture: EMPTY, needs: 99, minutes: 1, steps: [IN_SHORT] }
}

fn what_needs_another_server(servers: &Servers) -> Result<(), Failed> {
    let databases = servers.get(&Needs::NOTHING)?;
    let grader = || Grader {
        needs: 99.into(),
        ..pglings::grade::kit::grader(&[], |_| panic!("it was not to be tried"))
    };
    let verdict = run(&TEMPLATES[0], &EXERCISE, grader, &databases)?;
    if verdict.status != Status::NeedsNewer || verdict.status.exit_code() != 3 {
        return Err(format!("{verdict:?}").into());
    }
    // Named, as nothing is to be fetched in search of a newer one.
    let named = Servers::new(Choice::Url(databases.server.address.url()), |_| {});
    let lesson = Lesson { definition: newer::lesson, ..lessons()[0] };
    for came in [transcript(&lesson, &named)?, judge_by(&EXERCISE, grader, &TEMPLATES[0], &named)?]
    {
        match came {
            Completion::Ignored { reason: Some(why) } if why.contains("PostgreSQL 99") => {}
            _ => return Err("it was not ignored by that name".into()),
        }
    }
    let lesson = Lesson { definition: more::lesson, ..lessons()[0] };
    match transcript(&lesson, &named)? {
        Completion::Ignored { reason: Some(why) } if why.contains("nothing_of_the_kind") => {}
        _ => return Err("a lesson was walked without what it needs".into()),
    }
    Ok(())
}
