//! The staging table stays for the session and is emptied; the bad lines come as one array.

use std::io::{Write, copy};

use postgres::Client;

#[path = "../../../../solutions/m1_raw_sql/16_copy.rs"]
mod solution;
use solution::LoadError;

pub fn load(client: &mut Client, csv: &str) -> Result<u64, LoadError> {
    client.batch_execute(
        "CREATE TEMP TABLE IF NOT EXISTS incoming (n serial, conv text, role text, content text);
         TRUNCATE incoming RESTART IDENTITY",
    )?;
    let (_, body) = csv.split_once('\n').unwrap_or_default();
    let mut writer = client.copy_in("COPY incoming (conv, role, content) FROM STDIN CSV")?;
    copy(&mut body.as_bytes(), &mut writer)?;
    writer.flush()?;
    writer.finish()?;
    let bad: Option<Vec<i32>> = client
        .query_one(
            "SELECT array_agg(n + 1 ORDER BY n) FROM incoming
             WHERE coalesce(conv, '') NOT IN (SELECT id::text FROM conversations)
                OR coalesce(role, '') NOT IN ('user', 'assistant')
                OR coalesce(content, '') = ''",
            &[],
        )?
        .get(0);
    match bad {
        Some(bad) => Err(LoadError::BadLines(bad)),
        None => Ok(client.execute(
            "WITH rows AS (SELECT * FROM incoming ORDER BY n)
             INSERT INTO messages (conversation_id, role, content)
             SELECT conv::int, role, content FROM rows",
            &[],
        )?),
    }
}

harness::graded!(load);
