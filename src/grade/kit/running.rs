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
use super::{Outcome, Stop, Trial};
use crate::error::{Error, Result};
use crate::grade::Purpose;
use crate::grade::answer::{Answer, AnswerProgram, Lane};
use crate::grade::verdict::{Check, State};
use crate::interrupt;
use crate::postgres::database::{Database, Databases, Fixture};

/// What is left when a grader has run.
pub(in crate::grade) struct Finished {
    pub(in crate::grade) checks: Vec<Check>,
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

/// Makes the checks of a grader.
///
/// `list` makes the list of them, and `program` what is to be judged, anew each time. Should the answer's
/// process end before its time, they are made once more, one after another: only so can be told
/// which of them it was that ended it.
pub(in crate::grade) fn run(
    databases: &Databases,
    list: &dyn Fn() -> Result<Grading, Stop>,
    program: &dyn Fn() -> Result<AnswerProgram>,
    stem: &'static str,
    purpose: Purpose,
    limit: Duration,
) -> Result<Finished> {
    let seed = seed(purpose);
    let once = |most: usize| -> Result<(Finished, bool)> {
        let grading = match list() {
            Ok(grading) => grading,
            Err(stop) => return Ok((Finished::none(stop), true)),
        };
        let answer = Answer::start(program()?)?;
        let limit = limit.max(grading.limit);
        // Who learns had the first made while the compiler worked.
        let begun = if purpose == Purpose::Learning { AHEAD } else { 1 };
        let wanted = Mutex::new(grading.fixtures().into_iter().skip(begun).collect());
        let run = Run { databases, answer: &answer, purpose, seed, limit, wanted };
        let run = Board { run, told: Mutex::default(), changed: Condvar::new() };
        let certain = run.make(grading.tasks, most);
        let Board { told, .. } = run;
        let told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok((told.settle(databases, stem, purpose, answer), certain))
    };
    let (finished, certain) = once(side_by_side(purpose))?;
    interrupt::check()?;
    if certain { Ok(finished) } else { Ok(once(1)?.0) }
}

/// What all chains have in common.
struct Run<'a> {
    databases: &'a Databases,
    answer: &'a Answer,
    purpose: Purpose,
    seed: u32,
    limit: Duration,
    /// The databases that are going to be asked for, but for those that are being made.
    wanted: Mutex<VecDeque<Fixture>>,
}

/// What came of a check, before it is told beside the others.
enum Came {
    Passed,
    Wrong(String),
    /// What comes first.
    NotTried(String),
    Unwritten {
        function: String,
        task: String,
        message: String,
    },
    /// There is no going on.
    Stopped(Stop),
}

/// What is known so far.
#[derive(Default)]
struct Told {
    names: Vec<String>,
    came: BTreeMap<usize, Came>,
    /// The databases of checks that did not pass: the first of each chain.
    kept: BTreeMap<usize, Database>,
    /// Where there was no going on.
    stopped: Option<usize>,
    /// The time that the answer took, of all chains.
    taken: Duration,
}

struct Board<'a> {
    run: Run<'a>,
    told: Mutex<Told>,
    changed: Condvar,
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

