//! What a grader is written with.
//!
//! A grader is a function that makes checks. Each check has a name that reads as a requirement, a
//! fixture, and a body that asks a [`Trial`]: it calls the answer, looks at the database and at
//! the wire, and says what is wrong in a sentence that helps.
//!
//! ```ignore
//! fn checks(g: &mut Grading<'_>) -> Result<(), Stop> {
//!     g.check("the id is the one that the server gave", &LUNDO, |t| {
//!         let id: i32 = t.call("add_user", ("ada@example.com", "Ada"))?.ok()?;
//!         let stored = t.value("SELECT id FROM users WHERE email = 'ada@example.com'")?;
//!         t.equal("the id", id.to_string(), stored.unwrap_or_default())
//!     })
//! }
//! ```

use std::collections::VecDeque;
use std::fmt::Debug;
use std::time::Duration;

use harness::protocol::{Failure, Request, Response};
use postgres::{Client, SimpleQueryMessage};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::verdict::Check;
use crate::error::{Context, Error};
use crate::exercise::Grader;
use crate::postgres::address::Address;
use crate::postgres::database::{Database, Databases, Fixture};
use crate::postgres::tap::{Log, Tap};
pub use crate::postgres::tap::{Protocol, Statement, TransactionStatus};
use crate::report::look::PLAIN;
use crate::report::server_error;

/// How many connections a pool of an answer may open.
const POOL: u32 = 5;

/// How long the record of the wire may lag behind a reply.
const SETTLE: Duration = Duration::from_secs(2);

/// Why a check ended before its end.
#[derive(Debug)]
pub enum Stop {
    /// The answer is wrong: the sentence for the learner.
    Wrong(String),
    /// The run's time is up.
    TimedOut(String),
    /// The answer's process ended.
    Crashed(String),
    /// Not the answer's fault.
    Fault(Error),
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

/// Says that an answer is wrong unless a condition holds.
pub fn ensure(holds: bool, message: impl Into<String>) -> Outcome {
    if holds { Ok(()) } else { wrong(message) }
}

/// A grader: its hints, and its checks.
pub fn grader(
    hints: &'static [&'static str],
    checks: fn(&mut Grading<'_>) -> Result<(), Stop>,
) -> Grader {
    Grader { hints, extensions: &[], checks }
}

/// One run of a grader.
pub struct Grading<'a> {
    databases: &'a Databases,
    answer: Answer,
    stem: &'static str,
    checks: Vec<Check>,
    kept: Option<String>,
    /// What the last check began with, and its database if it passed.
    fixture: Option<Fixture>,
    used: Option<Database>,
    last_was_fresh: bool,
}

/// What is left when a grader has run.
pub(crate) struct Finished {
    pub(crate) checks: Vec<Check>,
    pub(crate) kept: Option<String>,
    pub(crate) output: String,
}

impl<'a> Grading<'a> {
    pub(crate) fn new(databases: &'a Databases, answer: Answer, stem: &'static str) -> Self {
        Grading {
            databases,
            answer,
            stem,
            checks: Vec::new(),
            kept: None,
            fixture: None,
            used: None,
            last_was_fresh: false,
        }
    }

    /// Gives the run more time than the usual ten seconds.
    pub fn limit(&mut self, limit: Duration) {
        self.answer.extend(limit);
    }

