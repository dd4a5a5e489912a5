//! What a grader is written with.
//!
//! A grader is a function that makes checks. Each check has a name that reads as a requirement, a
//! fixture, and a body that asks a [`Trial`]: it calls the answer, looks at the database and at
//! the wire, and says what is wrong in a sentence that helps.
//!
//! ```ignore
//! fn checks(g: &mut Grading) -> Result<(), Stop> {
//!     g.check("the id is the one that the server gave", &LUNDO, |t| {
//!         let id: i32 = t.call("add_user", ("ada@example.com", "Ada"))?.ok()?;
//!         let stored = t.value("SELECT id FROM users WHERE email = 'ada@example.com'")?;
//!         t.equal("the id", id.to_string(), stored.unwrap_or_default())
//!     })
//! }
//! ```

mod called;
pub mod catalog;
pub mod compare;
mod folder;
mod going;
mod grader;
mod grading;
mod mentioned;
pub mod plan;
mod query;
mod questions;
mod ratio;
mod running;
mod shrink;
mod sql;
mod transactions;
mod trial;
pub mod wire;

use std::fmt::Debug;

use harness::protocol::Failure;

pub use self::called::Called;
pub use self::catalog::{OnDelete, Table};
pub use self::compare::Order;
pub use self::folder::Folder;
pub use self::going::{After, Apart, Before, Going, Point, Stand};
pub use self::grader::{Grader, grader};
pub use self::grading::Grading;
pub use self::plan::Plan;
pub use self::query::{Data, Query};
pub(super) use self::running::{AHEAD, Terms, run};
pub use self::transactions::Isolation;
pub use self::trial::{Mark, Pooled, Trial};
pub use self::wire::Wire;
use crate::error::Error;
pub use crate::postgres::needs::{Needs, Privilege};
pub use crate::postgres::tap::{Protocol, Statement, TransactionStatus};
use crate::report::look::PLAIN;
use crate::report::server_error;

/// Why a check ended before its end.
#[derive(Debug)]
pub enum Stop {
    /// The answer is wrong: the sentence for the learner.
    Wrong(String),
    /// It cannot be judged yet: what comes first.
    NotTried(String),
    /// A function is still a `todo!()`, which is told once.
    Unwritten {
        /// The function.
        function: String,
        /// The text of the `todo!()`.
        task: String,
        /// The sentence for the learner.
        message: String,
    },
    /// The run's time is up.
    TimedOut(String),
    /// The answer's process ended.
    Crashed(String),
    /// Not the answer's fault.
    Fault(Error),
}

impl Stop {
    /// Whether no check can be made after it.
    fn ends_the_run(&self) -> bool {
        matches!(self, Stop::TimedOut(_) | Stop::Crashed(_) | Stop::Fault(_))
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Fault(error)
    }
}

/// What a check's body returns.
pub type Outcome<T = ()> = Result<T, Stop>;

/// A wrong answer, in a sentence.
pub fn wrong<T>(message: impl Into<String>) -> Outcome<T> {
    Err(Stop::Wrong(message.into()))
}

/// Ends a check that cannot be judged: what is wrong was told by an earlier one. It counts as failed
/// if none has failed so far, so that nothing is wrong without a reason.
pub fn not_tried<T>(why: impl Into<String>) -> Outcome<T> {
    Err(Stop::NotTried(why.into()))
}

/// Says that an answer is wrong unless a condition holds.
pub fn ensure(holds: bool, message: impl Into<String>) -> Outcome {
    if holds { Ok(()) } else { wrong(message) }
}

/// Holds two values against each other.
pub fn equal<T: PartialEq + Debug>(what: &str, actual: T, expected: T) -> Outcome {
    let (holds, expected, actual) = (actual == expected, show(&expected), show(&actual));
    ensure(holds, format!("{what}: expected {expected}, got {actual}."))
}

/// A value for people: that it is optional in the grader is none of their business.
fn show(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    match text.strip_prefix("Some(").and_then(|text| text.strip_suffix(')')) {
        Some(inner) => inner.to_owned(),
        None if text == "None" => "nothing (NULL, or no row)".to_owned(),
        None => text,
    }
}

/// An error as a learner is told of it: under the SQL that it is about, with the usual cure.
pub fn explain(failure: &Failure) -> String {
    show_error(failure, "")
}

fn show_error(failure: &Failure, sql: &str) -> String {
    let Some(server) = &failure.server else {
        let cure = client_cure(&failure.display).map(|cure| format!(".\n{cure}"));
        return format!("{}{}", failure.display, cure.unwrap_or_default());
    };
    let mut text = server_error::draw(server, sql, PLAIN);
    if let Some(cure) = crate::postgres::sqlstate::cure(&server.sqlstate) {
        text.push_str(&format!("\n{cure}"));
    }
    text
}

/// The usual cause of an error that the client found by itself, and its cure.
fn client_cure(display: &str) -> Option<&'static str> {
    if display.contains("unexpected number of rows") {
        return Some(
            "query_one wants exactly one row, and query_opt one at most. Did the statement find \
             nothing, or several, or was RETURNING forgotten?",
        );
    }
    let parameters = display.contains("expected") && display.contains("parameters but got");
    parameters
        .then_some("Does every $1, $2, … stand outside of quotes? In a text it is no parameter.")
}
