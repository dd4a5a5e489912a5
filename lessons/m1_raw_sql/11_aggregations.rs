//! # Aggregations: many rows into one
//!
//! An aggregate reads many rows and gives one value: how many, how much, the largest. In Rust it is
//! a `fold`. `GROUP BY` puts the rows into buckets first, as into a `HashMap<Key, Vec<Row>>`, and
//! folds each of them: one row comes out for each bucket, and never more.
//!
//! This goes between two steps that you know:
//!
//! 1. `FROM`, `WHERE`: which rows are there?
//! 2. `GROUP BY`: which of them belong together?
//! 3. `HAVING`: which groups stay?
//! 4. `SELECT`, `ORDER BY`: what becomes of each group, and in which order?
//!
//! Two questions to ask each time. What about rows in which the value is NULL? And what about groups
//! in which there is no row: do they come out as 0, or not at all?

use crate::lesson::prelude::*;

/// ## Counting
///
/// Three ways to count, and three results. `count(*)` counts rows. `count(notes)` counts the rows in
/// which `notes` is not NULL. `count(DISTINCT …)` counts the different values, again without NULL:
/// nine children, but Wei and Lan share their day of birth.
///
/// `count(…)`, `sum`, `avg`, `min` and `max` pass NULL over. `count(*)` does not, and neither does
/// `array_agg`, which collects the values into an array.
///
/// *Coming from Python: `func.count()`, `func.count(Child.notes)`, `func.count(distinct(…))`.*
pub const COUNTING: Sql = sql(indoc! {"
    SELECT count(*) AS children,
           count(notes) AS with_notes,
           count(DISTINCT date_of_birth) AS days_of_birth,
           min(date_of_birth) AS oldest,
           max(date_of_birth) AS youngest
    FROM children
"});

/// ## A row for each group
///
/// Two different roles are two groups, so two rows. Look at the types: the `sum` of `integer`s is a
/// `bigint`, and `avg` is a `numeric` with more digits than anybody wants; `round` leaves one.
pub const BY_ROLE: Sql = sql(indoc! {"
    SELECT role,
           count(*) AS messages,
           sum(length(content)) AS characters,
           avg(length(content)) AS average,
           round(avg(length(content)), 1) AS rounded
    FROM messages
    GROUP BY role
    ORDER BY role
"});

/// ## What a group does not have
///
/// A user has several conversations, and they have several titles. Which of them should stand in
/// the one row of this user? The server does not guess: it is error `42803`.
///
/// Either the column belongs in `GROUP BY`, which makes smaller groups, or an aggregate has to make
/// one value of it: `min(title)`, `array_agg(title)`.
pub const WHICH_TITLE: Sql = sql(indoc! {"
    SELECT user_id, title, count(*) AS conversations
    FROM conversations
    GROUP BY user_id
"})
.fails("42803");

/// ## Nobody's children
///
/// Tomasz (6) has no children. A `LEFT JOIN` keeps every user, also one to whom no child belongs,
/// with NULL in the columns of the child (lesson 12).
pub const WHAT_HAPPENS: Prediction = predict(
    "The next query joins Tomasz with his children like this, and asks for count(*). What is it?",
    &[
        choice(
            "0",
            Claim::Value("0"),
            "That is what count(child.id) gives. count(*) counts rows, and of those there is one.",
        ),
        choice(
            "1",
            Claim::Value("1"),
            "The join made one row for Tomasz, with NULL where a child would be. count(*) counts \
             that row; count(child.id) does not, since its id is NULL.",
        ),
        choice(
            "Nothing: without children there is no row",
            Claim::Rows(0),
            "So it would be with JOIN. LEFT JOIN keeps him.",
        ),
    ],
);

/// ## Groups without a row
///
/// The count that is wanted here is the second one: of a column that is never NULL in a row that is
/// really there, such as the key.
pub const NO_CHILDREN: Sql = sql(indoc! {"
    SELECT count(*) AS rows, count(child.id) AS children
    FROM users
    LEFT JOIN children child ON child.parent_id = users.id
    WHERE users.id = 6
"});

/// ## Every parent
///
/// The same for all. `GROUP BY u.id` is enough to have the name too: `id` is the primary key, so a
/// group has one name only, and the server knows that. With `JOIN` in place of `LEFT JOIN`, the last
/// two rows would be missing, and no error would tell.
pub const EVERY_PARENT: Sql = sql(indoc! {"
    SELECT u.id, u.full_name,
           count(c.id) AS children
    FROM users u
    LEFT JOIN children c ON c.parent_id = u.id
    GROUP BY u.id
    ORDER BY children DESC, u.id
"});

/// ## WHERE, HAVING and FILTER
///
/// Three places for a condition, each about something else:
///
/// - `WHERE` is asked of every row, before there are groups;
/// - `FILTER` is asked of every row too, and only decides what this one aggregate sees;
/// - `HAVING` is asked of every group, so it may hold aggregates. In `WHERE` they are an error: at
///   that time nothing has been counted.
///
/// Here: what was said since the new year, in conversations with two messages or more. The talk about
/// Ngozi (3) has two, but the first is of New Year's Eve, 23:50. `WHERE` has taken it away before
/// `HAVING` counts.
pub const THREE_CONDITIONS: Sql = sql(indoc! {"
    SELECT conversation_id,
           count(*) AS messages,
           count(*) FILTER (WHERE role = 'user') AS questions,
           max(created_at) AS last
    FROM messages
    WHERE created_at >= '2026-01-01'
    GROUP BY conversation_id
    HAVING count(*) >= 2
    ORDER BY messages DESC, conversation_id
"});

/// ## By month
///
/// One may group by any expression. `date_trunc` cuts a moment down to the beginning of its month
/// (day, week, hour), in the time zone that the third argument names. `GROUP BY` knows the alias, as
/// `ORDER BY` does; `WHERE` and `HAVING` do not.
///
/// A month without messages would not be here: no row, no group.
pub const BY_MONTH: Sql = sql(indoc! {"
    SELECT date_trunc('month', created_at, 'UTC') AS month,
           count(*) AS messages,
           count(DISTINCT conversation_id) AS conversations
    FROM messages
    GROUP BY month
    ORDER BY month
"});

/// ## Into Rust
///
/// `count` is a `bigint`, so it is an `i64`, however few there are. The `sum` of `bigint`s could be
/// larger than any `bigint`, so it is a `numeric`, and so is every `avg` of whole numbers. None of
/// Rust's own types holds a `numeric`: say `::bigint` for an `i64`, and `::float8` for an `f64`.
///
/// And over no rows at all, `count` is 0, but `sum`, `avg`, `min` and `max` are NULL: an `Option`, or
/// `coalesce(…, 0)`, which takes the first of its arguments that is not NULL.
///
/// The inner query makes a table of counts, and the outer one folds it once more.
pub fn into_rust(client: &mut Client, out: &mut Out) -> Result<()> {
    let row = client.query_one(
        "SELECT count(*) AS conversations,
                sum(messages) AS messages,
                sum(messages)::bigint AS messages_as_bigint,
                avg(messages)::float8 AS average
         FROM (SELECT count(*) AS messages
               FROM messages GROUP BY conversation_id) AS counts",
        &[],
    )?;
    out.row(&row);
    if let Err(error) = row.try_get::<_, i32>("conversations") {
        out.error(&error);
    }
    if let Err(error) = row.try_get::<_, i64>("messages") {
        out.error(&error);
    }
    let messages: i64 = row.get("messages_as_bigint");
    let average: f64 = row.get("average");
    out.say(format!("{messages} messages, {average:.2} on average"));

    let nobody = client.query_one(
        "SELECT count(*), max(created_at), sum(length(content))
         FROM messages WHERE conversation_id = 4711",
        &[],
    )?;
    out.row(&nobody);
    Ok(())
}

/// ## In three lines
///
/// - `count(*)` counts rows, `count(column)` those without NULL; a `LEFT JOIN` and the count of a key
///   keep the groups that are empty.
/// - `WHERE` chooses rows, `HAVING` groups, `FILTER` what one aggregate sees; what is not grouped by
///   has to be aggregated.
/// - `count` is an `i64`, `sum(bigint)` and `avg` are `numeric`: cast them. Over nothing they are
///   NULL, and only `count` is 0.
///
/// Read on: *Aggregate Functions* in the PostgreSQL manual (in the tutorial, and in chapter 9), *The
/// GROUP BY and HAVING Clauses* (chapter 7), and the table of types at `ToSql` in the documentation
/// of the crate `postgres`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 15,
    steps: [
        COUNTING,
        BY_ROLE,
        WHICH_TITLE,
        WHAT_HAPPENS,
        NO_CHILDREN,
        EVERY_PARENT,
        THREE_CONDITIONS,
        BY_MONTH,
        into_rust,
        IN_SHORT,
    ],
}
