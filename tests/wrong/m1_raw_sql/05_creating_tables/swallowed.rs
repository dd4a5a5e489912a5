//! caught by: a table that is there already is an error, and stays as it is
//!
//! The error is printed and dropped: the caller believes that the tables are there.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/05_creating_tables.rs"]
mod solution;

pub fn create_tables(client: &mut Client) -> Result<(), Error> {
    if let Err(error) = solution::create_tables(client) {
        println!("could not create the tables: {error}");
    }
    Ok(())
}

harness::graded!(create_tables);
