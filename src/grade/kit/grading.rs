//! The checks of a grader, as it lists them. None is made before all of them are known, so that what
//! they need can be made ahead, and those that do not depend on each other side by side.

use std::time::Duration;

use serde_json::Value;

use super::query::{Data, Query};
use super::{Outcome, Stop, Trial};
use crate::error::Error;
use crate::postgres::database::Fixture;

/// The checks of a grader, as it lists them.
#[derive(Default)]
pub struct Grading {
    pub(super) tasks: Vec<Task>,
    /// What the next check builds on.
    needs: Vec<String>,
    pub(super) limit: Duration,
}

/// One check to be made.
pub(super) struct Task {
    pub(super) name: String,
    /// The places in the list of those that have to pass before.
    pub(super) needs: Vec<usize>,
    pub(super) work: Work,
}

/// What a check does.
pub(super) type Body = Box<dyn FnOnce(&mut Trial<'_>) -> Outcome + Send>;

/// What there is to do for a check, and where.
pub(super) enum Work {
    /// On a fresh database.
    Check(Fixture, Body),
    /// On the database of the check before.
    Then(Body),
    /// On each set of data.
    Query(Query, Vec<Data>, Vec<Value>),
}

impl Grading {
    /// Gives the run more time than the usual ten seconds.
    pub fn limit(&mut self, limit: Duration) {
        self.limit = self.limit.max(limit);
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

    /// Adds a check on a fresh database with this fixture in it. It and what [follows](Grading::then)
    /// goes on beside the other checks of the grader.
    pub fn check(
        &mut self,
        name: &str,
        fixture: &Fixture,
        body: impl FnOnce(&mut Trial<'_>) -> Outcome + Send + 'static,
    ) -> Result<(), Stop> {
        self.add(name, Work::Check(*fixture, Box::new(body)))
    }

    /// Adds a check on the database of the one before, if that passed, else on a fresh one with
    /// the same fixture: it must neither need nor mind what the one before has left. A database
    /// takes longer to make than most checks to run, so this is what most checks should do.
    pub fn then(
        &mut self,
        name: &str,
        body: impl FnOnce(&mut Trial<'_>) -> Outcome + Send + 'static,
    ) -> Result<(), Stop> {
        if self.tasks.is_empty() {
            return Err(Error::Content("the first check is a `check`".into()).into());
        }
        self.add(name, Work::Then(Box::new(body)))
    }

    /// Adds a check of a query: for each set of data and each list of arguments the answer has to
    /// return what the reference does. What differs is told on the smallest part of the data that
    /// still shows it.
    pub fn query(
        &mut self,
        name: &str,
        query: &Query,
        data: &[Data],
        cases: &[Value],
    ) -> Result<(), Stop> {
        if data.is_empty() {
            return Err(Error::Content("a query is checked on data".to_owned()).into());
        }
        self.add(name, Work::Query(*query, data.to_vec(), cases.to_vec()))
    }

    fn add(&mut self, name: &str, work: Work) -> Result<(), Stop> {
        let mut needs = Vec::new();
        for name in std::mem::take(&mut self.needs) {
            match self.tasks.iter().position(|earlier| earlier.name == name) {
                Some(place) => needs.push(place),
                None => {
                    return Err(Error::Content(format!(
                        "a check needs {name:?}, and none is before it"
                    ))
                    .into());
                }
            }
        }
        self.tasks.push(Task { name: name.to_owned(), needs, work });
        Ok(())
    }

    /// The databases that these checks begin on, in order, if all goes well.
    pub(in crate::grade) fn fixtures(&self) -> Vec<Fixture> {
        let mut filled: Vec<Data> = Vec::new();
        let mut fixtures = Vec::new();
        for task in &self.tasks {
            match &task.work {
                Work::Check(fixture, _) => fixtures.push(*fixture),
                Work::Then(_) => {}
                Work::Query(_, data, _) => {
                    for data in data {
                        if !filled.iter().any(|other| other.is(data)) {
                            filled.push(*data);
                            fixtures.push(data.fixture());
                        }
                    }
                }
            }
        }
        fixtures
    }
}

impl Work {
    /// Whether it goes on where the check before was made.
    pub(super) fn goes_on(&self) -> bool {
        matches!(self, Work::Then(_))
    }

    /// Whether a new chain of checks begins with it.
    pub(super) fn begins(&self) -> bool {
        matches!(self, Work::Check(..))
    }
}
