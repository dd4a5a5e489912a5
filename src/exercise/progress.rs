//! How far a learner has come: a small JSON file in `.pglings/`.
//!
//! It is a convenience, never the truth: a verdict is remembered together with a hash of the
//! answer it was given for, and an answer that has changed since has no verdict.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Exercise;
use super::files::{File, Workbook, read_within, write_whole};
use super::status::Status;
use crate::error::Result;
use crate::home::short_hash;

const VERSION: u32 = 1;

/// More than any progress takes, in bytes.
const LARGEST: u64 = 4 << 20;

/// What is remembered.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub struct Progress {
    version: u32,
    /// The lesson that was walked last, by file name.
    #[serde(default)]
    pub last_lesson: Option<String>,
    /// By file name of the lesson: the step to go on with, counted from 0.
    #[serde(default)]
    steps: BTreeMap<String, usize>,
    /// Lessons walked to their end.
    #[serde(default)]
    done: BTreeMap<String, bool>,
    /// By file name of the exercise.
    #[serde(default)]
    exercises: BTreeMap<String, Remembered>,
    /// Whether it stands in for a file that could not be read, and must not be written over it.
    #[serde(skip)]
    stands_in: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
struct Remembered {
    #[serde(default)]
    answer: String,
    #[serde(default)]
    status: Option<Status>,
    #[serde(default)]
    hints: usize,
}

/// What was read, and where a damaged file was put, if it was.
pub struct Loaded {
    /// The progress.
    pub progress: Progress,
    /// A sentence for the learner if the file could not be used.
    pub warning: Option<String>,
}

impl Loaded {
    fn stand_in(path: &Path, fresh: Progress, error: &io::Error) -> Loaded {
        // A file where the folder should be.
        let no_folder = error.kind() == io::ErrorKind::NotADirectory;
        let culprit = path.parent().filter(|_| no_folder).unwrap_or(path);
        let warning = format!(
            "Your progress is not known, and nothing is added to it: {} cannot be used: {error}. \
             Make it readable for you, or move it away.",
            culprit.display()
        );
        Loaded { progress: Progress { stands_in: true, ..fresh }, warning: Some(warning) }
    }
}

impl Progress {
    /// Reads the workbook's progress file. One that is damaged, of a later version, or no file is set
    /// aside. One that cannot be read stays as it is, and nothing is remembered meanwhile.
    pub fn load(workbook: &Workbook) -> Loaded {
        let path = path(workbook);
        let fresh = Progress { version: VERSION, ..Progress::default() };
        let why = match read_within(LARGEST, &path) {
            Ok(text) => match serde_json::from_slice::<Progress>(&text) {
                Ok(progress) if progress.version <= VERSION => {
                    return Loaded { progress, warning: None };
                }
                Ok(progress) => format!("is of version {}, which is newer", progress.version),
                Err(_) => "is damaged".to_owned(),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Loaded { progress: fresh, warning: None };
            }
            // What is there is whole for all that we know, and may be readable again.
            Err(error) if !is_no_progress(&path) => return Loaded::stand_in(&path, fresh, &error),
            Err(error) => format!("cannot be used: {error}"),
        };
        match set_aside(&path) {
            Ok(aside) => Loaded {
                progress: fresh,
                warning: Some(format!(
                    "The progress file {why}; it is kept as {}. To grade what you have begun, \
                     and so rebuild it: {}",
                    aside.display(),
                    crate::call::call("check")
                )),
            },
            Err(error) => Loaded::stand_in(&path, fresh, &error),
        }
    }

    /// Changes what the workbook's progress file says, and returns what the change does. `tell` hears
    /// what could not be read or written.
    pub fn change<T>(
        workbook: &Workbook,
        mut tell: impl FnMut(String),
        change: impl FnOnce(&mut Progress) -> T,
    ) -> T {
        let _alone = Self::alone(workbook);
        let Loaded { mut progress, warning } = Self::load(workbook);
        warning.into_iter().for_each(&mut tell);
        let result = change(&mut progress);
        if let Err(error) = progress.save(workbook) {
            tell(format!("Your progress could not be saved: {error}"));
        }
        result
    }

