//! caught by: the server's language does not matter
//!
//! The words are read, which are other words in Germany.

use std::error::Error as _;
use std::io;

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
    let says = |words: &str| message.contains(words);
    if refused {
        Ok(Diagnosis::NobodyListens)
    } else if says("password authentication failed") {
        Ok(Diagnosis::WrongPassword)
    } else if says("does not exist") {
        Ok(Diagnosis::NoSuchDatabase)
    } else if says("too many c") {
        Ok(Diagnosis::TooMany)
    } else if says("the database system is") {
        Ok(Diagnosis::NotYet)
    } else {
        Err(error)
    }
}

harness::graded!(diagnose);
