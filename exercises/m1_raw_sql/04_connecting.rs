//! # Exercise 4: what is wrong with the connection?
//!
//! "It does not connect" can mean many things, each with a cure of its own. `diagnose` gets a
//! connection string, tries it once, and says which of these it is:
//!
//! - `Connected`: nothing is wrong;
//! - `NobodyListens`: the connection was refused;
//! - `NotYet`: the server is there, and is starting or stopping;
//! - `TooMany`: the server, the database or the role takes no more connections;
//! - `WrongPassword`: the password was not accepted;
//! - `NoSuchDatabase`: the database is not there.
//!
//! **Any other error** is returned as it is: a string that is none, a host that does not exist, a
//! user who may not come from here, a connection that breaks off. A wrong diagnosis is worse than
//! none.
//!
//! Servers speak German, Japanese or English, and messages change from version to version.
//!
//! Check your answer with `cargo run -- check 4`.

use std::error::Error as _;
use std::io;

use postgres::error::SqlState;
use postgres::{Client, Error, NoTls};

/// What became of an attempt to connect.
#[derive(Debug, serde::Serialize)]
pub enum Diagnosis {
    Connected,
    NobodyListens,
    NotYet,
    TooMany,
    WrongPassword,
    NoSuchDatabase,
}

/// Tries to connect, and says what came of it.
pub fn diagnose(url: &str) -> Result<Diagnosis, Error> {
    todo!("connect, and tell from the error which it is")
}

harness::graded!(diagnose);
