//! # UPDATE and DELETE: changing and removing rows
//!
//! Both begin with the same question as a `SELECT`: for which rows is the condition true? `UPDATE`
//! gives those rows new values, `DELETE` removes them. The condition alone decides how many there
//! are: one, none, or every row of the table. The server never asks whether you are sure. It does
//! what it was told, and gives you a receipt with a number.
//!
//! So there are two habits to learn. **Read the number**: 0 says that there was no such row, 7 says
//! that there were more than you thought. And **write in a transaction** what you would not like to
//! lose: until `COMMIT` all of it is in pencil, and `ROLLBACK` rubs it out.

use crate::lesson::prelude::*;

/// ## One row
///
/// `SET` lists columns and what they become. The expressions see the row as it was, so a value may
/// be made of the old one: the note gets longer here. Columns that are not in the list stay.
///
/// `updated_at` is one of them. Nothing in this table sets it by itself, so whoever changes a row
/// has to say so. `RETURNING` hands the new rows back, as in an `INSERT`.
///
/// *Coming from Python: `child.notes += "…"` and `commit()`. The `onupdate=func.now()` of a model is
/// the `updated_at = now()` here.*
pub const ONE_ROW: Sql = sql(indoc! {"
    UPDATE children
    SET notes = notes || ' Chose a moon as night light.',
        updated_at = now()
    WHERE id = 1
    RETURNING id, name, notes, updated_at
"});

/// ## In pencil
///
/// Seán would like to be called Seán Ó Briain. Before a change by hand, open a transaction. From
/// here on nothing is final, and no other session sees any of it.
pub const BEGIN: Sql = sql("BEGIN");

/// ## What was forgotten
///
/// The statement that follows is the one that everybody writes once. Before you run it:
pub const WHAT_HAPPENS: Prediction = predict(
    "UPDATE users SET full_name = 'Seán Ó Briain', and nothing else. There are seven users. How many rows change?",
    &[
        choice(
            "None: without WHERE it is an error",
            Claim::Fails("42601"),
            "The WHERE is optional. Without it the condition is true for every row, as in a SELECT.",
        ),
        choice(
            "One: Seán",
            Claim::Rows(1),
            "Nothing in the statement says who is meant.",
        ),
        choice(
            "Seven",
            Claim::Rows(7),
            "Without a condition every row is meant, and the server takes you at your word.",
        ),
    ],
);

/// ## UPDATE without WHERE
///
/// No warning, no question. Everybody is Seán now. What gives it away is the number below the table.
pub const NO_WHERE: Sql = sql(indoc! {"
    UPDATE users
    SET full_name = 'Seán Ó Briain'
    RETURNING id, email, full_name
"});

/// ## Rubbed out
///
/// `ROLLBACK` ends the transaction as if it had never been. Had there been no `BEGIN`, each
/// statement would have been final as soon as it was done, and the only way back would be a backup
/// (lesson 54).
///
/// In `psql`, `\set AUTOCOMMIT off` opens a transaction before your first statement each time. And
/// it costs little to run the condition as a `SELECT` first: what you see is what will change.
pub const ROLLED_BACK: Sql = sql("ROLLBACK");

/// ## The same habit in Rust
///
/// `execute` returns the number of rows. A statement that finds nobody has not failed: it has
/// changed 0 rows, and only that number tells. (`WHERE email = NULL` changes 0 rows too, always.)
///
/// `client.transaction()` is `BEGIN`. If it is dropped without `commit()`, as by a `?` that leaves
/// the function, it is rolled back. The table shows that Seán has his new name, and those beside
/// him have their old ones.
pub fn read_the_number(client: &mut Client, out: &mut Out) -> Result<()> {
    let sql = "UPDATE users SET full_name = $2, updated_at = now()
               WHERE id = $1";
    for id in [4711, 2] {
        let mut transaction = client.transaction()?;
        let changed = transaction.execute(sql, &[&id, &"Seán Ó Briain"])?;
        out.say(match changed {
            0 => format!("{changed} rows: there is no user {id}"),
            1 => format!("{changed} row: renamed"),
            _ => format!("{changed} rows: that was not what we meant"),
        });
        if changed == 1 {
            transaction.commit()?;
        }
    }
    let sql = "SELECT id, full_name FROM users WHERE id < 4 ORDER BY id";
    out.rows(&client.query(sql, &[])?);
    Ok(())
}

/// ## Promises hold here too
///
/// An `UPDATE` is checked like an `INSERT`. This one has no `WHERE` either, and is stopped by luck:
/// `email` is `UNIQUE`. The second row that it comes to would break the promise, so the statement
/// fails as a whole and the first row is as it was. Constraints are the last thing that stands
/// between a typing error and the data.
pub const SAME_PROMISES: Sql = sql(indoc! {"
    UPDATE users
    SET email = 'sean@example.com'
"})
.fails("23505");

/// ## DELETE
///
/// There are no columns to name: what goes is the row. `RETURNING` shows the rows for the last
/// time. Without `WHERE` this, too, would mean all of them.
///
/// The condition may ask another table: `IN (SELECT …)` is true for the ids that the inner query
/// gives. Here these are the messages about Lan (6).
pub const TWO_MESSAGES: Sql = sql(indoc! {"
    DELETE FROM messages
    WHERE conversation_id IN (
        SELECT id FROM conversations WHERE child_id = 6
    )
    RETURNING id, role, content
"});

/// ## What goes with a user
///
/// `children.parent_id` was declared with `REFERENCES users ON DELETE CASCADE`: when the user goes,
/// the children go, with them their conversations, and with those the messages. That is a promise
/// to people who want to be forgotten, and it is quick to type.
///
/// Now look at the number. `execute` counts the rows that the statement itself has deleted: one user.
/// What the cascades took is in no receipt; whoever wants to know has to count before and after, as
/// here, or delete the messages, conversations and children first, and read each number.
///
/// A conversation refers to a child *and* to the user who held it, and goes with either. Seán once
/// asked something about Amara's daughter Ngozi (2): that conversation goes with Amara, though Seán
/// stays. In the table, the first row is before and the second after.
///
/// *Coming from Python: `session.delete(user)`. With `cascade="all, delete-orphan"` SQLAlchemy loads
/// the children and deletes them one by one; here the server does it.*
pub fn cascades(client: &mut Client, out: &mut Out) -> Result<()> {
    client.execute(
        "INSERT INTO conversations (user_id, child_id, thread_id)
         VALUES (2, 2, 'th-1001')",
        &[],
    )?;

    let before = client.query_one(COUNTED, &[])?;
    let deleted =
        client.execute("DELETE FROM users WHERE id = $1", &[&1])?;
    let after = client.query_one(COUNTED, &[])?;

    out.say(format!("{deleted} row deleted"));
    out.rows(&[before, after]);
    Ok(())
}

const COUNTED: &str = "
    SELECT (SELECT count(*) FROM users)         AS users,
           (SELECT count(*) FROM children)      AS children,
           (SELECT count(*) FROM conversations) AS conversations,
           (SELECT count(*) FROM messages)      AS messages";

/// ## In three lines
///
/// - `UPDATE … SET … WHERE …`, `DELETE FROM … WHERE …`: without the condition, every row.
/// - Read the number: 0 is "not found" and no error; more than you meant is a reason to roll back.
/// - Cascades delete more than the number says. `BEGIN` first, and look before you `COMMIT`.
///
/// Read on: *Updating Data*, *Deleting Data* and *Returning Data from Modified Rows* in the
/// PostgreSQL manual (chapter 6), *Foreign Keys* (in chapter 5), and `Transaction` in the
/// documentation of the crate `postgres`. Lesson 21 has the other things that may happen to
/// children, lesson 39 has more of transactions.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 13,
    steps: [
        ONE_ROW,
        BEGIN,
        WHAT_HAPPENS,
        NO_WHERE,
        ROLLED_BACK,
        read_the_number,
        SAME_PROMISES,
        TWO_MESSAGES,
        cascades,
        IN_SHORT,
    ],
}
