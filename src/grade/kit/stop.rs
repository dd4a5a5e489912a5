//! How a check ends before its end.

use crate::error::Error;
use crate::grade::message::Message;

/// Why a check ended before its end.
#[derive(Debug)]
pub enum Stop {
    /// The answer is wrong: the sentence for the learner.
    Wrong(Message),
    /// It cannot be judged yet: what comes first.
    NotTried(String),
    /// A function is still a `todo!()`, which is told once.
    Unwritten {
        /// The function.
        function: String,
        /// The text of the `todo!()`.
        task: String,
        /// The sentence for the learner.
        message: String,
    },
    /// The run's time is up.
    TimedOut(String),
    /// The answer's process ended.
    Crashed(String),
    /// Not the answer's fault.
    Fault(Error),
}

impl Stop {
    /// Whether no check can be made after it.
    pub(super) fn ends_the_run(&self) -> bool {
        matches!(self, Stop::TimedOut(_) | Stop::Crashed(_) | Stop::Fault(_))
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Fault(error)
    }
}

/// What a check's body returns.
pub type Outcome<T = ()> = Result<T, Stop>;

/// A wrong answer, in a sentence.
pub fn wrong<T>(message: impl Into<Message>) -> Outcome<T> {
    Err(Stop::Wrong(message.into()))
}

/// Ends a check that cannot be judged: what is wrong was told by an earlier one. It counts as failed
/// if none has failed so far, so that nothing is wrong without a reason.
pub fn not_tried<T>(why: impl Into<String>) -> Outcome<T> {
    Err(Stop::NotTried(why.into()))
}

/// Says that an answer is wrong unless a condition holds.
pub fn ensure(holds: bool, message: impl Into<Message>) -> Outcome {
    if holds { Ok(()) } else { wrong(message) }
}
