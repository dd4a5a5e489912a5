//! Checks of exercise 9: UPDATE and DELETE.

use serde::Deserialize;

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "`execute` returns how many rows a statement has changed or deleted. That number is all that \
     `rename_user` has to look at, and it says whether `delete_user` found anybody.",
    "The DELETE of a user counts one row, whatever the cascades take. Open a transaction with \
     `client.transaction()?` and count before you delete, or before and after; or delete the \
     messages first, then the conversations, the children and the user, and keep each number.",
    "A conversation goes if `user_id = $1` or `child_id IN (SELECT id FROM children WHERE parent_id \
     = $1)`. A message goes if its conversation does: `conversation_id IN (SELECT id FROM \
     conversations WHERE …)`.",
    "`let messages = transaction.execute(\"DELETE FROM messages WHERE …\", &[&user_id])?;` and so on \
     down to the user, then `transaction.commit()?`. If the last number is 0 there was nobody: None.",
];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

/// What `delete_user` reports.
#[derive(Debug, PartialEq, Deserialize)]
struct Gone {
    children: u64,
    conversations: u64,
    messages: u64,
}

/// Families that talk about each other's children: Seán about Amara's Ngozi, Amara about Seán's
/// Aoife, Tomasz, who has no children, about Wei, and Fatima about nobody yet. Some conversations
/// have no messages.
const ABOUT_EACH_OTHER: &str = "
    INSERT INTO conversations (user_id, child_id, thread_id, title) VALUES
        (2, 2, 'th-1001', 'Seán about Ngozi'),
        (1, 4, 'th-1002', 'Amara about Aoife'),
        (6, 5, 'th-1003', 'Tomasz about Wei'),
        (6, 1, 'th-1004', NULL);
    INSERT INTO messages (conversation_id, role, content)
    SELECT c.id, 'user', 'Message ' || n
    FROM conversations c, generate_series(1, 4) AS n
    WHERE c.thread_id IN ('th-1001', 'th-1002', 'th-1003')
      AND n <= c.user_id";

/// What goes with user $1, as the fixture's cascades see it.
fn goes_with(t: &mut Trial<'_>, user: i32) -> Outcome<Gone> {
    let conversations = format!(
        "SELECT id FROM conversations
         WHERE user_id = {user} OR child_id IN (SELECT id FROM children WHERE parent_id = {user})"
    );
    let mut count = |from: &str| {
        let count = t.value(&format!("SELECT count(*) FROM {from}"))?;
        Ok::<u64, Stop>(count.and_then(|count| count.parse().ok()).unwrap_or_default())
    };
    Ok(Gone {
        children: count(&format!("children WHERE parent_id = {user}"))?,
        conversations: count(&format!("({conversations}) AS c"))?,
        messages: count(&format!("messages WHERE conversation_id IN ({conversations})"))?,
    })
}

/// Every user but one, as they are stored.
fn others(t: &mut Trial<'_>, user: i32) -> Outcome<Vec<Vec<Option<String>>>> {
    t.rows(&format!("SELECT * FROM users WHERE id <> {user} ORDER BY id"))
}

