//! The checks of a grader, as they are made: a chain for each that begins on a database of its own, and
//! chains side by side. What came of them is told as if they had been made one after another.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::grading::{Body, Grading, Task, Work};
use super::query::{Data, seed};
use super::trial::Place;
use super::{Message, Outcome, Stop, Trial};
use crate::error::{Error, Result};
use crate::grade::Purpose;
use crate::grade::answer::{Answer, AnswerProgram, Lane};
use crate::grade::verdict::{Check, State};
use crate::interrupt;
use crate::lock::locked;
use crate::postgres::database::{Database, Databases, Fixture};
use crate::postgres::needs::Privilege;

/// What is left when a grader has run.
#[derive(Default)]
pub(in crate::grade) struct Finished {
    pub(in crate::grade) checks: Vec<Check<Message>>,
    pub(in crate::grade) kept: Option<String>,
    pub(in crate::grade) output: String,
    /// Why it came to no end, if it did not.
    pub(in crate::grade) stopped: Option<Stop>,
}

/// How many chains go on at a time. Who learns waits for all of them; who judges many answers has
/// others to judge meanwhile.
fn side_by_side(purpose: Purpose) -> usize {
    match purpose {
        Purpose::Learning => 8,
        Purpose::Judging => 2,
    }
}

/// How many databases are made before they are wanted.
pub(in crate::grade) const AHEAD: usize = 4;

/// On what terms an answer is judged.
pub(in crate::grade) struct Terms {
    pub(in crate::grade) stem: &'static str,
    /// What the answer may do.
    pub(in crate::grade) may: Privilege,
    pub(in crate::grade) purpose: Purpose,
    pub(in crate::grade) limit: Duration,
}

/// Makes the checks of a grader.
///
/// `list` makes the list of them, and `program` what is to be judged, anew each time. Should the answer's
/// process end before its time, they are made once more, one after another: only so can be told
/// which of them it was that ended it.
pub(in crate::grade) fn run(
    databases: &Databases,
    list: &dyn Fn() -> Result<Grading, Stop>,
    program: &dyn Fn() -> Result<AnswerProgram>,
    Terms { stem, may, purpose, limit }: Terms,
) -> Result<Finished> {
    let seed = seed(purpose);
    let once = |grading: Grading, most: usize| -> Result<Made> {
        let answer = Answer::start(program()?)?;
        let limit = limit.max(grading.limit);
        // Who learns had the first made while the compiler worked.
        let begun = if purpose == Purpose::Learning { AHEAD } else { 1 };
        let wanted = Mutex::new(grading.fixtures().into_iter().skip(begun).collect());
        let (told, changed) = (Mutex::default(), Condvar::new());
        let run =
            Run { databases, may, answer: &answer, purpose, seed, limit, wanted, told, changed };
        let certain = run.make(grading.tasks, most);
        let told = run.told.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Made { answer, told, certain })
    };
    let grading = match list() {
        Ok(grading) => grading,
        Err(stop) => return Ok(Finished { stopped: Some(stop), ..Finished::default() }),
    };
    let mut made = once(grading, side_by_side(purpose))?;
    interrupt::check()?;
    if !made.certain
        && let Ok(grading) = list()
    {
        made = once(grading, 1)?;
    }
    Ok(made.settle(databases, stem, purpose))
}

/// What all chains have in common.
struct Run<'a> {
    databases: &'a Databases,
    may: Privilege,
    answer: &'a Answer,
    purpose: Purpose,
    seed: u32,
    limit: Duration,
    /// The databases that are going to be asked for, but for those that are being made.
    wanted: Mutex<VecDeque<Fixture>>,
    told: Mutex<Told>,
    changed: Condvar,
}

/// What is known so far.
#[derive(Default)]
struct Told {
    names: Vec<String>,
    /// What came of each check, by its place in the list.
    came: BTreeMap<usize, Outcome>,
    /// The first check that did not pass, and its database.
    failed: Option<(usize, Database)>,
    /// The first check after which there was no going on.
    stopped: Option<usize>,
    /// The time that the answer took, of all chains.
    taken: Duration,
}

