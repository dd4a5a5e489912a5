//! What happens in a lesson, told as values. Reporters turn them into a screen or a page.

use std::time::Duration;

use harness::protocol::ServerError;

use super::timeline::Timeline;
use crate::postgres::plan::Plan;
use crate::postgres::schema::Schema;
use crate::postgres::tap::{Message, Statement};

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A lesson begins.
    Lesson {
        /// Its number.
        number: u32,
        /// Its title.
        title: String,
        /// The module's title.
        module: String,
    },
    /// Prose, in Markdown.
    Prose(String),
    /// Where in the lesson we are: this step of so many.
    Progress(usize, usize),
    /// Code that is about to run.
    Code(Language, String),
    /// A question about the step that follows.
    Question {
        /// The question.
        text: String,
        /// The answers, `a` first.
        choices: Vec<String>,
    },
    /// What came of a question.
    Settled {
        /// Which choice was made, if any, counted from 0.
        chosen: Option<usize>,
        /// Which one was right.
        right: usize,
        /// Why the chosen one was wrong, if it was, then why the right one is right.
        why: Vec<String>,
    },
    /// What is to be said of each choice of a question that has settled.
    Reasons {
        /// Which one was right.
        right: usize,
        /// The answers, `a` first, and why each is right or wrong.
        choices: Vec<(String, String)>,
    },
    /// Rows.
    Table(Table),
    /// Figures, measured live.
    Chart(Chart),
    /// Tables and what refers to what, from the catalog.
    Diagram(Schema),
    /// What several sessions did, and who waited for whom.
    Timeline(Timeline),
    /// What went over the wire, message by message, under a title.
    Messages(String, Vec<Message>),
    /// What the server says of a statement without rows, such as `INSERT 0 1`, and its time.
    Done(String, Option<Duration>),
    /// An error from the server, with the SQL it is about.
    Failed(ServerError, String),
    /// Another kind of error, that the step reports.
    Trouble(String),
    /// A line that a Rust step reports.
    Said(String),
    /// The statements that went over the wire, for `--echo`.
    Wire(Vec<Statement>),
    /// A word from pglings itself.
    Note(String),
}

/// What a piece of code is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// SQL.
    Sql,
    /// Rust.
    Rust,
}

/// Figures to be held against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What is measured, and in which unit.
    pub title: String,
    /// A name and a figure each; none is negative.
    pub bars: Vec<(String, f64)>,
}

/// A result set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Names and types of the columns; the type is empty where it is not known.
    pub columns: Vec<(String, String)>,
    /// The values as the server prints them; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// How long it took, at the server and on the wire.
    pub time: Option<Duration>,
}

impl Table {
    /// The plan that it holds, if it is what `EXPLAIN (FORMAT JSON)` returned.
    pub fn plan(&self) -> Option<Plan> {
        match (self.columns.as_slice(), self.rows.as_slice()) {
            ([(name, _)], [row]) if name == "QUERY PLAN" => Plan::read(row.first()?.as_deref()?),
            _ => None,
        }
    }

    /// `(3 rows)`, as psql says it.
    pub fn count(&self) -> String {
        match self.rows.len() {
            1 => "(1 row)".to_owned(),
            count => format!("({count} rows)"),
        }
    }
}
