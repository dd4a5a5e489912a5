//! Grading a whole class: each different answer once, several learners at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use chrono::SecondsFormat;
use sha2::{Digest, Sha256};

use super::compile::{Compiler, Source};
use super::course::Course;
use super::gradebook::{Column, FORMAT, Gradebook, Graded, Learner, Mark, VERSION};
use super::intake::{Answer, Handed};
use super::journal::Journal;
use super::judge::Judge;
use super::words::Words;
use crate::activity::{self, Work};
use crate::error::{Error, Result};
use crate::exercise::Exercise;
use crate::grade::verdict::Status;
use crate::interrupt;
use crate::lesson::catalogue::{MODULES, lesson};
use crate::lock::locked;
use crate::postgres::servers::Servers;

/// Which of so many parts a learner belongs to, counted from 0. It depends on the id alone.
pub fn part(id: &str, parts: u64) -> u64 {
    let hash = Sha256::digest(id.as_bytes());
    hash.iter().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte)) % parts.max(1)
}

/// What an answer is known by: its exercise, and a hash of its text.
fn key(exercise: &Exercise, text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let digits: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{digits}", exercise.stem)
}

/// What grading needs.
pub struct Class<'a> {
    /// What is graded.
    pub course: &'a Course,
    /// The compiler, in its sandbox.
    pub compiler: &'a Compiler,
    /// Where the databases are.
    pub servers: &'a Servers,
    /// The folder that programs are made in.
    pub desk: &'a Path,
    /// How many learners at a time.
    pub jobs: usize,
    /// How it is told what is wrong with an answer.
    pub words: Words,
}