/// The checks of a grader, when they have been made.
struct Made {
    answer: Answer,
    told: Told,
    /// Whether all is as if they had been made one after another.
    certain: bool,
}

/// Checks that follow one another on one database, each with its place in the list.
type Chain = Vec<(usize, Task)>;

fn chains(tasks: Vec<Task>) -> VecDeque<Chain> {
    let mut chains: VecDeque<Chain> = VecDeque::new();
    for (place, task) in tasks.into_iter().enumerate() {
        match chains.back_mut() {
            Some(chain) if !task.work.begins() => chain.push((place, task)),
            _ => chains.push_back(vec![(place, task)]),
        }
    }
    chains
}

impl Run<'_> {
    /// Makes the checks, so many chains at a time. Returns whether all is as if they had been made one
    /// after another.
    fn make(&self, tasks: Vec<Task>, most: usize) -> bool {
        self.told().names = tasks.iter().map(|task| task.name.clone()).collect();
        let chains = Mutex::new(chains(tasks).into_iter().enumerate().collect::<VecDeque<_>>());
        let lanes = most.min(locked(&chains).len()).max(1);
        let limit = self.limit;
        let work = || {
            let mut left = limit;
            loop {
                let Some((number, chain)) = locked(&chains).pop_front() else { break };
                // One after another, they have the time together.
                let has = if lanes == 1 { left } else { limit };
                left = self.make_chain(u32::try_from(number).unwrap_or(u32::MAX), chain, has);
            }
        };
        if lanes == 1 {
            work();
            return true;
        }
        thread::scope(|scope| {
            (0..lanes).for_each(|_| drop(scope.spawn(interrupt::together(work))));
        });
        let told = self.told();
        let crashed = |came: &Outcome| matches!(came, Err(Stop::Crashed(_)));
        !told.came.values().any(crashed) && told.taken <= limit
    }

    /// A database for a check, whose role may do what the checks need.
    fn database(&self, fixture: &Fixture) -> Result<Database, Error> {
        let mut database = self.databases.create_for_check(fixture)?;
        // What strangers wrote is not to have the server.
        database.allow(self.may.min(Privilege::CreateRoles))?;
        Ok(database)
    }

    /// Makes the checks of a chain. Returns what is left of the answer's time.
    fn make_chain(&self, number: u32, chain: Chain, left: Duration) -> Duration {
        let mut maker = Maker {
            run: self,
            lane: Some(self.answer.lane(number, self.limit, left)),
            fixture: None,
            used: None,
            failed: None,
            filled: Vec::new(),
        };
        let goes_on: Vec<bool> = chain.iter().map(|(_, task)| task.work.goes_on()).collect();
        for (at, (place, task)) in chain.into_iter().enumerate() {
            let Some(waits) = self.waits_for(place, &task.needs) else { break };
            let again = goes_on.get(at + 1).copied().unwrap_or_default();
            let came = match waits {
                Some(why) => {
                    maker.pass_over(&task.work);
                    Err(Stop::NotTried(why))
                }
                None => {
                    let made = catch_unwind(AssertUnwindSafe(|| maker.make(task.work, again)));
                    made.unwrap_or_else(|_| {
                        let text = format!("a check of the grader panicked: {:?}", task.name);
                        Err(Error::Content(text).into())
                    })
                }
            };
            let ends = came.as_ref().is_err_and(Stop::ends_the_run);
            self.note(place, came, maker.failed.take());
            if ends {
                break;
            }
        }
        let rest = maker.lane.map_or(Duration::ZERO, |lane| lane.left());
        self.told().taken += left.saturating_sub(rest);
        rest
    }

    fn note(&self, place: usize, came: Outcome, failed: Option<Database>) {
        let mut told = self.told();
        if came.as_ref().is_err_and(Stop::ends_the_run) {
            told.stopped = Some(told.stopped.map_or(place, |other| other.min(place)));
        }
        told.came.insert(place, came);
        let is_first = told.failed.as_ref().is_none_or(|(first, _)| place < *first);
        let mut of_no_use = failed.map(|database| (place, database));
        if of_no_use.is_some() && is_first {
            of_no_use = std::mem::replace(&mut told.failed, of_no_use);
        }
        drop(told);
        drop(of_no_use);
        self.changed.notify_all();
    }

    /// What has to be put right first, if something has. Waits until that is known; none if it is not
    /// going to be.
    fn waits_for(&self, place: usize, needs: &[usize]) -> Option<Option<String>> {
        let mut told = self.told();
        loop {
            if told.stopped.is_some_and(|stopped| stopped < place) {
                return None;
            }
            let first = needs.iter().find(|need| !matches!(told.came.get(need), Some(Ok(()))));
            match first.map(|need| (need, told.came.contains_key(need))) {
                None => return Some(None),
                Some((need, true)) => return Some(Some(format!("first {:?}", told.names[*need]))),
                Some((_, false)) => {
                    told = self.changed.wait(told).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        locked(&self.told)
    }
}

impl Told {
    /// The checks in the order of the list, and why they came to no end, if they did not.
    fn in_order(
        names: Vec<String>,
        came: BTreeMap<usize, Outcome>,
    ) -> (Vec<Check<Message>>, Option<Stop>) {
        let (mut checks, mut unwritten) = (Vec::<Check<Message>>::new(), BTreeSet::new());
        for ((expected, name), (place, came)) in names.into_iter().enumerate().zip(came) {
            // What was made beyond one that is not known is as if it had not been.
            if expected != place {
                break;
            }
            let failed = checks.iter().any(Check::failed);
            // So that nothing is wrong without a reason.
            let not_tried =
                |why| if failed { State::NotTried(why) } else { State::Failed(why.into()) };
            let state = match came {
                Ok(()) => State::Passed,
                Err(Stop::Wrong(message)) => State::Failed(message),
                Err(Stop::NotTried(why)) => not_tried(why),
                Err(Stop::Unwritten { function, task, message }) => {
                    let told = format!("`{function}` is still to be written");
                    match unwritten.insert((function, task)) {
                        true => State::Failed(message.into()),
                        false => not_tried(told),
                    }
                }
                Err(stop) => return (checks, Some(stop)),
            };
            checks.push(Check { name, state });
        }
        (checks, None)
    }
}

impl Made {
    /// Ends the answer, and keeps or forgets the database of the first check that failed.
    fn settle(self, databases: &Databases, stem: &'static str, purpose: Purpose) -> Finished {
        let Told { names, came, failed, .. } = self.told;
        let (checks, stopped) = Told::in_order(names, came);
        let output = self.answer.finish();
        let mut kept = None;
        if purpose == Purpose::Learning {
            let first = checks.iter().position(|check| !check.passed());
            match failed.filter(|(place, _)| Some(*place) == first) {
                // A database that cannot be kept takes nothing from the verdict.
                Some((_, database)) => kept = database.keep(stem).ok(),
                // What was kept of the run before is of an answer that has changed since.
                None => databases.forget(stem),
            }
        }
        let mut text = output.text();
        if output.total > output.kept.len() as u64 {
            let more = output.total - output.kept.len() as u64;
            text.push_str(&format!("... and {more} bytes more"));
        }
        Finished { checks, kept, output: text, stopped }
    }
}

/// Makes the checks of one chain.
struct Maker<'a> {
    run: &'a Run<'a>,
    /// There, but while a check has it.
    lane: Option<Lane<'a>>,
    /// What the last check began with, and its database if it passed.
    fixture: Option<Fixture>,
    used: Option<Place>,
    /// Its database if it did not.
    failed: Option<Database>,
    /// Databases of queries that did no more than read.
    filled: Vec<(Data, Place)>,
}

impl Maker<'_> {
    /// Makes a check. `again` says that the next goes on there.
    fn make(&mut self, work: Work, again: bool) -> Outcome {
        match work {
            Work::Check(fixture, body) => {
                let place = self.fresh(&fixture)?;
                self.judge(fixture, place, body, again)
            }
            Work::Then(body) => self.then(body, again),
            // The first set that does not pass is the check's result.
            Work::Query(query, data, cases) => {
                data.iter().try_for_each(|data| self.judge_on(data, query, &cases, again))
            }
        }
    }

    /// Does not make a check, and what goes on where it would have been made begins anew.
    fn pass_over(&mut self, work: &Work) {
        let fixture = match work {
            Work::Check(fixture, _) => Some(*fixture),
            Work::Then(_) => None,
            Work::Query(_, data, _) => data.last().map(Data::fixture),
        };
        if fixture.is_some() {
            (self.fixture, self.used) = (fixture, None);
        }
    }

    fn then(&mut self, body: Body, again: bool) -> Outcome {
        let Some(fixture) = self.fixture else {
            return Err(Error::Content("the first check is a `check`".into()).into());
        };
        let place = match self.used.take() {
            Some(place) => place,
            None => self.run.database(&fixture)?.into(),
        };
        self.judge(fixture, place, body, again)
    }

    /// A fresh database.
    fn fresh(&self, fixture: &Fixture) -> Outcome<Place> {
        let database = self.run.database(fixture)?;
        // While it is used, the next is made.
        if let Some(next) = locked(&self.run.wanted).pop_front() {
            self.run.databases.make_ahead(&next);
        }
        Ok(database.into())
    }

    fn judge(
        &mut self,
        fixture: Fixture,
        place: Place,
        body: impl FnOnce(&mut Trial<'_>) -> Outcome,
        again: bool,
    ) -> Outcome {
        self.fixture = Some(fixture);
        self.used = None;
        let Some(lane) = self.lane.take() else {
            return Err(Error::Bug("a check has lost its lane".to_owned()).into());
        };
        let mut trial = Trial::new(place, lane)?;
        let result = body(&mut trial).map_err(|stop| match stop {
            Stop::TimedOut(message) => {
                Stop::TimedOut(format!("{message}. {}", trial.server_was_doing()))
            }
            other => other,
        });
        let (place, lane) = trial.finish(again && result.is_ok());
        self.lane = Some(lane);
        let Err(stop) = result else {
            self.used = Some(place);
            return Ok(());
        };
        // An answer whose server was taken away returns an error too, and is not to blame.
        self.run.databases.alive()?;
        if !stop.ends_the_run() {
            self.failed = Some(place.database);
        }
        Err(stop)
    }

    /// Judges on one set of data: on the database of an earlier query that left it as it was, if
    /// there is one. To make a database and fill it takes longer than all the calls.
    fn judge_on(
        &mut self,
        data: &Data,
        query: super::Query,
        cases: &[serde_json::Value],
        again: bool,
    ) -> Outcome {
        let known = self.filled.iter().position(|(other, _)| other.is(data));
        let filled = known.map(|index| self.filled.swap_remove(index).1);
        let is_filled = filled.is_some();
        let place = match filled {
            Some(place) => place,
            None => self.fresh(&data.fixture())?,
        };
        let (seed, purpose) = (self.run.seed, self.run.purpose);
        let mut untouched = false;
        self.judge(
            data.fixture(),
            place,
            |t| {
                if !is_filled {
                    data.fill(t, seed)?;
                }
                untouched = query.try_on(t, data, cases, purpose, seed)?;
                Ok(())
            },
            again,
        )?;
        if untouched && let Some(place) = self.used.take() {
            self.filled.push((*data, place));
        }
        Ok(())
    }
}
