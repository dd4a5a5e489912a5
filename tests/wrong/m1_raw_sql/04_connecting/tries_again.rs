//! caught by: it tries once
//!
//! Tries a second time if the first failed.

use postgres::{Client, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/04_connecting.rs"]
mod solution;
use solution::Diagnosis;

pub fn diagnose(url: &str) -> Result<Diagnosis, Error> {
    match Client::connect(url, NoTls) {
        Ok(_) => Ok(Diagnosis::Connected),
        Err(_) => solution::diagnose(url),
    }
}

harness::graded!(diagnose);
