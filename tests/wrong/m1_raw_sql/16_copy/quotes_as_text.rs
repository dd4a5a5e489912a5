//! caught by: an id and a role may be in quotes, as a content may
//!
//! The lines are judged in Rust, where the quotes around an id or a role are taken for a part of it.

use std::collections::HashSet;
use std::io::Write;

use postgres::Client;

#[path = "../../../../solutions/m1_raw_sql/16_copy.rs"]
mod solution;
use solution::LoadError;

pub fn load(client: &mut Client, csv: &str) -> Result<u64, LoadError> {
    let rows = client.query("SELECT id::text FROM conversations", &[])?;
    let ids: HashSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let good = |line: &str| {
        let fields: Vec<&str> = line.splitn(3, ',').collect();
        ids.contains(fields[0])
            && ["user", "assistant"].contains(&fields[1])
            && !["", "\"\""].contains(&fields[2])
    };
    let lines = (1..).zip(csv.lines()).skip(1);
    let bad: Vec<i32> = lines.filter(|(_, line)| !good(line)).map(|(number, _)| number).collect();
    if !bad.is_empty() {
        return Err(LoadError::BadLines(bad));
    }
    let mut writer = client.copy_in(
        "COPY messages (conversation_id, role, content) FROM STDIN (FORMAT csv, HEADER)",
    )?;
    writer.write_all(csv.as_bytes())?;
    Ok(writer.finish()?)
}

harness::graded!(load);
