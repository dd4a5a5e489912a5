//! # Exercise 16: COPY
//!
//! An older assistant exports its conversations as CSV. `load` brings such a file into Lundo's
//! table `messages`, with COPY. The file begins with a line of headings; then each line is one
//! message:
//!
//! ```text
//! conversation_id,role,content
//! 1,user,"He said: ""More jam, please."""
//! 1,assistant,Praise the please.
//! ```
//!
//! Each line has three fields, and no field has a line break in it. Any of them may be in quotes, and
//! may then hold commas and doubled quotes. A line is bad if
//!
//! - its `conversation_id` is not the id of a conversation that is there (it need not even be a
//!   number);
//! - its `role` is neither `user` nor `assistant`;
//! - its `content` is empty: nothing, or `""`.
//!
//! If no line is bad, all are stored in the order of the file, so that their ids rise, and `load`
//! returns how many there are (0 for a file of headings alone). If any is, **nothing** is stored,
//! and the error is `BadLines` with the numbers of **all** bad lines, the smallest first. The line
//! of headings is line 1, so the first message is on line 2.
//!
//! Files may have many thousands of lines; the server is not asked for each of them. One session
//! may load several files, one after the other.
//!
//! Check your answer with `cargo run -- check 16`.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use postgres::Client;

/// Why a file was not loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The numbers of the bad lines.
    BadLines(Vec<i32>),
    Database(postgres::Error),
    Io(io::Error),
}

/// Loads a file of messages and returns how many there were.
pub fn load(client: &mut Client, csv: &str) -> Result<u64, LoadError> {
    todo!("COPY the file to where it can be judged, then store all of it or none")
}

impl From<postgres::Error> for LoadError {
    fn from(error: postgres::Error) -> LoadError {
        LoadError::Database(error)
    }
}

impl From<io::Error> for LoadError {
    fn from(error: io::Error) -> LoadError {
        LoadError::Io(error)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::BadLines(lines) => write!(f, "bad lines: {lines:?}"),
            LoadError::Database(_) => f.write_str("the database could not do it"),
            LoadError::Io(_) => f.write_str("the file did not reach the database"),
        }
    }
}

impl Error for LoadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            LoadError::BadLines(_) => None,
            LoadError::Database(error) => Some(error),
            LoadError::Io(error) => Some(error),
        }
    }
}

harness::graded!(load);
