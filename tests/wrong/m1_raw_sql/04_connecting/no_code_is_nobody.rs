//! caught by: any other error comes back as it is
//!
//! Every error without a code is taken for a refused connection.

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
        None => Ok(Diagnosis::NobodyListens),
        Some(&SqlState::CANNOT_CONNECT_NOW) => Ok(Diagnosis::NotYet),
        Some(&SqlState::TOO_MANY_CONNECTIONS) => Ok(Diagnosis::TooMany),
        Some(&SqlState::INVALID_PASSWORD) => Ok(Diagnosis::WrongPassword),
        Some(&SqlState::INVALID_CATALOG_NAME) => Ok(Diagnosis::NoSuchDatabase),
        _ => Err(error),
    }
}

harness::graded!(diagnose);
