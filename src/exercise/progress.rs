//! How far a learner has come: a small JSON file in `.pglings/`.
//!
//! It is a convenience, never the truth: a verdict is remembered together with a hash of the
//! answer it was given for, and an answer that has changed since has no verdict.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Exercise;
use super::files::{File, Workbook, write_whole};
use crate::error::{PathContext, Result};
use crate::grade::verdict::Status;
use crate::home::short_hash;

const VERSION: u32 = 1;

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

impl Progress {
    /// Reads the workbook's progress file. One that is damaged, or of a later version, is set
    /// aside.
    pub fn load(workbook: &Workbook) -> Result<Loaded> {
        let path = path(workbook);
        let fresh = || Progress { version: VERSION, ..Progress::default() };
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Loaded { progress: fresh(), warning: None });
            }
            Err(error) => return Err(error).at("read", &path),
        };
        let why = match serde_json::from_slice::<Progress>(&text) {
            Ok(progress) if progress.version <= VERSION => {
                return Ok(Loaded { progress, warning: None });
            }
            Ok(progress) => format!("is of version {}, which is newer", progress.version),
            Err(_) => "is damaged".to_owned(),
        };
        let aside = set_aside(&path)?;
        Ok(Loaded {
            progress: fresh(),
            warning: Some(format!(
                "The progress file {why}; it is kept as {}. To grade what you have begun, \
                 and so rebuild it: {}",
                aside.display(),
                crate::report::call("check")
            )),
        })
    }

    /// Writes it, whole.
    pub fn save(&self, workbook: &Workbook) -> Result<()> {
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

fn set_aside(path: &Path) -> Result<PathBuf> {
    let mut number = 1;
    let aside = loop {
        let aside = path.with_extension(format!("damaged.{number}.json"));
        if !aside.exists() {
            break aside;
        }
        number += 1;
    };
    fs::rename(path, &aside).at("move", path)?;
    Ok(aside)
}
