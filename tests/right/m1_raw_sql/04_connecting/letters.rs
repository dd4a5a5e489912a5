//! By the five characters; the whole chain of causes is searched for the refusal.

use std::error::Error;
use std::io::{self, ErrorKind};

use postgres::{Client, NoTls};

#[path = "../../../../solutions/m1_raw_sql/04_connecting.rs"]
mod solution;
use solution::Diagnosis::{self, *};

pub fn diagnose(url: String) -> Result<Diagnosis, Box<dyn Error>> {
    let error = match Client::connect(&url, NoTls) {
        Ok(client) => {
            client.close()?;
            return Ok(Connected);
        }
        Err(error) => error,
    };
    if let Some(db) = error.as_db_error() {
        return match db.code().code() {
            "28P01" => Ok(WrongPassword),
            "3D000" => Ok(NoSuchDatabase),
            "53300" => Ok(TooMany),
            "57P03" => Ok(NotYet),
            _ => Err(error.into()),
        };
    }
    let mut next: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(cause) = next {
        if cause
            .downcast_ref::<io::Error>()
            .is_some_and(|e| e.kind() == ErrorKind::ConnectionRefused)
        {
            return Ok(NobodyListens);
        }
        next = cause.source();
    }
    Err(error.into())
}

harness::graded!(diagnose);
