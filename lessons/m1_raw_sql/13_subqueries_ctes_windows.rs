//! # Queries inside queries, and windows
//!
//! What a query gives is rows and columns: a table again. So a query in parentheses may stand wherever
//! SQL wants something, and the place decides what it is asked for:
//!
//! | where it stands | what it has to be |
//! |---|---|
//! | in place of a value | one column, one row at most |
//! | after `IN` | one column, a list |
//! | after `EXISTS` | anything: is there a row, yes or no |
//! | after `FROM` or `JOIN`, or in front, after `WITH` | a table |
//!
//! If the inner query mentions a row of the outer one, it is *correlated*: think of it as run anew for
//! each outer row, like a closure that captures it.
//!
//! *Window functions* are the second half. `GROUP BY` makes one row of many, and the many are gone. A
//! window function keeps every row and lets it look at the others: at how many came before it, at the
//! best of its group.
//!
//! The database is the blog: `users` write `posts`; `comments` stand under a post, and those that
//! answer another comment name it in `reply_to`.

use crate::lesson::prelude::*;

/// ## In place of a value
///
/// Both queries in parentheses mention `u.id`, so each is asked anew for every user. The first always
/// has one row, since `count(*)` of nothing is 0. The second sorts and takes one; for Żaneta it finds
/// none, and where a value belongs, no row means NULL.
///
/// Nothing is multiplied here, as it would be by joins (lesson 12): there is one row for each user,
/// whatever the parentheses look at.
///
/// *Coming from SQLAlchemy: this is `.scalar_subquery()`; further down come `.exists()`, `.cte()`,
/// `.over()` and `.lateral()`.*
pub const ONE_VALUE: Sql = sql(indoc! {"
    SELECT u.username,
           (SELECT count(*) FROM posts p
            WHERE p.author_id = u.id) AS posts,
           (SELECT p.title FROM posts p
            WHERE p.author_id = u.id
            ORDER BY p.created_at DESC, p.id DESC
            LIMIT 1) AS latest
    FROM users u
    ORDER BY u.id
"});

/// ## One value, and there are three
///
/// The same without `LIMIT`. Maren has three posts, and three titles do not fit into one place: `21000`
/// is `cardinality_violation`.
///
/// While everybody had one post, this worked. What must be one row should be so by a key, by `LIMIT 1`
/// or by an aggregate, and not by luck.
pub const THREE_VALUES: Sql = sql(indoc! {"
    SELECT u.username,
           (SELECT p.title FROM posts p
            WHERE p.author_id = u.id) AS title
    FROM users u
"})
.fails("21000");

/// ## A list, or yes and no
///
/// `IN` asks whether a value is in a list. `EXISTS` asks whether there is any row: what the inner
/// query selects does not matter, so it may select nothing. It is the better of the two where the
/// condition needs more than one column, as here: has the author answered under the post?
///
/// Both stand more often in `WHERE`. As they only ask, a post comes out once, however many comments it
/// has. A join would give it once for each.
pub const IN_AND_EXISTS: Sql = sql(indoc! {"
    SELECT p.id, p.title,
           p.id IN (SELECT c.post_id FROM comments c) AS talked_about,
           EXISTS (SELECT FROM comments c
                   WHERE c.post_id = p.id
                     AND c.author_id = p.author_id) AS answered
    FROM posts p
    ORDER BY p.id
"});

/// ## Those not in the list
///
/// Before you go on: of the eleven comments, five have a reply. `reply_to` of a comment names the one
/// that it answers, and is NULL where it answers the post itself.
pub const LAST_WORDS: Prediction = predict(
    "The next step asks for the comments that nobody has replied to: those with an id that is NOT IN \
     the list of all reply_to. How many rows come back?",
    &[
        choice(
            "Six: eleven less the five",
            Claim::Rows(6),
            "That is what is meant. But the list has a NULL in it, and NOT IN has to be sure about \
             each item of the list.",
        ),
        choice(
            "None",
            Claim::Rows(0),
            "One NULL in the list, and NOT IN is true for no row at all.",
        ),
        choice(
            "An error: NULL cannot be compared",
            Claim::Fails("22004"),
            "Comparing with NULL is allowed. The result is NULL, unknown, and WHERE drops the row \
             without a word.",
        ),
    ],
);

/// ## NOT IN and the NULL
///
/// `4 NOT IN (1, 2, NULL)` means `4 <> 1 AND 4 <> 2 AND 4 <> NULL`. The last is unknown, so the whole
/// is unknown at best: who can say that 4 is not the one we do not know? `WHERE` keeps what is true.
///
/// The query is well-formed, runs, and is silently wrong, from the day on which the first NULL is
/// stored.
pub const NOT_IN: Sql = sql(indoc! {"
    SELECT c.id, c.body
    FROM comments c
    WHERE c.id NOT IN (SELECT r.reply_to FROM comments r)
    ORDER BY c.id
"});

/// ## NOT EXISTS
///
/// This asks the question as you would: there is no reply to it. A row with a NULL in `reply_to`
/// fulfils no condition and is no reply; nothing else comes of it. The server can also run it better:
/// as the anti-join of lesson 12, in one go, which `NOT IN` does not allow it.
///
/// Make it a habit: for *those without*, `NOT EXISTS`.
pub const NOT_EXISTS: Sql = sql(indoc! {"
    SELECT c.id, c.body
    FROM comments c
    WHERE NOT EXISTS (SELECT FROM comments r WHERE r.reply_to = c.id)
    ORDER BY c.id
"});

/// ## WITH: a name for a query
///
/// Which posts are talked about more than the average? That takes a count per post, and the average
/// of these counts. `WITH` puts a query in front and gives it a name; below it is a table. This is a
/// *common table expression*, CTE for short.
///
/// It reads from top to bottom, and is used three times here without being written three times. One
/// that is used once costs nothing: the server dissolves it in the query.
pub const WITH_A_NAME: Sql = sql(indoc! {"
    WITH talk AS (
        SELECT post_id, count(*) AS comments
        FROM comments
        GROUP BY post_id
    )
    SELECT p.title, t.comments,
           (SELECT round(avg(comments), 2) FROM talk) AS average
    FROM talk t JOIN posts p ON p.id = t.post_id
    WHERE t.comments > (SELECT avg(comments) FROM talk)
    ORDER BY t.comments DESC, p.id
"});

/// ## WITH RECURSIVE: a thread
///
/// How deep a thread goes nobody knows beforehand, so no number of joins will do. A recursive CTE
/// is a loop:
///
/// 1. The first `SELECT` is run once. Its rows are the first round: here comment 1.
/// 2. The second is run again and again. `thread` in it stands for the rows of the **last round**
///    alone: the replies to comment 1, then the replies to these, …
/// 3. A round without rows is the end. All rounds together are the result.
///
/// Each round hands something on. `depth` counts. `path` collects the ids on the way down, and sorted
/// by it, a comment stands right below the one that it answers: arrays are compared item by item, and
/// `{1,2}` comes before `{1,2,3}`, and that before `{1,5}`. This order is called *depth first*.
///
/// To sort those beside each other by something else, put that into the path instead. Or leave it to
/// the server: `SEARCH DEPTH FIRST BY created_at, id SET place`, after the last parenthesis of the CTE,
/// adds a column `place` to sort by.
pub const A_THREAD: Sql = sql(indoc! {"
    WITH RECURSIVE thread AS (
        SELECT c.id, c.body, 0 AS depth, ARRAY[c.id] AS path
        FROM comments c
        WHERE c.id = 1
      UNION ALL
        SELECT c.id, c.body, t.depth + 1, t.path || c.id
        FROM thread t JOIN comments c ON c.reply_to = t.id
    )
    SELECT depth, path, repeat('    ', depth) || body AS body
    FROM thread
    ORDER BY path
"});

/// ## Window functions: which place?
///
/// `OVER (ORDER BY …)` says in which order a row looks at the others. No row disappears; each gets its
/// place. The three differ in what they make of equals:
///
/// - `row_number` numbers them all, so who comes first among equals is up to the order. Without
///   `t.id` it would be up to chance.
/// - `rank` gives equals the same place, and leaves out as many after them: 1, 2, 2, 4.
/// - `dense_rank` leaves out none: 1, 2, 2, 3.
///
/// Aggregates take `OVER` too: `sum(…) OVER (…)` puts the sum beside each row, instead of making one
/// row of all.
pub const PLACES: Sql = sql(indoc! {"
    WITH tagged AS (
        SELECT t.id, t.name, count(pt.post_id) AS posts
        FROM tags t LEFT JOIN post_tags pt ON pt.tag_id = t.id
        GROUP BY t.id
    )
    SELECT t.name, t.posts,
           row_number() OVER (ORDER BY t.posts DESC, t.id),
           rank()       OVER (ORDER BY t.posts DESC),
           dense_rank() OVER (ORDER BY t.posts DESC)
    FROM tagged t
    ORDER BY t.posts DESC, t.id
"});

/// ## The latest of each
///
/// `PARTITION BY` divides the rows, and each part is numbered by itself. Number one of each part is
/// its latest, whole, with all of its columns: `max(created_at)` would give the time and not the
/// post.
///
/// Windows are worked out after `WHERE`, so `WHERE row_number() … = 1` is an error (`42P20`). The
/// numbers have to be in an inner query, and the outer one chooses. It chooses in `ON`, that users
/// without posts stay.
pub const LATEST: Sql = sql(indoc! {"
    SELECT u.username, p.id, p.title
    FROM users u
    LEFT JOIN (SELECT id, author_id, title,
                      row_number() OVER (PARTITION BY author_id
                                         ORDER BY created_at DESC, id DESC)
                          AS place
               FROM posts) p ON p.author_id = u.id AND p.place = 1
    ORDER BY u.id
"});

/// ## LATERAL: a query for each row
///
/// A query in `FROM` does not see the tables beside it. `LATERAL` lifts that for those on its left: it
/// is a correlated query that may give several rows and columns. Read it as the body of a `for` loop
/// over the posts. `LEFT JOIN … ON true` keeps posts for which it finds nothing.
///
/// It is the shortest way to *the newest n of each*, and a quick one if an index has the order: each
/// round reads n rows, where `row_number` has to number them all.
///
/// `LIMIT` takes a `bigint`, so `n` has to be an `i64`. With an `i32` the query fails: *cannot convert
/// between the Rust type `i32` and the Postgres type `int8`*.
pub fn newest_of_each(client: &mut Client, out: &mut Out) -> Result<()> {
    let n: i64 = 2;
    let rows = client.query(
        "SELECT p.title, newest.id, newest.body
         FROM posts p
         LEFT JOIN LATERAL (SELECT c.id, c.body
                            FROM comments c
                            WHERE c.post_id = p.id
                            ORDER BY c.created_at DESC, c.id DESC
                            LIMIT $1) newest ON true
         WHERE p.author_id IN (3, 4)
         ORDER BY p.id, newest.id DESC",
        &[&n],
    )?;
    for row in &rows {
        let title: &str = row.get("title");
        let body: Option<&str> = row.get("body");
        out.say(format!("{title}: {}", body.unwrap_or("-")));
    }
    Ok(())
}

/// ## In three lines
///
/// - A query may stand for a value, a list, a yes or no, or a table. As a value it has one row at most;
///   for *those without* it is `NOT EXISTS`, since one NULL in the list silences `NOT IN`.
/// - `WITH` names a step; `WITH RECURSIVE` repeats one until it finds no more, and what each round hands
///   on gives depth and order.
/// - A window function gives each row its place and keeps the row: number one of each part is the
///   latest of each, and `LATERAL` is the loop that does it by itself.
///
/// Read on: *Subquery Expressions* in the chapter *Functions and Operators* of the PostgreSQL manual,
/// *WITH Queries* in the chapter *Queries*, and *Window Functions* in the chapter *Advanced Features*.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: BLOG,
    minutes: 15,
    steps: [
        ONE_VALUE,
        THREE_VALUES,
        IN_AND_EXISTS,
        LAST_WORDS,
        NOT_IN,
        NOT_EXISTS,
        WITH_A_NAME,
        A_THREAD,
        PLACES,
        LATEST,
        newest_of_each,
        IN_SHORT,
    ],
}
