//! What came of grading one exercise: a value, whatever it was.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::exercise::Exercise;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every check passed.
    Passed,
    /// A check failed.
    Failed,
    /// The compiler said no.
    DoesNotCompile,
    /// It took longer than it may.
    TimedOut,
    /// It ended before it had answered.
    Crashed,
    /// The file is as the stub has it.
    NotStarted,
    /// Our content is at fault.
    Broken,
    /// There was no server, or it went away.
    NoServer,
}

impl Status {
    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Status::Passed => "passed",
            Status::Failed => "failed",
            Status::DoesNotCompile => "does not compile",
            Status::TimedOut => "timed out",
            Status::Crashed => "crashed",
            Status::NotStarted => "not started",
            Status::Broken => "broken (not your fault)",
            Status::NoServer => "no server (not your fault)",
        }
    }

    /// The exit code of a command that ends with this.
    pub fn exit_code(self) -> u8 {
        match self {
            Status::Passed | Status::NotStarted => 0,
            Status::Failed | Status::DoesNotCompile | Status::TimedOut | Status::Crashed => 1,
            Status::NoServer => 3,
            Status::Broken => 4,
        }
    }
}

/// One requirement and whether it was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Reads as a requirement.
    pub name: String,
    /// Whether it was met.
    pub passed: bool,
    /// What was wrong and what to do, if it was not.
    pub message: String,
}

/// The verdict on one exercise.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The exercise's number.
    pub number: u32,
    /// Its file name, such as `07_insert`.
    pub name: String,
    /// How it ended.
    pub status: Status,
    /// The checks that ran, in order.
    pub checks: Vec<Check>,
    /// The compiler's words, or how the run ended, or what is at fault.
    pub message: String,
    /// What the answer printed (the first 64 KiB).
    pub output: String,
    /// The database of the first check that failed, kept for a look inside.
    pub kept: Option<String>,
    /// How long the build took.
    pub build: Duration,
    /// How long the run and the checks took.
    pub run: Duration,
}

impl Verdict {
    /// A verdict with nothing in it yet.
    pub fn new(exercise: &Exercise, status: Status) -> Verdict {
        Verdict {
            number: exercise.number,
            name: exercise.stem.to_owned(),
            status,
            checks: Vec::new(),
            message: String::new(),
            output: String::new(),
            kept: None,
            build: Duration::ZERO,
            run: Duration::ZERO,
        }
    }
}
