//! The string is read into a Config first; a table of codes.

use std::error::Error as _;
use std::io;

use postgres::error::SqlState;
use postgres::{Config, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/04_connecting.rs"]
mod solution;
use solution::Diagnosis;

pub fn diagnose(url: &str) -> Result<Diagnosis, Error> {
    let config: Config = url.parse()?;
    let known = [
        (SqlState::INVALID_PASSWORD, Diagnosis::WrongPassword),
        (SqlState::INVALID_CATALOG_NAME, Diagnosis::NoSuchDatabase),
        (SqlState::TOO_MANY_CONNECTIONS, Diagnosis::TooMany),
        (SqlState::CANNOT_CONNECT_NOW, Diagnosis::NotYet),
    ];
    match config.connect(NoTls) {
        Ok(_) => Ok(Diagnosis::Connected),
        Err(error) => {
            let of_the_system =
                error.source().and_then(|source| source.downcast_ref::<io::Error>());
            if of_the_system.map(io::Error::kind) == Some(io::ErrorKind::ConnectionRefused) {
                return Ok(Diagnosis::NobodyListens);
            }
            let found = known.into_iter().find(|(code, _)| error.code() == Some(code));
            found.map(|(_, diagnosis)| diagnosis).ok_or(error)
        }
    }
}

harness::graded!(diagnose);
