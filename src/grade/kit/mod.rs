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
mod peers;
pub mod plan;
mod query;
mod questions;
mod ratio;
mod running;
mod shrink;
mod sql;
mod stop;
mod together;
mod transactions;
mod trial;
pub mod wire;

use std::fmt::Debug;

use harness::protocol::{Failure, ServerError};

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
pub use self::stop::{Outcome, Stop, ensure, not_tried, wrong};
pub use self::together::{STATEMENTS, both_go_on};
pub use self::transactions::Isolation;
pub use self::trial::{Mark, Pooled, Trial};
pub use self::wire::{Wire, indented};
pub use super::message::{Message, Part};
pub use crate::postgres::needs::{Needs, Privilege};
use crate::postgres::sqlstate;
pub use crate::postgres::tap::{Protocol, Statement, TransactionStatus};

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

/// An error as a learner is told of it, with the usual cure.
pub fn explain(failure: &Failure) -> String {
    match &failure.server {
        Some(server) => format!("{}{}", sqlstate::words(server), cure(server)),
        None => {
            let cure = client_cure(&failure.display).map(|cure| format!(".\n{cure}"));
            format!("{}{}", failure.display, cure.unwrap_or_default())
        }
    }
}

/// The same under the SQL that it is about.
fn explain_under(failure: &Failure, sql: String) -> Message {
    match &failure.server {
        Some(server) => Message::default().with(Part::Error(server.clone(), sql)).and(cure(server)),
        None => explain(failure).into(),
    }
}

/// The usual cure of an error of the server, on a line of its own.
fn cure(server: &ServerError) -> String {
    sqlstate::cure(&server.sqlstate).map(|cure| format!("\n{cure}")).unwrap_or_default()
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
