//! caught by: a good file is stored as it is, in its order
//!
//! The line of headings is taken for a message.

use std::io::Write;

use postgres::Client;

#[path = "../../../../solutions/m1_raw_sql/16_copy.rs"]
mod solution;
use solution::LoadError;

pub fn load(client: &mut Client, csv: &str) -> Result<u64, LoadError> {
    let mut tx = client.transaction()?;
    tx.batch_execute(
        "CREATE TEMP TABLE staging (
             line integer GENERATED ALWAYS AS IDENTITY (START WITH 2),
             conversation_id text,
             role text,
             content text
         ) ON COMMIT DROP",
    )?;
    let mut writer =
        tx.copy_in("COPY staging (conversation_id, role, content) FROM STDIN (FORMAT csv)")?;
    writer.write_all(csv.as_bytes())?;
    writer.finish()?;
    let bad = tx.query(
        "SELECT line FROM staging s LEFT JOIN conversations c ON c.id::text = s.conversation_id
         WHERE (c.id IS NOT NULL AND role IN ('user', 'assistant') AND content <> '') IS NOT TRUE
         ORDER BY line",
        &[],
    )?;
    if !bad.is_empty() {
        return Err(LoadError::BadLines(bad.iter().map(|row| row.get("line")).collect()));
    }
    let count = tx.execute(
        "INSERT INTO messages (conversation_id, role, content)
         SELECT conversation_id::integer, role, content FROM staging ORDER BY line",
        &[],
    )?;
    tx.commit()?;
    Ok(count)
}

harness::graded!(load);
