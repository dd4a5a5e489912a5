//! caught by: any other error comes back as it is
//!
//! 28000 begins like 28P01, and has nothing to do with the password.

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
    match error.code() {
        None if refused => Ok(Diagnosis::NobodyListens),
        Some(code) if code.code().starts_with("28") => Ok(Diagnosis::WrongPassword),
        Some(&SqlState::CANNOT_CONNECT_NOW) => Ok(Diagnosis::NotYet),
        Some(&SqlState::TOO_MANY_CONNECTIONS) => Ok(Diagnosis::TooMany),
        Some(&SqlState::INVALID_PASSWORD) => Ok(Diagnosis::WrongPassword),
        Some(&SqlState::INVALID_CATALOG_NAME) => Ok(Diagnosis::NoSuchDatabase),
        _ => Err(error),
    }
}

harness::graded!(diagnose);
