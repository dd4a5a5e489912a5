//! What a call came to.

use std::fmt::Debug;

use harness::protocol::{Failure, Panic, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Outcome, Statement, Stop, explain_under, wrong};
use crate::error::Error;
use crate::postgres::address::Address;

/// What a call came to, if the function returned at all.
#[derive(Debug)]
pub struct Called<T> {
    function: String,
    result: Result<T, Failure>,
    /// The SQL that the server refused last, for a caret in it.
    sql: String,
}

impl<T> Called<T> {
    /// `sql` is what the server refused last, if that is what happened.
    pub(super) fn new(function: &str, result: Result<T, Failure>, sql: String) -> Called<T> {
        Called { function: function.to_owned(), result, sql }
    }
}

impl<T: Debug> Called<T> {
    /// The value. An error is a wrong answer.
    pub fn ok(self) -> Outcome<T> {
        match self.result {
            Ok(value) => Ok(value),
            Err(failure) => wrong(
                explain_under(&failure, self.sql)
                    .behind(format!("`{}` returned an error.\n", self.function)),
            ),
        }
    }

    /// The error. A value is a wrong answer.
    pub fn error(self) -> Outcome<Failure> {
        match self.result {
            Ok(value) => wrong(format!(
                "`{}` returned Ok({value:?}) where it has to return an error.",
                self.function
            )),
            Err(failure) => Ok(failure),
        }
    }

    /// Both.
    #[expect(clippy::result_large_err, reason = "a grader takes it apart at once")]
    pub fn either(self) -> Result<T, Failure> {
        self.result
    }
}

/// The arguments of a call: a tuple.
pub(super) fn arguments(arguments: impl Serialize) -> Outcome<Vec<Value>> {
    match serde_json::to_value(arguments) {
        Ok(Value::Array(arguments)) => Ok(arguments),
        Ok(Value::Null) => Ok(Vec::new()),
        _ => Err(Error::Content("the arguments of a call are a tuple".into()).into()),
    }
}

/// What a function returned, if it returned at all. `server` is asked whether it is there, if the answer
/// says that it is not.
pub(super) fn result<T: DeserializeOwned>(
    function: &str,
    response: Response,
    server: &Address,
) -> Outcome<Result<T, Failure>> {
    match response {
        Response::Returned(value) => match serde_json::from_value(value.clone()) {
            Ok(value) => Ok(Ok(value)),
            Err(_) => wrong(format!(
                "`{function}` returned {value}, which is of another type than the task asks for."
            )),
        },
        Response::Failed(failure) => Ok(Err(failure)),
        Response::Panicked(panic) => {
            let message = describe_panic(function, &panic);
            let function = function.to_owned();
            Err(match panic.todo() {
                Some(task) => Stop::Unwritten { function, task: task.to_owned(), message },
                None => Stop::Wrong(message.into()),
            })
        }
        Response::Misfit(why) => wrong(format!("`{function}` cannot be called: {why}.")),
        // That the answer says so is no proof.
        Response::NoConnection(failure) if server.connect().is_ok() => {
            wrong(format!("the answer could not connect: {}.", failure.display))
        }
        Response::NoConnection(failure) => {
            Err(Error::NoServer(format!("the answer could not connect: {}", failure.display))
                .into())
        }
        other => Err(Error::Bug(format!("an unexpected reply: {other:?}")).into()),
    }
}

/// The SQL of the last of these statements that failed.
pub(super) fn refused(statements: impl IntoIterator<Item = Statement>) -> String {
    let failed = statements.into_iter().filter(|statement| statement.error.is_some()).last();
    failed.map(|statement| statement.sql).unwrap_or_default()
}

fn describe_panic(function: &str, panic: &Panic) -> String {
    match panic.todo() {
        Some("") => format!("`{function}` is still to be written."),
        Some(task) => format!("`{function}` is still to be written: {task}."),
        None => {
            let place = panic.place.as_ref().map(|(file, line)| format!(" ({file}, line {line})"));
            let place = place.unwrap_or_default();
            let mut text = format!("`{function}` panicked{place}: {}", panic.message);
            // `postgres::Row::get` leaves out why.
            if panic.message.contains("error deserializing column") {
                text.push_str(
                    "\nThe column's type is not one that the Rust type can hold, or the value is \
                     NULL and the Rust type is no Option.",
                );
            }
            text
        }
    }
}
