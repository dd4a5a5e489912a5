//! What one submission holds: the answers found in it so far, the notes, and what it may still
//! cost.
//!
//! Folders and archives come here with each file that they hold. For each exercise one file is
//! kept, so that memory stays bounded whatever a submission is made of.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::rc::Rc;

use chrono::{DateTime, Utc};

use super::names::{self, Meant, short};
use super::{Answer, Limits};
use crate::class::course::Course;
use crate::exercise::submission::{Entry, MANIFEST, manifest};
use crate::exercise::{Exercise, files};

/// The most notes on one submission, and the most names in one of them.
const NOTES: usize = 20;
const NAMES: usize = 3;
/// The most manifests that are looked at.
const MANIFESTS: usize = 8;

/// A submission as far as it was read.
pub(super) struct Gather<'a> {
    pub(super) course: &'a Course,
    pub(super) limits: Limits,
    /// How many files and folders may still be looked at.
    entries: usize,
    /// Whether it was said that there are too many.
    full: bool,
    /// How many bytes may still be read or unpacked.
    bytes: Rc<Cell<u64>>,
    slots: BTreeMap<&'static str, Slot>,
    /// The entries of each, after the folder that it is in.
    manifests: Vec<(String, Vec<Entry>)>,
    /// Folders that were passed over and may hold answers.
    unseen: BTreeSet<String>,
    notes: Vec<String>,
    more: usize,
}

/// What a file is to us.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    /// An answer, perhaps under a name that is only nearly right.
    Answer(&'static Exercise, bool),
    /// What `pglings submit` writes beside the answers.
    Manifest,
}

/// The file that counts for an exercise, and the others.
struct Slot {
    best: Candidate,
    others: BTreeSet<String>,
    more: usize,
}

struct Candidate {
    path: String,
    nearly: bool,
    time: Option<DateTime<Utc>>,
    answer: Answer,
}

/// What came of a submission.
pub(super) struct Gathered {
    pub(super) answers: BTreeMap<&'static str, Answer>,
    pub(super) submitted: Option<DateTime<Utc>>,
    pub(super) notes: Vec<String>,
}

impl<'a> Gather<'a> {
    pub(super) fn new(course: &'a Course, limits: Limits) -> Gather<'a> {
        Gather {
            course,
            limits,
            entries: limits.entries,
            full: false,
            bytes: Rc::new(Cell::new(limits.bytes)),
            slots: BTreeMap::new(),
            manifests: Vec::new(),
            unseen: BTreeSet::new(),
            notes: Vec::new(),
            more: 0,
        }
    }

    pub(super) fn note(&mut self, note: String) {
        if self.notes.len() < NOTES {
            self.notes.push(note);
        } else {
            self.more += 1;
        }
    }

    /// Counts a file or folder; false if there are too many.
    pub(super) fn count(&mut self, path: &str) -> bool {
        if let Some(left) = self.entries.checked_sub(1) {
            self.entries = left;
            return true;
        }
        if !std::mem::replace(&mut self.full, true) {
            self.note(format!(
                "There are more than {} files in it: what comes from {} on was not looked at.",
                self.limits.entries,
                short(path)
            ));
        }
        false
    }

    /// A reader that may read as much as is left for this submission.
    pub(super) fn counted<R>(&self, inner: R) -> Counted<R> {
        Counted { inner, left: Rc::clone(&self.bytes) }
    }

    /// Whether a folder is looked into.
    pub(super) fn enters(&mut self, name: &str) -> bool {
        if names::may_hold_answers(name) {
            self.unseen.insert(format!("{name}/"));
        }
        !names::passed_over(name)
    }

    /// What the file at this path is to us; none if it need not be opened.
    pub(super) fn wants(&mut self, path: &str) -> Option<Wanted> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if names::is_hidden(name) {
            return None;
        }
        if name == MANIFEST {
            return (self.manifests.len() < MANIFESTS).then_some(Wanted::Manifest);
        }
        let meant = names::meant(name)?;
        if names::is_ours(path) {
            return None;
        }
        match meant {
            Meant::Exactly(one) => self.asks_for(one).then_some(Wanted::Answer(one, false)),
            Meant::Nearly(one) => self.asks_for(one).then_some(Wanted::Answer(one, true)),
            Meant::Perhaps(one) => {
                self.note(format!(
                    "{} is the name of no exercise and was passed over; it may be meant as {}.rs.",
                    short(path),
                    one.stem
                ));
                None
            }
            Meant::Nothing => {
                let path = short(path);
                self.note(format!("{path} is the name of no exercise and was passed over."));
                None
            }
        }
    }

    fn asks_for(&self, exercise: &Exercise) -> bool {
        self.course.exercises.iter().any(|(one, _)| one.stem == exercise.stem)
    }

    /// Whether nothing more may be read.
    pub(super) fn is_spent(&self) -> bool {
        self.bytes.get() == 0
    }

