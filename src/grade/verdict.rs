//! What came of grading one exercise: a value, whatever it was.

use std::time::Duration;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::message::Message;
use crate::exercise::Exercise;
pub use crate::exercise::status::Status;

/// One requirement and whether it was met. What is wrong is a [`Message`], and text once it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check<M = String> {
    /// Reads as a requirement.
    pub name: String,
    /// What came of it.
    pub state: State<M>,
}

/// What the message of a check that was not tried begins with.
const NOT_TRIED: &str = "not tried: ";

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State<M = String> {
    /// The requirement is met.
    Passed,
    /// It is not: what is wrong and what to do.
    Failed(M),
    /// It could not be judged, because something that it builds on is missing: what comes first.
    /// Never a pass.
    NotTried(String),
}

impl<M> Check<M> {
    /// Whether the requirement is met.
    pub fn passed(&self) -> bool {
        matches!(self.state, State::Passed)
    }

    /// Whether it was tried and is not met.
    pub fn failed(&self) -> bool {
        matches!(self.state, State::Failed(_))
    }
}

impl Check {
    /// What was wrong, or why it was not tried; empty if it passed.
    pub fn message(&self) -> String {
        match &self.state {
            State::Passed => String::new(),
            State::Failed(message) => message.clone(),
            State::NotTried(why) => format!("{NOT_TRIED}{why}"),
        }
    }
}

/// `{"name", "passed", "tried", "message"}`: who knows of no third state sees a check that did not
/// pass, with the reason.
impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut check = serializer.serialize_struct("Check", 4)?;
        check.serialize_field("name", &self.name)?;
        check.serialize_field("passed", &self.passed())?;
        check.serialize_field("tried", &!matches!(self.state, State::NotTried(_)))?;
        check.serialize_field("message", &self.message())?;
        check.end()
    }
}

impl<'de> Deserialize<'de> for Check {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Check, D::Error> {
        #[derive(serde::Deserialize)]
        struct Fields {
            name: String,
            passed: bool,
            tried: bool,
            message: String,
        }
        let Fields { name, passed, tried, message } = Fields::deserialize(deserializer)?;
        let state = match (passed, tried) {
            (true, _) => State::Passed,
            (false, true) => State::Failed(message),
            (false, false) => State::NotTried(
                message.strip_prefix(NOT_TRIED).map(str::to_owned).unwrap_or(message),
            ),
        };
        Ok(Check { name, state })
    }
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
    /// The text that was judged, if it was the learner's file.
    pub answer: Option<String>,
    /// The checks that ran, in order.
    pub checks: Vec<Check<Message>>,
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
            answer: None,
            checks: Vec::new(),
            message: String::new(),
            output: String::new(),
            kept: None,
            build: Duration::ZERO,
            run: Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_check_that_was_not_tried_is_none_that_passed() {
        let of = |state| {
            let check = Check { name: "n".to_owned(), state };
            let value = serde_json::to_value(&check).unwrap();
            assert_eq!(serde_json::from_value::<Check>(value.clone()).unwrap(), check);
            value
        };
        assert_eq!(
            of(State::Passed),
            json!({"name": "n", "passed": true, "tried": true, "message": ""})
        );
        assert_eq!(
            of(State::Failed("no".to_owned())),
            json!({"name": "n", "passed": false, "tried": true, "message": "no"})
        );
        assert_eq!(
            of(State::NotTried("first m".to_owned())),
            json!({"name": "n", "passed": false, "tried": false, "message": "not tried: first m"})
        );
    }
}
