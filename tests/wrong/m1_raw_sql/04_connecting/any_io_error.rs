//! caught by: any other error comes back as it is
//!
//! Whatever the operating system says is called NobodyListens.

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
    if error.source().is_some_and(|source| source.is::<io::Error>()) {
        return Ok(Diagnosis::NobodyListens);
    }
    match error.code() {
        Some(&SqlState::CANNOT_CONNECT_NOW) => Ok(Diagnosis::NotYet),
        Some(&SqlState::TOO_MANY_CONNECTIONS) => Ok(Diagnosis::TooMany),
        Some(&SqlState::INVALID_PASSWORD) => Ok(Diagnosis::WrongPassword),
        Some(&SqlState::INVALID_CATALOG_NAME) => Ok(Diagnosis::NoSuchDatabase),
        _ => Err(error),
    }
}

harness::graded!(diagnose);