/// The ids in all four tables.
fn ids(t: &mut Trial<'_>) -> Outcome<Vec<Vec<Option<String>>>> {
    t.rows(
        "SELECT (SELECT string_agg(id::text, ' ' ORDER BY id) FROM users),
                (SELECT string_agg(id::text, ' ' ORDER BY id) FROM children),
                (SELECT string_agg(id::text, ' ' ORDER BY id) FROM conversations),
                (SELECT string_agg(id::text, ' ' ORDER BY id) FROM messages)",
    )
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check("rename_user changes the name of this user, and of no other", &LUNDO, |t| {
        let before = others(t, 4)?;
        let found: bool = t.call("rename_user", (4, "Lucía García"))?.ok()?;
        let name = t.value("SELECT full_name FROM users WHERE id = 4")?;
        equal("the name of user 4 after rename_user(4, …)", name.as_deref(), Some("Lucía García"))?;
        let changed = t.value("SELECT count(*) FROM users WHERE full_name = 'Lucía García'")?;
        equal("the number of users of that name", changed.as_deref(), Some("1"))?;
        ensure(before == others(t, 4)?, "rename_user(4, …) has changed other users, too.")?;
        equal("the value for a user who is there", found, true)
    })?;

    g.then("rename_user notes when that was, in updated_at", |t| {
        t.sql("UPDATE users SET updated_at = '2026-02-02 08:00:00+00', full_name = 'Priya'")?;
        t.call::<bool>("rename_user", (5, "Priya Raman-Iyer"))?.ok()?;
        let updated = t.value("SELECT updated_at FROM users WHERE id = 5")?.unwrap_or_default();
        let recent = t.value(
            "SELECT updated_at > now() - interval '1 minute' AND created_at < updated_at
             FROM users WHERE id = 5",
        )?;
        ensure(
            recent.as_deref() == Some("t"),
            format!("after rename_user(5, …), updated_at has to be now, and is {updated}."),
        )
    })?;

    g.then("rename_user: nobody is false, the same name again is true", |t| {
        let found: bool = t.call("rename_user", (4711, "Nemo"))?.ok()?;
        equal("the value for a user who is not there", found, false)?;
        t.sql("UPDATE users SET full_name = 'Fatima Zahra' WHERE id = 7")?;
        let found: bool = t.call("rename_user", (7, "Fatima Zahra"))?.ok()?;
        equal("the value for a user who had that name before", found, true)
    })?;

    g.then("values travel beside the SQL, not inside it", |t| {
        let name = "Sinéad O'Connor'; DROP TABLE messages; --";
        t.call::<bool>("rename_user", (2, name))?.ok()?;
        t.sent()?.bound(&["Sinéad"])?;
        let stored = t.value("SELECT full_name FROM users WHERE id = 2")?;
        equal("the name that was stored", stored.as_deref(), Some(name))
    })?;

    g.check("delete_user says how many children, conversations and messages went", &LUNDO, |t| {
        t.sql(ABOUT_EACH_OTHER)?;
        // Seán, whose conversations are about others' children too; Amara; Tomasz without children;
        // Lucía whose child nobody spoke of.
        for user in [2, 1, 6, 4] {
            let expected = goes_with(t, user)?;
            let name = t.value(&format!("SELECT full_name FROM users WHERE id = {user}"))?;
            let gone: Option<Gone> = t.call("delete_user", (user,))?.ok()?;
            let what = format!("what went with {} ({user})", name.unwrap_or_default());
            equal(&what, gone, Some(expected))?;
        }
        Ok(())
    })?;

    g.check("delete_user removes the user and what is theirs, and nothing else", &LUNDO, |t| {
        t.sql(ABOUT_EACH_OTHER)?;
        for user in [3, 1] {
            let before = ids(t)?.concat();
            // The server's own cascades say what is left.
            t.sql(&format!("BEGIN; DELETE FROM users WHERE id = {user}"))?;
            let expected = ids(t)?.concat();
            t.sql("ROLLBACK")?;
            t.call::<Option<Gone>>("delete_user", (user,))?.ok()?;
            let left = ids(t)?.concat();
            ensure(
                left != before,
                format!(
                    "after delete_user({user}) everything is still there. If there was a transaction, \
                     it was not committed: one that is dropped is rolled back."
                ),
            )?;
            let tables = ["users", "children", "conversations", "messages"];
            for ((table, left), expected) in tables.iter().zip(left).zip(expected) {
                equal(&format!("after delete_user({user}), the ids in {table}"), left, expected)?;
            }
        }
        Ok(())
    })?;

    g.then("delete_user: nobody is None, and no children are 0", |t| {
        let gone: Option<Gone> = t.call("delete_user", (4711,))?.ok()?;
        equal("what went with a user who is not there", gone, None)?;
        let gone: Option<Gone> = t.call("delete_user", (7,))?.ok()?;
        let nothing = Gone { children: 0, conversations: 0, messages: 0 };
        equal("what went with a user who had nothing", gone, Some(nothing))
    })?;

    g.check("delete_user: if the user cannot go, nothing goes", &LUNDO, |t| {
        // A table without ON DELETE: a user with an invoice stays.
        t.sql(
            "CREATE TABLE invoices (id integer PRIMARY KEY, user_id integer REFERENCES users);
             INSERT INTO invoices VALUES (1, 1)",
        )?;
        let before = ids(t)?;
        let failure = t.call::<Option<Gone>>("delete_user", (1,))?.error()?;
        ensure(
            failure.sqlstate() == Some("23503"),
            format!(
                "an invoice refers to the user: expected the server's error 23503, got: {}",
                explain(&failure)
            ),
        )?;
        ensure(
            ids(t)? == before,
            "an invoice refers to the user, so the server refused to delete them. But children, \
             conversations or messages are gone: delete all of it in one transaction.",
        )
    })
}
