//! What came in: who handed in which answers.
//!
//! Submissions are other people's files, so nothing in them is trusted: they are read and never
//! unpacked, links are not followed, nothing but regular files is opened, and there are limits on
//! everything. What is strange is noted, in a sentence with the file's name, and is never fatal.
//!
//! The same files make the same intake, whatever order a file system lists them in. Times are
//! those that files and archives carry, so a learner may set them.

mod archive;
mod contents;
mod folder;
mod gather;
mod names;
mod paths;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};

use self::gather::{Gather, Gathered};
use self::names::short;
use self::paths::Submission;
use super::course::Course;
use super::roster::{Roster, Whose};
use crate::error::Result;

/// What a class handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// In the order of their ids.
    pub learners: Vec<Handed>,
    /// What belongs to no learner, in sentences.
    pub notes: Vec<String>,
}

/// What one learner handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// From the roster, else the submission's file name.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// The file or folder that counts; none of a learner who is on the roster and has handed in
    /// nothing.
    pub source: Option<String>,
    /// When the newest of its answers was changed, or the archive was made; to the second.
    pub submitted: Option<DateTime<Utc>>,
    /// Whether that was after the course's due date.
    pub late: bool,
    /// What was strange about it, in sentences.
    pub notes: Vec<String>,
    /// What is there for the exercises of the course, by file name (`07_insert`).
    pub answers: BTreeMap<&'static str, Answer>,
}

/// What there is for one exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A text to grade.
    Text(String),
    /// The stub.
    NotBegun,
    /// Nothing that could be an answer: why, as a sentence without its full stop.
    Unusable(String),
}

/// What one submission may cost.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Files and folders looked at.
    entries: usize,
    /// Bytes read or unpacked.
    bytes: u64,
    /// Folders within folders.
    depth: usize,
}

const LIMITS: Limits = Limits { entries: 100_000, bytes: 64 * 1024 * 1024, depth: 24 };

/// Reads all submissions at these paths, each a folder of submissions or a single one.
pub fn read(paths: &[PathBuf], roster: Option<&Roster>, course: &Course) -> Result<Intake> {
    let mut reading = find(paths, roster, course)?;
    let learners = reading.by_ref().collect();
    Ok(Intake { learners, notes: reading.notes })
}

/// Finds the submissions at these paths. They are read one by one as the result is iterated over,
/// so that the answers of a whole class need not be in memory.
pub fn find<'a>(
    paths: &[PathBuf],
    roster: Option<&Roster>,
    course: &'a Course,
) -> Result<Reading<'a>> {
    with_limits(paths, roster, course, LIMITS)
}

fn with_limits<'a>(
    paths: &[PathBuf],
    roster: Option<&Roster>,
    course: &'a Course,
    limits: Limits,
) -> Result<Reading<'a>> {
    let (submissions, mut notes) = paths::submissions(paths, roster, limits)?;
    let learners = learners(submissions, roster, &mut notes);
    Ok(Reading { course, limits, learners, notes })
}

impl Reading<'_> {
    /// Whether nobody has handed in anything.
    pub fn is_empty(&self) -> bool {
        self.learners.iter().all(|learner| learner.submissions.is_empty())
    }

    /// Leaves out the learners whose ids are not wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(&str) -> bool) {
        self.learners.retain(|learner| wanted(&learner.id));
    }
}

/// Learners, each read when it is asked for.
pub struct Reading<'a> {
    course: &'a Course,
    limits: Limits,
    learners: VecDeque<Learner>,
    /// What belongs to no learner, in sentences.
    pub notes: Vec<String>,
}

/// A learner and all that is theirs.
struct Learner {
    id: String,
    name: String,
    notes: Vec<String>,
    submissions: Vec<Submission>,
}

impl Iterator for Reading<'_> {
    type Item = Handed;

    fn next(&mut self) -> Option<Handed> {
        let learner = self.learners.pop_front()?;
        Some(learner.read(self.course, self.limits))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.learners.len(), Some(self.learners.len()))
    }
}

impl ExactSizeIterator for Reading<'_> {}

