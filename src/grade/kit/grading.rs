//! One run of a grader: which checks there are, and on which databases.

use std::time::Duration;

use super::{Outcome, Stop, Trial};
use crate::error::Error;
use crate::grade::answer::Answer;
use crate::grade::verdict::Check;
use crate::postgres::database::{Database, Databases, Fixture};

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

    /// Tries something on a fresh database that is a check only if it fails. Returns whether it
    /// passed.
    pub(super) fn attempt(
        &mut self,
        name: &str,
        fixture: &Fixture,
        body: impl FnOnce(&mut Trial<'_>) -> Outcome,
    ) -> Result<bool, Stop> {
        self.check(name, fixture, body)?;
        let passed = self.checks.last().is_some_and(|check| check.passed);
        if passed {
            self.checks.pop();
        }
        Ok(passed)
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
        let result = body(&mut trial).map_err(|stop| match stop {
            Stop::TimedOut(message) => {
                Stop::TimedOut(format!("{message}. {}", trial.server_was_doing()))
            }
            other => other,
        });
        let database = trial.finish();
        let message = match result {
            Ok(()) => {
                self.used = Some(database);
                None
            }
            Err(Stop::Wrong(message)) => {
                // An answer whose server was taken away returns an error too, and is not to blame.
                self.databases.alive()?;
                if self.kept.is_none() {
                    // A database that cannot be kept takes nothing from the verdict.
                    self.kept = database.keep(self.stem).ok();
                }
                Some(message)
            }
            Err(other) => {
                self.databases.alive()?;
                return Err(other);
            }
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