    /// Keeps other pglings from the file between reading and writing, until it is dropped: what one
    /// notes, another one would overwrite. As far as can be: a folder that is closed to us is told when
    /// it is written, and whoever holds the lock for long is no reason to wait.
    fn alone(workbook: &Workbook) -> Option<fs::File> {
        let path = path(workbook).with_extension("lock");
        fs::create_dir_all(path.parent()?).ok()?;
        let lock = fs::File::options().create(true).append(true).open(path).ok()?;
        for _ in 0..500 {
            if !matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)) {
                break;
            }
            thread::sleep(Duration::from_millis(4));
        }
        Some(lock)
    }

    /// Writes it, whole. What stands in for a file that could not be read is not written: that was
    /// said when it was read.
    fn save(&self, workbook: &Workbook) -> Result<()> {
        if self.stands_in {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        write_whole(&path(workbook), text.as_bytes())
    }

    /// The step that a lesson goes on with.
    pub fn step(&self, lesson: &str) -> usize {
        self.steps.get(lesson).copied().unwrap_or(0)
    }

    /// Remembers where a lesson was left.
    pub fn left_at(&mut self, lesson: &str, step: usize) {
        self.last_lesson = Some(lesson.to_owned());
        self.steps.insert(lesson.to_owned(), step);
    }

    /// Remembers that a lesson was walked to its end.
    pub fn finished(&mut self, lesson: &str) {
        self.last_lesson = Some(lesson.to_owned());
        self.steps.remove(lesson);
        self.done.insert(lesson.to_owned(), true);
    }

    /// Whether a lesson was walked to its end.
    pub fn is_done(&self, lesson: &str) -> bool {
        self.done.get(lesson).copied().unwrap_or(false)
    }

    /// Remembers a verdict for the answer it was given for. What says nothing of the answer (no
    /// server, broken content) is not remembered.
    pub fn graded(&mut self, exercise: &Exercise, answer: &str, status: Status) {
        if status.is_of_the_answer() {
            let remembered = self.exercises.entry(exercise.stem.to_owned()).or_default();
            remembered.answer = short_hash(answer.as_bytes());
            remembered.status = Some(status);
        }
    }

    /// What is known of an exercise as its file stands now. `None`: begun, and not graded since.
    pub fn status(&self, exercise: &Exercise, file: &File) -> Option<Status> {
        match file {
            File::Untouched => Some(Status::NotStarted),
            File::Unreadable(_) => None,
            File::Begun(text) => self
                .exercises
                .get(exercise.stem)
                .filter(|remembered| remembered.answer == short_hash(text.as_bytes()))
                .and_then(|remembered| remembered.status),
        }
    }

    /// How many hints were shown, and one more from now on.
    pub fn next_hint(&mut self, exercise: &Exercise) -> usize {
        let remembered = self.exercises.entry(exercise.stem.to_owned()).or_default();
        // What stands in the file may be any number.
        remembered.hints = remembered.hints.saturating_add(1);
        remembered.hints
    }
}

fn path(workbook: &Workbook) -> PathBuf {
    workbook.root().join(".pglings/progress.json")
}

/// Whether what stands there cannot be a progress file, readable or not.
fn is_no_progress(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() || found.len() > LARGEST)
}

fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut number = 1;
    let aside = loop {
        let aside = path.with_extension(format!("damaged.{number}.json"));
        // A link that leads nowhere has its name, too.
        if fs::symlink_metadata(&aside).is_err() {
            break aside;
        }
        number += 1;
    };
    fs::rename(path, &aside)?;
    Ok(aside)
}

#[cfg(test)]
mod tests;