/// Whose each submission is.
fn learners(
    submissions: Vec<Submission>,
    roster: Option<&Roster>,
    notes: &mut Vec<String>,
) -> VecDeque<Learner> {
    let people = roster.map(|roster| roster.people.as_slice()).unwrap_or_default();
    let mut learners: BTreeMap<String, Learner> = BTreeMap::new();
    let mut add = |id: &str, name: &str, new: Option<Submission>, note: Option<String>| {
        let learner = learners.entry(id.to_owned()).or_insert_with(|| Learner {
            id: id.to_owned(),
            name: name.to_owned(),
            notes: Vec::new(),
            submissions: Vec::new(),
        });
        learner.submissions.extend(new);
        learner.notes.extend(note);
    };
    for person in people {
        add(&person.id, &person.name, None, None);
    }
    for mut submission in submissions {
        let Some(roster) = roster else {
            let (id, name) = (submission.id.clone(), submission.name.clone());
            add(&id, &name, Some(submission), None);
            continue;
        };
        let (whose, unsure) = submission.whose(roster);
        let note = match whose {
            Whose::One(index) => {
                let person = &people[index];
                submission.unsure = unsure;
                let note = unsure.then(|| {
                    let source = short(&submission.source);
                    format!("Only the name of a file in {source} says whose it is.")
                });
                add(&person.id, &person.name, Some(submission), note);
                continue;
            }
            Whose::Nobody => format!("{} fits nobody on the roster.", short(&submission.source)),
            Whose::Several(fit) => {
                let ids: Vec<_> = fit.iter().map(|index| people[*index].id.as_str()).collect();
                let source = short(&submission.source);
                format!("{source} fits several on the roster: {}.", ids.join(", "))
            }
        };
        // What may be somebody else's is never counted for the one whose id it looks like.
        let mut id = submission.id.clone();
        while people.iter().any(|person| person.id == id) {
            id.push('?');
        }
        notes.push(note.clone());
        let name = submission.name.clone();
        add(&id, &name, Some(submission), Some(note));
    }
    learners.into_values().collect()
}

impl Learner {
    /// Reads all submissions, of which at most two are in memory: the best so far and the next.
    fn read(self, course: &Course, limits: Limits) -> Handed {
        let mut notes = self.notes;
        let mut best: Option<Read> = None;
        let mut others = Vec::new();
        for submission in self.submissions {
            let gathered = submission.read(Gather::new(course, limits));
            let new = Read { source: submission.source, unsure: submission.unsure, gathered };
            let Some(old) = best.take() else {
                best = Some(new);
                continue;
            };
            let (counts, other) = if new.rank() > old.rank() { (new, old) } else { (old, new) };
            if other.gathered.answers.is_empty() {
                notes.extend(other.gathered.notes);
            }
            others.push((other.source, other.gathered.submitted));
            best = Some(counts);
        }
        let mut handed = Handed {
            id: self.id,
            name: self.name,
            source: None,
            submitted: None,
            late: false,
            notes,
            answers: BTreeMap::new(),
        };
        let Some(Read { source, gathered, .. }) = best else { return handed };
        others.sort();
        if !others.is_empty() {
            let others: Vec<_> = others.iter().map(|(name, time)| dated(name, *time)).collect();
            handed.notes.push(format!(
                "Of {} submissions {} counts, not {}.",
                others.len() + 1,
                dated(&source, gathered.submitted),
                others.join(", ")
            ));
        }
        let due = course.due.zip(gathered.submitted);
        handed.late = due.is_some_and(|(due, submitted)| submitted > due);
        handed.source = Some(source);
        handed.submitted = gathered.submitted;
        handed.notes.extend(gathered.notes);
        handed.answers = gathered.answers;
        handed
    }
}

/// A submission that was read.
struct Read {
    source: String,
    unsure: bool,
    gathered: Gathered,
}

impl Read {
    /// The greater one counts: one with something to grade, one that is surely theirs, the later one, the one
    /// of the greater name.
    fn rank(&self) -> (bool, bool, Option<DateTime<Utc>>, &str) {
        let Gathered { answers, submitted, .. } = &self.gathered;
        let usable = answers.values().any(|answer| !matches!(answer, Answer::Unusable(_)));
        (usable, !self.unsure, *submitted, &self.source)
    }
}

fn dated(name: &str, time: Option<DateTime<Utc>>) -> String {
    let name = short(name);
    match time {
        Some(time) => format!("{name} ({})", time.to_rfc3339_opts(SecondsFormat::Secs, true)),
        None => name,
    }
}