/// Answers of one learner that nobody handed in before, to be compiled together.
type Bundle = Vec<(&'static Exercise, String)>;

/// Where bundles wait for a worker.
type Queue = Mutex<mpsc::Receiver<Bundle>>;

/// How often a worker that waits for a bundle looks whether it should go on.
const INTERVAL: Duration = Duration::from_millis(100);

impl Class<'_> {
    /// Grades what the journal does not know yet, and makes a gradebook of all.
    ///
    /// The learners are read as they are wanted, so that the answers of few are in memory.
    ///
    /// # Errors
    ///
    /// When the machine is at fault, or on Ctrl-C. What was graded until then is in the journal.
    pub fn grade(
        &self,
        handed: impl ExactSizeIterator<Item = Handed>,
        journal: &Journal,
        known: BTreeMap<String, Graded>,
    ) -> Result<Gradebook> {
        let progress = Progress::new(handed.len());
        let mut taken: BTreeSet<String> = known.keys().cloned().collect();
        let mut learners = Vec::new();
        let judged = Mutex::new(known);
        let failed = AtomicBool::new(false);
        let work = |place, bundles: &Queue| {
            let each = &mut |source: &Source<'_>, graded| {
                let key = key(source.exercise, source.text);
                journal.note(&key, &graded)?;
                locked(&judged).insert(key, graded);
                progress.answer();
                interrupt::check()
            };
            // The others end what they have in hand.
            let goes_on = || !failed.load(Ordering::Relaxed);
            self.work(place, bundles, &goes_on, each)
                .inspect_err(|_| failed.store(true, Ordering::Relaxed))
        };
        thread::scope(|scope| {
            let (sender, bundles) = mpsc::sync_channel(1);
            let bundles = Arc::new(Mutex::new(bundles));
            let (work, mut workers) = (&work, Vec::new());
            for place in 0..self.jobs.max(1) {
                let bundles = Arc::clone(&bundles);
                workers.push(scope.spawn(move || work(place, &bundles)));
            }
            // So that nothing can be sent when the last worker has gone.
            drop(bundles);
            for handed in handed {
                let (learner, bundle) = self.enter(handed, &mut taken);
                learners.push(learner);
                progress.learner();
                if !bundle.is_empty() && sender.send(bundle).is_err() {
                    break;
                }
            }
            drop(sender);
            let ended = |worker: thread::ScopedJoinHandle<'_, Result<()>>| {
                worker.join().unwrap_or_else(|_| Err(Error::Bug("grading panicked".to_owned())))
            };
            // All of them have ended before the first error is returned.
            let results: Vec<Result<()>> = workers.into_iter().map(ended).collect();
            results.into_iter().collect::<Result<()>>()
        })?;
        interrupt::check()?;
        let judged = judged.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(self.gradebook(learners, judged))
    }

    /// Takes bundles until there are no more.
    fn work(
        &self,
        place: usize,
        bundles: &Queue,
        goes_on: &dyn Fn() -> bool,
        each: &mut dyn FnMut(&Source<'_>, Graded) -> Result<()>,
    ) -> Result<()> {
        let mut judge = Judge::new(self.compiler, self.servers, self.desk, place, self.words);
        while goes_on() {
            interrupt::check()?;
            let next = locked(bundles).recv_timeout(INTERVAL);
            match next {
                Ok(bundle) => {
                    let sources: Vec<Source<'_>> =
                        bundle.iter().map(|(exercise, text)| Source { exercise, text }).collect();
                    judge.judge(&sources, each)?;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(())
    }

    /// The learner's row, and the answers that nobody handed in before.
    fn enter(&self, handed: Handed, taken: &mut BTreeSet<String>) -> (Learner, Bundle) {
        let (mut marks, mut bundle) = (BTreeMap::new(), Bundle::new());
        let mut answers = handed.answers;
        for (exercise, _) in &self.course.exercises {
            let mark = |status, answer, message| Mark { status, answer, message };
            let none = String::new;
            let mark = match answers.remove(exercise.stem) {
                None => continue,
                Some(Answer::NotBegun) => mark(Status::NotStarted, None, none()),
                Some(Answer::Unusable(why)) => mark(Status::DoesNotCompile, None, why),
                Some(Answer::Text(text)) => {
                    let key = key(exercise, &text);
                    if taken.insert(key.clone()) {
                        bundle.push((*exercise, text));
                    }
                    // How it ended is filled in at the end.
                    mark(Status::NotStarted, Some(key), none())
                }
            };
            marks.insert(exercise.stem.to_owned(), mark);
        }
        let written =
            |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        let learner = Learner {
            id: handed.id,
            name: handed.name,
            source: handed.source,
            submitted: handed.submitted.map(written),
            late: handed.late,
            notes: handed.notes,
            marks,
        };
        (learner, bundle)
    }

    fn gradebook(&self, learners: Vec<Learner>, judged: BTreeMap<String, Graded>) -> Gradebook {
        let column = |(exercise, points): &(&'static Exercise, u32)| Column {
            number: exercise.number,
            name: exercise.stem.to_owned(),
            title: lesson(exercise.stem).map_or_else(String::new, |lesson| lesson.cut().title),
            module: MODULES.iter().find(|m| m.name == exercise.folder).map_or(0, |m| m.number),
            points: *points,
        };
        let mut gradebook = Gradebook {
            format: FORMAT.to_owned(),
            version: VERSION,
            pglings: env!("CARGO_PKG_VERSION").to_owned(),
            part: None,
            course: self.course.name.clone(),
            credit: self.course.credit,
            exercises: self.course.exercises.iter().map(column).collect(),
            learners,
            answers: judged,
        };
        gradebook.settle();
        gradebook
    }
}

/// How far a class has come.
struct Progress {
    count: Mutex<(usize, usize)>,
    learners: usize,
    work: Work,
}

impl Progress {
    fn new(learners: usize) -> Progress {
        let work = activity::begin("Grading");
        Progress { count: Mutex::default(), learners, work }
    }

    fn learner(&self) {
        self.count(|(learners, _)| *learners += 1);
    }

    fn answer(&self) {
        self.count(|(_, answers)| *answers += 1);
    }

    fn count(&self, change: impl FnOnce(&mut (usize, usize))) {
        let mut count = locked(&self.count);
        change(&mut count);
        let (learner, answers) = *count;
        self.work.at(&format!("learner {learner} of {}, {answers} answers graded", self.learners));
    }
}