impl Board<'_> {
    /// Makes the checks, so many chains at a time. Returns whether all is as if they had been made one
    /// after another.
    fn make(&self, tasks: Vec<Task>, most: usize) -> bool {
        self.told().names = tasks.iter().map(|task| task.name.clone()).collect();
        let chains = Mutex::new(chains(tasks).into_iter().enumerate().collect::<VecDeque<_>>());
        let lanes = most.min(locked(&chains).len()).max(1);
        let limit = self.run.limit;
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
        let crashed = |came: &Came| matches!(came, Came::Stopped(Stop::Crashed(_)));
        !told.came.values().any(crashed) && told.taken <= limit
    }

    /// Makes the checks of a chain. Returns what is left of the answer's time.
    fn make_chain(&self, number: u32, chain: Chain, left: Duration) -> Duration {
        let lane = self.run.answer.lane(number, self.run.limit, left);
        let mut maker = Maker {
            run: &self.run,
            lane: Some(lane),
            fixture: None,
            used: None,
            filled: Vec::new(),
        };
        let goes_on: Vec<bool> = chain.iter().map(|(_, task)| task.work.goes_on()).collect();
        for (at, (place, task)) in chain.into_iter().enumerate() {
            let Some(waits) = self.waits_for(place, &task.needs) else { break };
            let again = goes_on.get(at + 1).copied().unwrap_or_default();
            let (came, database) = match waits {
                Some(why) => {
                    maker.pass_over(&task.work);
                    (Came::NotTried(why), None)
                }
                None => {
                    let made = catch_unwind(AssertUnwindSafe(|| maker.make(task.work, again)));
                    made.unwrap_or_else(|_| {
                        let text = format!("a check of the grader panicked: {:?}", task.name);
                        (Came::Stopped(Error::Content(text).into()), None)
                    })
                }
            };
            let ended = matches!(came, Came::Stopped(_));
            self.note(place, came, database);
            if ended {
                break;
            }
        }
        let rest = maker.lane.map_or(Duration::ZERO, |lane| lane.left());
        self.told().taken += left.saturating_sub(rest);
        rest
    }

    fn note(&self, place: usize, came: Came, database: Option<Database>) {
        let mut told = self.told();
        if matches!(came, Came::Stopped(_)) {
            told.stopped = Some(told.stopped.map_or(place, |other| other.min(place)));
        }
        told.came.insert(place, came);
        if let Some(database) = database {
            // Only that of the first check that fails is of use.
            told.kept.entry(place).or_insert(database);
            let first = told.kept.keys().next().copied();
            let others = told.kept.split_off(&first.map_or(0, |first| first + 1));
            drop(told);
            drop(others);
        }
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
            let first =
                needs.iter().find(|need| !matches!(told.came.get(need), Some(Came::Passed)));
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
    /// Tells it in the order of the list.
    fn settle(
        self,
        databases: &Databases,
        stem: &'static str,
        purpose: Purpose,
        answer: Answer,
    ) -> Finished {
        let (mut checks, mut stopped) = (Vec::<Check>::new(), None);
        let mut unwritten = BTreeSet::new();
        let mut names = self.names.into_iter();
        for came in (0..).zip(self.came) {
            // What was made beyond one that is not known is as if it had not been.
            let ((expected, (place, came)), Some(name)) = (came, names.next()) else { break };
            if expected != place {
                break;
            }
            let failed = checks.iter().any(Check::failed);
            let state = match came {
                Came::Passed => State::Passed,
                Came::Wrong(message) => State::Failed(message),
                // So that nothing is wrong without a reason.
                Came::NotTried(why) if failed => State::NotTried(why),
                Came::NotTried(message) => State::Failed(message),
                Came::Unwritten { function, task, message } => {
                    let told = format!("`{function}` is still to be written");
                    match unwritten.insert((function, task)) {
                        true => State::Failed(message),
                        false if failed => State::NotTried(told),
                        false => State::Failed(told),
                    }
                }
                Came::Stopped(stop) => {
                    stopped = Some(stop);
                    break;
                }
            };
            checks.push(Check { name, state });
        }
        let output = answer.finish();
        let mut kept = None;
        if purpose == Purpose::Learning {
            let first = checks.iter().position(|check| !check.passed());
            let database = self.kept.into_iter().find(|(place, _)| Some(*place) == first);
            match database {
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

impl Finished {
    fn none(stop: Stop) -> Finished {
        Finished { checks: Vec::new(), kept: None, output: String::new(), stopped: Some(stop) }
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
    /// Databases of queries that did no more than read.
    filled: Vec<(Data, Place)>,
}

impl Maker<'_> {
    /// Makes a check. If it did not pass, with its database. `again` says that the next goes on there.
    fn make(&mut self, work: Work, again: bool) -> (Came, Option<Database>) {
        let made = match work {
            Work::Check(fixture, body) => {
                self.fresh(&fixture).and_then(|database| self.judge(fixture, database, body, again))
            }
            Work::Then(body) => self.then(body, again),
            Work::Query(query, data, cases) => {
                // The first set that does not pass is the check's result.
                let mut made = Ok((Came::Passed, None));
                for data in &data {
                    if matches!(made, Ok((Came::Passed, _))) {
                        made = self.judge_on(data, query, &cases, again);
                    }
                }
                made
            }
        };
        made.unwrap_or_else(|stop| (Came::Stopped(stop), None))
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

    fn then(&mut self, body: Body, again: bool) -> Outcome<(Came, Option<Database>)> {
        let Some(fixture) = self.fixture else {
            return Err(Error::Content("the first check is a `check`".into()).into());
        };
        let place = match self.used.take() {
            Some(place) => place,
            None => self.run.databases.create_for_check(&fixture)?.into(),
        };
        self.judge(fixture, place, body, again)
    }

    /// A fresh database.
    fn fresh(&self, fixture: &Fixture) -> Outcome<Place> {
        let database = self.run.databases.create_for_check(fixture)?;
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
    ) -> Outcome<(Came, Option<Database>)> {
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
        let came = match result {
            Ok(()) => {
                self.used = Some(place);
                return Ok((Came::Passed, None));
            }
            Err(Stop::Wrong(message)) => Came::Wrong(message),
            Err(Stop::NotTried(why)) => Came::NotTried(why),
            Err(Stop::Unwritten { function, task, message }) => {
                Came::Unwritten { function, task, message }
            }
            Err(other) => {
                self.run.databases.alive()?;
                return Err(other);
            }
        };
        // An answer whose server was taken away returns an error too, and is not to blame.
        self.run.databases.alive()?;
        Ok((came, Some(place.database)))
    }

    /// Judges on one set of data: on the database of an earlier query that left it as it was, if
    /// there is one. To make a database and fill it takes longer than all the calls.
    fn judge_on(
        &mut self,
        data: &Data,
        query: super::Query,
        cases: &[serde_json::Value],
        again: bool,
    ) -> Outcome<(Came, Option<Database>)> {
        let known = self.filled.iter().position(|(other, _)| other.is(data));
        let filled = known.map(|index| self.filled.swap_remove(index).1);
        let is_filled = filled.is_some();
        let place = match filled {
            Some(place) => place,
            None => self.fresh(&data.fixture())?,
        };
        let (seed, purpose) = (self.run.seed, self.run.purpose);
        let mut untouched = false;
        let judged = self.judge(
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
        Ok(judged)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
