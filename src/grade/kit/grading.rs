//! One run of a grader: which checks there are, and on which databases.

use std::time::Duration;

use super::query::{Data, seed};
use super::trial::{Place, Unwritten};
use super::{Outcome, Stop, Trial};
use crate::error::Error;
use crate::grade::Purpose;
use crate::grade::answer::Answer;
use crate::grade::verdict::{Check, State};
use crate::postgres::database::{Database, Databases, Fixture};

/// One run of a grader.
pub struct Grading<'a> {
    databases: &'a Databases,
    answer: Answer,
    stem: &'static str,
    pub(super) purpose: Purpose,
    checks: Vec<Check>,
    kept: Option<String>,
    /// What the next check builds on.
    needs: Vec<String>,
    unwritten: Unwritten,
    /// What the last check began with, and its database if it passed.
    fixture: Option<Fixture>,
    pub(super) used: Option<Place>,
    /// Databases of queries that did no more than read.
    pub(super) filled: Vec<(Data, Place)>,
    /// What `random()` in the data begins with.
    pub(super) seed: u32,
    last_was_fresh: bool,
}

/// What is left when a grader has run.
pub(crate) struct Finished {
    pub(crate) checks: Vec<Check>,
    pub(crate) kept: Option<String>,
    pub(crate) output: String,
}

impl<'a> Grading<'a> {
    pub(crate) fn new(
        databases: &'a Databases,
        answer: Answer,
        stem: &'static str,
        purpose: Purpose,
    ) -> Self {
        Grading {
            databases,
            answer,
            stem,
            purpose,
            checks: Vec::new(),
            kept: None,
            needs: Vec::new(),
            unwritten: Unwritten::default(),
            fixture: None,
            used: None,
            filled: Vec::new(),
            seed: seed(purpose),
            last_was_fresh: false,
        }
    }

    /// Gives the run more time than the usual ten seconds.
    pub fn limit(&mut self, limit: Duration) {
        self.answer.extend(limit);
    }

    /// The check that follows builds on an earlier one, and is not tried if that did not pass:
    /// `g.needs("the id comes back").then("…", |t| …)?`. For several, say it several times.
    ///
    /// For checks that would only repeat what the earlier one said. That a function is still a
    /// `todo!()` is told once in any case.
    pub fn needs(&mut self, name: &str) -> &mut Self {
        self.needs.push(name.to_owned());
        self
    }

    /// Makes a check, on a fresh database with this fixture in it.
    pub fn check(
        &mut self,
        name: &str,
        fixture: &Fixture,
        body: impl FnOnce(&mut Trial<'_>) -> Outcome,
    ) -> Result<(), Stop> {
        let state = match self.waits_for()? {
            Some(why) => State::NotTried(why),
            None => {
                let database = self.fresh(fixture)?;
                self.judge(*fixture, database.into(), body)?
            }
        };
        self.note(name, state);
        Ok(())
    }

    /// Makes a check on the database of the one before, if that passed, else on a fresh one with
    /// the same fixture: it must neither need nor mind what the one before has left. A database
    /// takes longer to make than most checks to run, so this is what most checks should do.
    pub fn then(
        &mut self,
        name: &str,
        body: impl FnOnce(&mut Trial<'_>) -> Outcome,
    ) -> Result<(), Stop> {
        let Some(fixture) = self.fixture else {
            return Err(Error::Content("the first check is a `check`".into()).into());
        };
        let state = match self.waits_for()? {
            Some(why) => State::NotTried(why),
            None => {
                self.last_was_fresh = false;
                let used = self.used.take();
                let place = match used {
                    Some(place) => place,
                    None => self.databases.create(&fixture)?.into(),
                };
                self.judge(fixture, place, body)?
            }
        };
        self.note(name, state);
        Ok(())
    }

    /// What has to be put right first, of what the next check was said to need.
    pub(super) fn waits_for(&mut self) -> Result<Option<String>, Error> {
        let mut first = None;
        for name in std::mem::take(&mut self.needs) {
            let Some(earlier) = self.checks.iter().find(|check| check.name == name) else {
                return Err(Error::Content(format!(
                    "a check needs {name:?}, and none is before it"
                )));
            };
            if !earlier.passed() && first.is_none() {
                first = Some(format!("first {name:?}"));
            }
        }
        Ok(first)
    }

    pub(super) fn note(&mut self, name: &str, state: State) {
        self.checks.push(Check { name: name.to_owned(), state });
    }

    /// A fresh database.
    pub(super) fn fresh(&mut self, fixture: &Fixture) -> Result<Database, Error> {
        if std::mem::replace(&mut self.last_was_fresh, true) {
            // A grader that wants two wants more: the next is made while this one is used.
            self.databases.make_ahead(fixture);
        }
        self.databases.create(fixture)
    }

    pub(super) fn judge(
        &mut self,
        fixture: Fixture,
        place: Place,
        body: impl FnOnce(&mut Trial<'_>) -> Outcome,
    ) -> Result<State, Stop> {
        self.fixture = Some(fixture);
        self.used = None;
        let mut trial = Trial::new(place, &mut self.answer, &mut self.unwritten)?;
        let result = body(&mut trial).map_err(|stop| match stop {
            Stop::TimedOut(message) => {
                Stop::TimedOut(format!("{message}. {}", trial.server_was_doing()))
            }
            other => other,
        });
        let place = trial.finish();
        match result {
            Ok(()) => {
                self.used = Some(place);
                Ok(State::Passed)
            }
            Err(Stop::NotTried(why)) if self.checks.iter().any(Check::failed) => {
                Ok(State::NotTried(why))
            }
            Err(Stop::Wrong(message) | Stop::NotTried(message)) => {
                // An answer whose server was taken away returns an error too, and is not to blame.
                self.databases.alive()?;
                if self.kept.is_none() && self.purpose == Purpose::Learning {
                    // A database that cannot be kept takes nothing from the verdict.
                    self.kept = place.database.keep(self.stem).ok();
                }
                Ok(State::Failed(message))
            }
            Err(other) => {
                self.databases.alive()?;
                Err(other)
            }
        }
    }

    pub(crate) fn finish(self) -> Finished {
        if self.kept.is_none() && self.purpose == Purpose::Learning {
            // What was kept of the run before is of an answer that has changed since.
            self.databases.forget(self.stem);
        }
        let output = self.answer.finish();
        let mut text = output.text();
        if output.total > output.kept.len() as u64 {
            text.push_str(&format!(
                "... and {} bytes more",
                output.total - output.kept.len() as u64
            ));
        }
        Finished { checks: self.checks, kept: self.kept, output: text }
    }
}
