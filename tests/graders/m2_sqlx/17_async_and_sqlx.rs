//! Checks of exercise 17: four functions on a pool.

use serde_json::{Value, json};

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "Choose by what you expect: `execute` for a number of rows, `fetch_optional` for a row that may \
     not be there, `fetch_all` for a list, `fetch` for more rows than you want to hold.",
    "`execute(pool).await?.rows_affected()` is how many rows an UPDATE found. A title may be NULL: \
     `row.get(\"title\")` as an `Option<String>`.",
    "`let mut rows = sqlx::query(\"…\").fetch(pool);` and then \
     `while let Some(row) = rows.try_next().await? { … }`, with `use futures_util::TryStreamExt`.",
    "In the loop: `writeln!(file, \"{}\", json!({\"id\": id, \"content\": content}))?`, with the \
     json! of serde_json, which knows how quotes and line breaks are written. An error of the file \
     becomes a sqlx::Error by `?`.",
];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

/// What `export` is to write.
const FILE: &str = "messages.jsonl";

/// After how many rows the server fails.
const FAILS_AFTER: usize = 10_000;

/// Older than Amara's others, though its id is greater; and two at the same moment, which do not
/// lie in the table as they were inserted.
const LATE_AND_TIED: &str = "
    INSERT INTO conversations (user_id, child_id, thread_id, title, created_at) VALUES
        (1, 3, 'th-1001', 'Leap days', '2025-11-04 08:00:00+00'),
        (1, 2, 'th-1002', 'A''s first day', '2026-03-01 08:00:00+00'),
        (1, 3, 'th-1003', NULL, '2026-03-01 08:00:00+00');
    UPDATE conversations SET is_active = true WHERE thread_id = 'th-1002'";