    /// Takes a file, from a reader that [counts](Gather::counted). `Err` says why it cannot be read, to follow its name.
    pub(super) fn take(
        &mut self,
        wanted: Wanted,
        path: &str,
        time: Option<DateTime<Utc>>,
        source: Result<impl Read, String>,
    ) {
        match wanted {
            Wanted::Answer(exercise, nearly) => {
                let read = source.and_then(|source| files::answer(exercise, source));
                let answer = match read {
                    Ok(None) => Answer::NotBegun,
                    Ok(Some(text)) if text.trim_start_matches('\u{feff}').trim().is_empty() => {
                        Answer::Unusable(format!("{} is empty", short(path)))
                    }
                    Ok(Some(text)) => Answer::Text(text),
                    Err(why) => Answer::Unusable(format!("{} {why}", short(path))),
                };
                let path = path.to_owned();
                self.candidate(exercise, Candidate { path, nearly, time, answer });
            }
            Wanted::Manifest => {
                let mut json = String::new();
                let read = source.and_then(|source| {
                    source.take(files::LARGEST).read_to_string(&mut json).map_err(|e| e.to_string())
                });
                let root = path.strip_suffix(MANIFEST).unwrap_or_default().to_owned();
                match read.and_then(|_| manifest(&json)) {
                    Ok(entries) => self.manifests.push((root, entries)),
                    Err(why) => self.note(format!("{} does not count: {why}.", short(path))),
                }
            }
        }
    }

    fn candidate(&mut self, exercise: &'static Exercise, new: Candidate) {
        let Some(slot) = self.slots.get_mut(exercise.stem) else {
            let slot = Slot { best: new, others: BTreeSet::new(), more: 0 };
            self.slots.insert(exercise.stem, slot);
            return;
        };
        let same = slot.best.answer == new.answer;
        let other = if slot.best.rank(exercise) < new.rank(exercise) {
            std::mem::replace(&mut slot.best, new)
        } else {
            new
        };
        // Copies, and stubs beside an answer, leave nothing open.
        if !same && !matches!(other.answer, Answer::NotBegun) {
            slot.others.insert(other.path);
            if slot.others.len() > NAMES {
                slot.others.pop_last();
                slot.more += 1;
            }
        }
    }

    /// What came of it. `own` is the time of the submission itself, where its answers have none.
    pub(super) fn finish(mut self, source: &str, own: Option<DateTime<Utc>>) -> Gathered {
        let slots = std::mem::take(&mut self.slots);
        for (stem, slot) in &slots {
            self.about(stem, slot);
        }
        for (root, entries) in std::mem::take(&mut self.manifests) {
            entries.iter().for_each(|entry| self.compare(&root, entry, &slots));
        }
        if slots.is_empty() {
            let unseen: Vec<_> = self.unseen.iter().cloned().collect();
            let unseen = match unseen.as_slice() {
                [] => String::new(),
                names => format!("; {} in it was not looked into", names.join(", ")),
            };
            self.note(format!("{} holds no file of an exercise{unseen}.", short(source)));
        }
        if self.more > 0 {
            self.notes.push(format!("And {} more of such notes.", self.more));
        }
        let newest = |begun: bool| {
            let counts = move |slot: &&Slot| !begun || slot.best.answer != Answer::NotBegun;
            slots.values().filter(counts).filter_map(|slot| slot.best.time).max()
        };
        let submitted = newest(true).or_else(|| newest(false)).or(own);
        let answers = slots.into_iter().map(|(stem, slot)| (stem, slot.best.answer)).collect();
        Gathered { answers, submitted, notes: self.notes }
    }

    fn about(&mut self, stem: &str, slot: &Slot) {
        let path = short(&slot.best.path);
        if slot.best.nearly {
            self.note(format!("{path} was taken as {stem}.rs."));
        }
        if !slot.others.is_empty() {
            let more = match slot.more {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let others: Vec<_> = slot.others.iter().map(|other| short(other)).collect();
            let others = others.join(", ");
            self.note(format!(
                "{stem}.rs is there more than once: {path} counts, not {others}{more}."
            ));
        }
        if let Answer::Unusable(why) = &slot.best.answer {
            self.note(format!("{why}."));
        }
    }

    /// Holds an entry of a manifest against what is there.
    fn compare(&mut self, root: &str, entry: &Entry, slots: &BTreeMap<&'static str, Slot>) {
        let asked = self.course.exercises.iter().find(|(one, _)| one.stem == entry.name);
        let Some((exercise, _)) = asked else { return };
        let packed = short(&names::shown(entry.path.as_bytes()));
        match slots.get(exercise.stem).map(|slot| &slot.best) {
            None => self.note(format!("{packed} was packed by pglings submit and is not there.")),
            Some(best) if best.path != format!("{root}{}", entry.path) => {}
            Some(Candidate { answer: Answer::Text(text), .. }) if entry.is_of(text) => {}
            Some(Candidate { answer: Answer::Unusable(_), .. }) => {}
            Some(_) => self.note(format!(
                "{packed} was changed after pglings submit had packed it; it counts as it is."
            )),
        }
    }
}

impl Candidate {
    /// The greater one counts: an answer before none, the right name before a wrong one, the later
    /// one, the one in its place, the one less deep, and at last the one of the greater name.
    fn rank(&self, exercise: &Exercise) -> impl Ord + use<> {
        let answer = match self.answer {
            Answer::Unusable(_) => 0,
            Answer::NotBegun => 1,
            Answer::Text(_) => 2,
        };
        let in_place = self.path.ends_with(&exercise.path());
        let depth = self.path.matches('/').count();
        let shallow = usize::MAX - depth;
        (answer, !self.nearly, self.time, in_place, shallow, self.path.clone())
    }
}

/// Counts what is read, and fails when it is too much.
pub(super) struct Counted<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(io::Error::other("the submission unpacks to too much"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(into.len());
        let read = self.inner.read(&mut into[..most])?;
        self.left.set(left - read as u64);
        Ok(read)
    }
}

impl<R: io::Seek> io::Seek for Counted<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