    /// Makes a check, on a fresh database with this fixture in it.
    pub fn check(
        &mut self,
        name: &str,
        fixture: &Fixture,
        body: impl FnOnce(&mut Trial<'_>) -> Outcome,
    ) -> Result<(), Stop> {
        if std::mem::replace(&mut self.last_was_fresh, true) {
            // A grader that wants two wants more: the next is made while this one is used.
            self.databases.make_ahead(fixture);
        }
        let database = self.databases.create(fixture)?;
        self.judge(name, *fixture, database, body)
    }

    /// Makes a check on the database of the one before, if that passed, else on a fresh one with
    /// the same fixture: it must neither need nor mind what the one before has left. A database
    /// takes longer to make than most checks to run, so this is what most checks should do.
    pub fn then(
        &mut self,
        name: &str,
        body: impl FnOnce(&mut Trial<'_>) -> Outcome,
    ) -> Result<(), Stop> {
        self.last_was_fresh = false;
        let (fixture, database) = match (self.used.take(), self.fixture) {
            (Some(database), Some(fixture)) => (fixture, database),
            (None, Some(fixture)) => (fixture, self.databases.create(&fixture)?),
            (_, None) => return Err(Error::Content("the first check is a `check`".into()).into()),
        };
        self.judge(name, fixture, database, body)
    }

    fn judge(
        &mut self,
        name: &str,
        fixture: Fixture,
        database: Database,
        body: impl FnOnce(&mut Trial<'_>) -> Outcome,
    ) -> Result<(), Stop> {
        self.fixture = Some(fixture);
        self.used = None;
        let mut trial = Trial::new(database, &mut self.answer)?;
        let result = body(&mut trial);
        let database = trial.finish();
        let message = match result {
            Ok(()) => {
                self.used = Some(database);
                None
            }
            Err(Stop::Wrong(message)) => {
                if self.kept.is_none() {
                    // A database that cannot be kept takes nothing from the verdict.
                    self.kept = database.keep(self.stem).ok();
                }
                Some(message)
            }
            Err(other) => return Err(other),
        };
        self.checks.push(Check {
            name: name.to_owned(),
            passed: message.is_none(),
            message: message.unwrap_or_default(),
        });
        Ok(())
    }

    pub(crate) fn finish(self) -> Finished {
        let output = self.answer.finish();
        let mut text = output.text();
        if output.total > output.kept.len() as u64 {
            text.push_str(&format!("… and {} bytes more", output.total - output.kept.len() as u64));
        }
        Finished { checks: self.checks, kept: self.kept, output: text }
    }
}

/// One check at work: an answer, a database, and the wire between them.
pub struct Trial<'a> {
    answer: &'a mut Answer,
    address: Address,
    log: Log,
    client: Option<Client>,
    called: bool,
    pool: u32,
    _tap: Tap,
    database: Database,
}

/// What a call came to, if the function returned at all.
#[derive(Debug)]
pub struct Called<T> {
    function: String,
    result: Result<T, Failure>,
    /// The SQL that the server refused last, for a caret in it.
    sql: String,
}

impl<'a> Trial<'a> {
    fn new(database: Database, answer: &'a mut Answer) -> Outcome<Trial<'a>> {
        let socket = database.address.socket();
        let socket = socket.ok_or_else(|| Error::Bug("a server without a port".to_owned()))?;
        let tap = Tap::start(socket).context("cannot listen on the loopback")?;
        let address = database.address.through(tap.address().port());
        let log = tap.log();
        Ok(Trial {
            answer,
            address,
            log,
            client: None,
            called: false,
            pool: POOL,
            _tap: tap,
            database,
        })
    }

    /// Calls a function of the answer with these arguments after the client or pool: a tuple.
    pub fn call<T: DeserializeOwned>(
        &mut self,
        function: &str,
        arguments: impl Serialize,
    ) -> Outcome<Called<T>> {
        let arguments = match serde_json::to_value(arguments) {
            Ok(serde_json::Value::Array(arguments)) => arguments,
            Ok(serde_json::Value::Null) => Vec::new(),
            _ => return Err(Error::Content("the arguments of a call are a tuple".into()).into()),
        };
        self.log.take();
        self.called = true;
        let response = self.answer.ask(&Request::Call {
            function: function.to_owned(),
            url: self.address.url(),
            pool: self.pool,
            arguments,
        })?;
        let result = match response {
            Response::Returned(value) => match serde_json::from_value(value.clone()) {
                Ok(value) => Ok(value),
                Err(_) => {
                    return wrong(format!(
                        "`{function}` returned {value}, which is of another type than the task asks for."
                    ));
                }
            },
            Response::Failed(failure) => Err(failure),
            Response::Panicked(panic) => return wrong(describe_panic(function, &panic)),
            Response::Misfit(why) => {
                return wrong(format!("`{function}` cannot be called: {why}."));
            }
            Response::NoConnection(failure) => {
                return Err(Error::NoServer(format!(
                    "the answer could not connect: {}",
                    failure.display
                ))
                .into());
            }
            other => return Err(Error::Bug(format!("an unexpected reply: {other:?}")).into()),
        };
        let sql = match &result {
            Err(failure) if failure.server.is_some() => self.refused()?,
            _ => String::new(),
        };
        Ok(Called { function: function.to_owned(), result, sql })
    }

    /// The SQL of the last statement that failed.
    fn refused(&mut self) -> Outcome<String> {
        let failed = self.statements()?.into_iter().rev().find(|s| s.error.is_some());
        Ok(failed.map(|statement| statement.sql).unwrap_or_default())
    }

    /// The URL that the answer's connections go to: for functions that connect by themselves.
    pub fn url(&self) -> String {
        self.address.url()
    }

    /// The name of the check's database.
    pub fn database_name(&self) -> &str {
        &self.database.name
    }

    /// How many connections a pool that is handed to the answer may open.
    pub fn pool(&mut self, connections: u32) {
        self.pool = connections;
    }

    /// Closes the answer's connections, as the end of its program would.
    pub fn disconnect(&mut self) -> Outcome {
        let url = self.address.url();
        self.answer.ask(&Request::Disconnect { url })?;
        Ok(())
    }

    /// What went over the wire in the last call. What a client asks for its own purposes (the
    /// names of types it does not know) is left out.
    pub fn statements(&mut self) -> Outcome<VecDeque<Statement>> {
        if !self.log.settle(SETTLE) {
            return wrong("A statement of yours was still running when the function had returned.");
        }
        let all = self.log.statements().into_iter();
        Ok(all.filter(|statement| !statement.sql.contains("pg_catalog.pg_type")).collect())
    }

    /// How many sessions the answer has opened.
    pub fn connections(&self) -> usize {
        self.log.connections()
    }

    /// A session of the grader's own in the check's database.
    pub fn client(&mut self) -> Outcome<&mut Client> {
        if self.client.is_none() {
            self.client = Some(self.database.admin.connect()?);
        }
        self.client.as_mut().ok_or_else(|| Error::Bug("no client".to_owned()).into())
    }

    /// The rows of a query of the grader's, as text; NULL is `None`.
    pub fn rows(&mut self, sql: &str) -> Outcome<Vec<Vec<Option<String>>>> {
        let messages = self.client()?.simple_query(sql).map_err(|error| unseen(error, sql))?;
        let row = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect())
            }
            _ => None,
        };
        Ok(messages.into_iter().filter_map(row).collect())
    }