/// Some conversations for each child, on few days, so that many are at the same moment.
const MADE_UP: &str = "
    INSERT INTO conversations (user_id, child_id, thread_id, title, created_at)
    SELECT c.parent_id, c.id, 'th-' || c.id || '-' || n,
           CASE WHEN random() < 0.7 THEN 'Talk ' || floor(random() * 100) END,
           timestamptz '2026-01-01 08:00:00+00' + floor(random() * 4) * interval '1 day'
    FROM children c, generate_series(1, 4) AS n
    ORDER BY random()";

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check("verify marks this user and no other, and says whether there is one", &LUNDO, |t| {
        // Lucía (4) and Fatima (7) are not verified yet; Seán (2) is.
        let found: bool = t.call("verify", (4,))?.ok()?;
        let marked = "SELECT string_agg(id::text, ', ' ORDER BY id) FROM users WHERE is_verified";
        let marked = t.value(marked)?.unwrap_or_default();
        equal("after verify(4), the ids of verified users", marked.as_str(), "1, 2, 3, 4, 5, 6")?;
        equal("the value for a user who is there", found, true)?;
        let found: bool = t.call("verify", (2,))?.ok()?;
        equal("the value for a user who is there and was verified before", found, true)?;
        let found: bool = t.call("verify", (4711,))?.ok()?;
        equal("the value for a user who is not there", found, false)
    })?;

    g.then("name_of finds the name, and None if nobody has the email", |t| {
        let name: Option<String> = t.call("name_of", ("sean.obrien@example.com",))?.ok()?;
        equal("the name", name.as_deref(), Some("Seán O'Brien"))?;
        let name: Option<String> = t.call("name_of", ("nobody@example.com",))?.ok()?;
        equal("the name of nobody", name, None)
    })?;

    g.then("an error of the server is an error, not None", |t| {
        t.sql("ALTER TABLE users RENAME TO people")?;
        let called = t.call::<Option<String>>("name_of", ("sean.obrien@example.com",));
        let failure = called.and_then(Called::error).map_err(|stop| match stop {
            Stop::Wrong(why) => Stop::Wrong(why.behind("the table users was taken away: ")),
            other => other,
        })?;
        ensure(
            failure.sqlstate() == Some("42P01"),
            format!(
                "the table users was taken away: expected the server's error 42P01, got: {}",
                explain(&failure)
            ),
        )
    })?;

    g.check("values travel beside the SQL, not inside it", &LUNDO, |t| {
        t.sql(
            "INSERT INTO users (email, full_name)
             VALUES ('o''; DROP TABLE messages; --@example.com', 'Oda')",
        )?;
        let email = "o'; DROP TABLE messages; --@example.com";
        let name: Option<String> = t.call("name_of", (email,))?.ok()?;
        equal("the name", name.as_deref(), Some("Oda"))?;
        t.sent()?.bound(&["DROP TABLE"])?;
        Ok(())
    })?;

    g.query(
        "titles come oldest first, and None where there is no title",
        &Query::new(
            "titles",
            "SELECT title FROM conversations WHERE user_id = {1} ORDER BY created_at, id",
        ),
        &[Data::With(LUNDO, LATE_AND_TIED), Data::With(LUNDO, MADE_UP)],
        &[json!([1]), json!([3]), json!([6])],
    )?;

    g.check("export writes one JSON object for each message, in order of id", &LUNDO, |t| {
        let folder = t.folder()?;
        let path = folder.path(FILE);
        folder.write(FILE, &"{\"id\":0,\"content\":\"An older export.\"}\n".repeat(100))?;
        t.sql(
            r#"INSERT INTO messages (conversation_id, role, content) VALUES
                   (1, 'user', E'He says "no".\nI say C:\\temp.\tWhat now?'),
                   (1, 'user', ''),
                   (2, 'user', E'Zoë 🌙\u200B');
               DELETE FROM messages WHERE id = 3;
               UPDATE messages SET extra_data = '{}' WHERE id = 1"#,
        )?;
        let count: u64 = t.call("export", (&path,))?.ok()?;
        let written = folder.read(FILE)?.unwrap_or_default();
        let mut lines = written.lines();
        let messages = t.rows("SELECT id, content FROM messages ORDER BY id")?;
        for message in &messages {
            let [id, content] = message.as_slice() else { continue };
            let id: i32 = id.as_deref().unwrap_or_default().parse().unwrap_or_default();
            let expected = json!({"id": id, "content": content});
            let Some(line) = lines.next() else {
                return wrong(format!("the file has no line for the message with id {id}."));
            };
            let Ok(actual) = serde_json::from_str::<Value>(line) else {
                return wrong(format!(
                    "this line is not JSON:\n    {line}\nIt should be:\n    {expected}"
                ));
            };
            ensure(
                actual["id"] == id || !actual["id"].is_number(),
                format!(
                    "the message with id {} stands where that with id {id} belongs: write them in \
                     the order of their ids, and each of them once.",
                    actual["id"]
                ),
            )?;
            ensure(
                actual == expected,
                format!("this line is wrong:\n    {line}\nIt should be:\n    {expected}"),
            )?;
        }
        if let Some(line) = lines.next() {
            return wrong(format!("the file has a line too many: {line}"));
        }
        equal("the number it returned", count, messages.len() as u64)?;

        t.sql("DELETE FROM messages")?;
        let count: u64 = t.call("export", (&path,))?.ok()?;
        equal("the number for an empty table", count, 0)?;
        let left = folder.read(FILE)?;
        equal("the file for an empty table", left.as_deref(), Some(""))
    })?;

    g.needs("export writes one JSON object for each message, in order of id");
    g.check("export writes messages as they come, and holds no more than 1,000", &LUNDO, |t| {
        // The server fails in the middle. Whoever waits for the last row has written nothing then.
        t.sql(&format!(
            "ALTER TABLE messages RENAME TO messages_before;
             CREATE TABLE many (LIKE messages_before);
             INSERT INTO many (id, conversation_id, role, content, created_at)
             SELECT n, 1, 'user', 'Message ' || n, now()
             FROM generate_series(1, {FAILS_AFTER} + 1000) AS n;
             ALTER TABLE many ADD PRIMARY KEY (id);
             CREATE FUNCTION read(content text, id integer) RETURNS text
             LANGUAGE plpgsql STABLE AS $$
             BEGIN
                 IF id > {FAILS_AFTER} THEN
                     RAISE EXCEPTION 'could not read a block of messages' USING ERRCODE = '58030';
                 END IF;
                 RETURN content;
             END $$;
             CREATE VIEW messages AS
             SELECT id, conversation_id, role, read(content, id) AS content, extra_data, created_at
             FROM many;
             GRANT SELECT ON messages TO PUBLIC",
        ))?;
        // The index has the order already; a sort would read everything before the first row. (For
        // the same reason the function is stable: the view dissolves in the query.)
        t.sql("ANALYZE many")?;
        t.sql(&format!("ALTER DATABASE {} SET enable_sort = off", t.database_name()))?;

        let folder = t.folder()?;
        let failure = t.call::<u64>("export", (folder.path(FILE),))?.error()?;
        ensure(
            failure.sqlstate() == Some("58030"),
            format!(
                "the server failed on the way: expected its error 58030, got: {}",
                explain(&failure)
            ),
        )?;
        // No file at all is no line.
        let lines = folder.read(FILE)?.unwrap_or_default().lines().count();
        ensure(
            lines + 1_000 >= FAILS_AFTER,
            format!(
                "the server sent {FAILS_AFTER} messages and then failed, and the file held {lines} \
                 of them. Write each message as it comes (`fetch`); a list of all of them \
                 (`fetch_all`) may be more than fits into memory."
            ),
        )
    })
}
