//! caught by: what the server refuses is told by its code
//!
//! One message of two: a role may have too many connections as well.

use std::error::Error as _;
use std::io;

use postgres::error::SqlState;
use postgres::{Client, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/04_connecting.rs"]
mod solution;
use solution::Diagnosis;

pub fn diagnose(url: &str) -> Result<Diagnosis, Error> {
    let Err(error) = Client::connect(url, NoTls) else {
        return Ok(Diagnosis::Connected);
    };
    let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    let refused = cause.is_some_and(|cause| cause.kind() == io::ErrorKind::ConnectionRefused);
    let message = error.as_db_error().map(|db| db.message()).unwrap_or_default();
    match error.code() {
        None if refused => Ok(Diagnosis::NobodyListens),
        _ if message.contains("too many clients") => Ok(Diagnosis::TooMany),
        Some(&SqlState::CANNOT_CONNECT_NOW) => Ok(Diagnosis::NotYet),
        Some(&SqlState::INVALID_PASSWORD) => Ok(Diagnosis::WrongPassword),
        Some(&SqlState::INVALID_CATALOG_NAME) => Ok(Diagnosis::NoSuchDatabase),
        _ => Err(error),
    }
}

harness::graded!(diagnose);