    /// The first value of a query of the grader's.
    pub fn value(&mut self, sql: &str) -> Outcome<Option<String>> {
        Ok(self.rows(sql)?.into_iter().next().and_then(|row| row.into_iter().next()).flatten())
    }

    /// Runs SQL of the grader's. `Err` in the inner result is what the server said to it.
    pub fn try_sql(&mut self, sql: &str) -> Outcome<Result<(), Failure>> {
        let result = self.client()?.batch_execute(sql);
        Ok(result.map_err(|error| Failure::of(&error)))
    }

    /// Runs SQL of the grader's that has to work.
    pub fn sql(&mut self, sql: &str) -> Outcome {
        self.client()?.batch_execute(sql).map_err(|error| unseen(error, sql))
    }

    fn finish(mut self) -> Database {
        if self.called {
            // A process that is gone has closed its connections already.
            let _ = self.disconnect();
        }
        self.database
    }
}

impl<T: Debug> Called<T> {
    /// The value. An error is a wrong answer.
    pub fn ok(self) -> Outcome<T> {
        match self.result {
            Ok(value) => Ok(value),
            Err(failure) => wrong(format!(
                "`{}` returned an error.\n{}",
                self.function,
                show_error(&failure, &self.sql)
            )),
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
    let Some(server) = &failure.server else { return failure.display.clone() };
    let mut text = server_error::draw(server, sql, PLAIN);
    if let Some(cure) = crate::postgres::sqlstate::cure(&server.sqlstate) {
        text.push_str(&format!("\n{cure}"));
    }
    text
}

/// The grader's own SQL failed. If the server understood and refused, the answer has changed the
/// database so that the check cannot be made (that the SQL is right is tested with the solution);
/// if the connection broke, nobody is to blame.
fn unseen(error: postgres::Error, sql: &str) -> Stop {
    match error.as_db_error() {
        Some(db) if !db.code().code().starts_with("57P") => Stop::Wrong(format!(
            "After your answer had run, the check could not be made: {}. It asks:\n    {}",
            db.message(),
            sql.trim().replace('\n', "\n    ")
        )),
        _ => {
            Stop::Fault(Error::Server { context: "the server went away".to_owned(), source: error })
        }
    }
}

fn describe_panic(function: &str, panic: &harness::protocol::Panic) -> String {
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
                     NULL and the Rust type no Option.",
                );
            }
            text
        }
    }
}
