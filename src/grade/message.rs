//! What is wrong with an answer: sentences, and what there is to see beside them. It is data, which
//! [`report`](crate::report::message) draws.

use harness::protocol::ServerError;

use super::kit::compare::Rows;
use crate::postgres::plan::Plan;

/// A message for a learner.
#[derive(Debug, Clone, Default)]
pub struct Message {
    parts: Vec<Part>,
}

/// A part of it. What is drawn begins on a line of its own where the text before it ends one.
#[derive(Debug, Clone)]
pub enum Part {
    /// Words.
    Text(String),
    /// Rows, as a table.
    Rows(Rows),
    /// A plan, as a tree.
    Plan(Plan),
    /// An error of the server, under the SQL that it is about.
    Error(ServerError, String),
}

impl<T: Into<String>> From<T> for Message {
    fn from(text: T) -> Message {
        Message { parts: vec![Part::Text(text.into())] }
    }
}

impl Message {
    /// Its parts, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The same and a part more.
    #[must_use]
    pub fn with(mut self, part: Part) -> Message {
        self.parts.push(part);
        self
    }

    /// The same and more words.
    #[must_use]
    pub fn and(self, text: impl Into<String>) -> Message {
        self.with(Part::Text(text.into()))
    }

    /// The same behind other words.
    #[must_use]
    pub fn behind(mut self, text: impl Into<String>) -> Message {
        self.parts.insert(0, Part::Text(text.into()));
        self
    }

    /// Whether its words say this.
    pub fn says(&self, words: &str) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Text(text) => text.contains(words),
            Part::Error(error, _) => error.message.contains(words),
            Part::Rows(_) | Part::Plan(_) => false,
        })
    }

    /// Without white space at its end.
    #[must_use]
    pub(super) fn trimmed(mut self) -> Message {
        if let Some(Part::Text(text)) = self.parts.last_mut() {
            text.truncate(text.trim_end().len());
        }
        self
    }
}
