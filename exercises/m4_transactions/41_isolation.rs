//! # Exercise 41: a lost update and a write skew
//!
//! The tables are those of the lesson, without any other constraint:
//!
//! - `families (name text PRIMARY KEY, minutes integer NOT NULL)`: the minutes of talk that a family
//!   has left;
//! - `duty (name text PRIMARY KEY, on_duty boolean NOT NULL)`: the assistants.
//!
//! Many programs call both functions at the same time. Whatever one call does between two statements
//! of another, all of them come to what they would have come to **one after the other**, in whatever
//! order: what they return, and what the tables hold then. No row is ever added, deleted or renamed.
//!
//! `withdraw` takes `minutes` (1 or more) from a family and returns how many it has left then. If it
//! has not so many, nothing is taken: `NotEnough`. If there is no family of that name:
//! `NoSuchFamily`. Nobody ever sees less than 0 minutes. Do this by **the least that is enough**:
//! work at `READ COMMITTED`, and let only calls for the same family wait for each other.
//!
//! `go_off_duty` takes an assistant off duty. Somebody has to be on duty at every moment, so the last
//! one stays: `LastOnDuty`. Who is off duty already stays that, and it is `Ok(())`. If there is no
//! assistant of that name: `NoSuchAssistant`. The rule is about rows that a call reads and does not
//! change. Keep it by a level, or by locks on all that the rule reads; either is right. Only calls of
//! `go_off_duty` may wait for each other: whoever reads the table does not.
//!
//! The server may refuse a call for no other reason than that another one came between (`40001`, or
//! `40P01` for a deadlock). The caller never hears of that: the function tries again, as often as it
//! takes. All else that the server refuses comes back at once, as `Database`. When a function has
//! returned, its transaction is over and its locks are gone.
//!
//! Check your answer with `cargo run -- check 41`.

use std::error::Error;
use std::fmt;

use postgres::Client;
use sqlx::PgPool;

/// Why no minutes were taken.
#[derive(Debug)]
pub enum WithdrawError {
    NoSuchFamily,
    NotEnough,
    Database(postgres::Error),
}

/// Why somebody was not taken off duty.
#[derive(Debug)]
pub enum DutyError {
    NoSuchAssistant,
    LastOnDuty,
    Database(sqlx::Error),
}

/// Takes minutes from a family and returns how many it has left.
pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    todo!("take the minutes if there are enough, and return what is left")
}

/// Takes an assistant off duty, unless it is the last one.
pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    todo!("take the assistant off duty unless it is the last one, and try again if need be")
}

/// `?` calls this in `withdraw`.
impl From<postgres::Error> for WithdrawError {
    fn from(error: postgres::Error) -> WithdrawError {
        WithdrawError::Database(error)
    }
}

/// `?` calls this in `go_off_duty`.
impl From<sqlx::Error> for DutyError {
    fn from(error: sqlx::Error) -> DutyError {
        DutyError::Database(error)
    }
}

impl fmt::Display for WithdrawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WithdrawError::NoSuchFamily => "there is no such family",
            WithdrawError::NotEnough => "the family has not so many minutes left",
            WithdrawError::Database(_) => "the database could not do it",
        })
    }
}

impl Error for WithdrawError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            WithdrawError::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for DutyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DutyError::NoSuchAssistant => "there is no such assistant",
            DutyError::LastOnDuty => "somebody has to stay on duty",
            DutyError::Database(_) => "the database could not do it",
        })
    }
}

impl Error for DutyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            DutyError::Database(error) => Some(error),
            _ => None,
        }
    }
}

harness::graded!(withdraw, go_off_duty);
