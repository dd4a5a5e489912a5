//! # Exercise 1: who is there?
//!
//! `about` gets the URL of a server, connects to it, and asks the server two things with SQL:
//!
//! - `version`: the number of its version, as the server's setting `server_version_num` has it.
//!   For PostgreSQL 15.18 it is 150018, and for 18.1 it is 180001.
//! - `database`: the name of the database that the connection leads to.
//!
//! One connection is enough for both. If something fails (nobody listens at that address, there is
//! no such database), the error goes back to the caller, and nothing panics.
//!
//! Check your answer with `cargo run -- check 1`.

use postgres::{Client, Error, NoTls};

/// What a server says of itself.
#[derive(Debug, serde::Serialize)]
pub struct About {
    pub version: i32,
    pub database: String,
}

/// Connects to a server and asks which version it is and which database this is.
pub fn about(url: &str) -> Result<About, Error> {
    // todo: connect, ask for the version's number and the database's name, and return both
    let mut client = Client::connect(url, NoTls)?;
    // A setting is text. The cast makes a number of it, so that Rust gets an i32.
    let row = client.query_one(
        "SELECT current_setting('server_version_num')::integer, current_database()",
        &[],
    )?;
    Ok(About { version: row.get(0), database: row.get(1) })
    // end
}

harness::graded!(about);
