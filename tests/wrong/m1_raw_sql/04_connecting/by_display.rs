//! caught by: a port where nobody listens is NobodyListens
//!
//! The word is looked for in an error that only says "error connecting to server".

use postgres::error::SqlState;
use postgres::{Client, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/04_connecting.rs"]
mod solution;
use solution::Diagnosis;

pub fn diagnose(url: &str) -> Result<Diagnosis, Error> {
    let Err(error) = Client::connect(url, NoTls) else {
        return Ok(Diagnosis::Connected);
    };
    match error.code() {
        None if error.to_string().contains("refused") => Ok(Diagnosis::NobodyListens),
        Some(&SqlState::CANNOT_CONNECT_NOW) => Ok(Diagnosis::NotYet),
        Some(&SqlState::TOO_MANY_CONNECTIONS) => Ok(Diagnosis::TooMany),
        Some(&SqlState::INVALID_PASSWORD) => Ok(Diagnosis::WrongPassword),
        Some(&SqlState::INVALID_CATALOG_NAME) => Ok(Diagnosis::NoSuchDatabase),
        _ => Err(error),
    }
}

harness::graded!(diagnose);
