//! caught by: bad lines are reported by number, all of them, and nothing is stored
//!
//! COPY into the table itself: it stops at the first bad line, and knows only that.

use std::io::Write;

use postgres::Client;

#[path = "../../../../solutions/m1_raw_sql/16_copy.rs"]
mod solution;
use solution::LoadError;

pub fn load(client: &mut Client, csv: &str) -> Result<u64, LoadError> {
    let mut copied = || -> Result<u64, postgres::Error> {
        let mut writer = client.copy_in(
            "COPY messages (conversation_id, role, content) FROM STDIN (FORMAT csv, HEADER)",
        )?;
        // What the server has to say comes with the end.
        let _ = writer.write_all(csv.as_bytes());
        writer.finish()
    };
    copied().map_err(|error| {
        let context = error.as_db_error().and_then(|db| db.where_()).unwrap_or_default();
        let line = context.split("line ").nth(1).unwrap_or_default();
        let line = line.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        match line.parse() {
            Ok(line) => LoadError::BadLines(vec![line]),
            Err(_) => LoadError::Database(error),
        }
    })
}

harness::graded!(load);
