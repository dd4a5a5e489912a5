//! # Filtering and sorting
//!
//! A condition is a function from a row to true, false or NULL, and only true lets the row through.
//! Conditions are put together as in Rust: `AND` is `&&`, `OR` is `||`, `NOT` is `!`, and `AND` binds
//! tighter than `OR`. (SQL's own `||` joins texts, lesson 8.)
//!
//! What comes through is a *set* of rows, with no first one and no last. `ORDER BY` is the only thing
//! that gives it an order, and it decides as much as it says: where two rows are equal in all that
//! it names, their order is up to the server, and may be another the next time. `LIMIT` and `OFFSET`
//! cut a piece out of that order. If the order is half decided, so is the piece.
//!
//! Most of what goes wrong here goes wrong quietly: no error, only a row that is missing.

use chrono::NaiveDate;

use crate::lesson::prelude::*;

/// ## AND before OR
///
/// Who is active, and either verified or known to Firebase (has a `firebase_uid`)? The two columns at
/// the end differ in a pair of parentheses. Without them Tomasz passes, who has left: to be verified
/// is enough then, and `is_active` belongs to the second half only. With an `OR` beside an `AND`,
/// always write them.
///
/// `IN (…)` is true for one of a list, `NOT IN (…)` for none of it. For NULL there is `IS NULL` and
/// `IS NOT NULL`; `= NULL` is never true (lesson 6).
///
/// *Coming from Python: `.where(a, b)` is `AND`, `or_(a, b)` is `OR` with its parentheses, `not_(a)`
/// or `~a` is `NOT`, `.in_([…])` is `IN`, `.is_(None)` is `IS NULL`.*
pub const AND_OR: Sql = sql(indoc! {"
    SELECT full_name, is_verified, firebase_uid, is_active,
           is_verified OR firebase_uid IS NOT NULL AND is_active
               AS bare,
           (is_verified OR firebase_uid IS NOT NULL) AND is_active
               AS grouped
    FROM users
    WHERE id IN (5, 6, 7)
    ORDER BY id
"});

/// ## Patterns
///
/// In a pattern, `%` stands for any text, also for none, and `_` for exactly one character.
/// Everything else stands for itself, and the pattern has to fit from the first character to the
/// last: `'Three%'` begins with it, `'%three%'` has it somewhere.
///
/// `LIKE` tells upper case from lower case. `ILIKE` does not; it is PostgreSQL's own.
pub const PATTERNS: Sql = sql(indoc! {"
    SELECT id, content,
           content LIKE '%three%' AS by_like
    FROM messages
    WHERE content ILIKE '%three%'
    ORDER BY id
"});

/// ## What a parent types
///
/// Text from a search box goes into a pattern, and some of it *is* pattern. That is no injection, as
/// the text is bound, but it is not what was asked: `%` finds everything, and `gluten_free` finds
/// what was never written so.
///
/// A backslash takes the meaning from the character after it. Those that were typed have to be doubled
/// first: afterwards, they could not be told from those that we put in. And `$1` stands outside the
/// quotes: in `'%$1%'` it would be two characters of the pattern, and no place for a value.
///
/// Another way is to do without a pattern: `strpos(lower(content), lower($1)) > 0`.
pub fn typed_by_a_parent(client: &mut Client, out: &mut Out) -> Result<()> {
    client.execute(
        "INSERT INTO messages (conversation_id, role, content)
         VALUES (7, 'user', 'Is 100% juice all right?')",
        &[],
    )?;
    let sql = "SELECT id FROM messages
               WHERE content ILIKE '%' || $1 || '%'";
    let mut found = Vec::new();
    for typed in ["gluten free", "gluten_free", "100%", "%"] {
        let as_typed = client.query(sql, &[&typed])?.len();
        let escaped = client.query(sql, &[&escape(typed)])?.len();
        found.push(vec![
            typed.to_owned(),
            as_typed.to_string(),
            escaped.to_string(),
        ]);
    }
    out.table(&["typed", "found as typed", "found escaped"], &found);
    Ok(())
}

fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

/// ## A month
///
/// In December 2025, three conversations were begun: on the 5th at 19:00, on the 28th at 20:00, and
/// on the 31st at 23:50.
pub const WHAT_HAPPENS: Prediction = predict(
    "The next query asks for those BETWEEN '2025-12-01' AND '2025-12-31'. How many does it find?",
    &[
        choice(
            "Three: BETWEEN includes both ends",
            Claim::Rows(3),
            "It does include both ends. But the end is a moment, and not a day.",
        ),
        choice(
            "Two: the one of the 31st is missing",
            Claim::Rows(2),
            "The column holds moments, so '2025-12-31' is read as one: midnight, when the 31st \
             begins. Everything later on that day is after the end.",
        ),
        choice(
            "None: a day is no moment, so it is an error",
            Claim::Fails("42883"),
            "A text in quotes becomes what it is compared with: a timestamptz here.",
        ),
    ],
);

/// ## BETWEEN and its edge
///
/// `a BETWEEN b AND c` is `a >= b AND a <= c`. For whole numbers and for dates that is right. For
/// moments it loses the last day of every month, which nobody notices in the test that runs on the
/// 14th.
pub const BETWEEN: Sql = sql(indoc! {"
    SELECT id, title, created_at
    FROM conversations
    WHERE created_at BETWEEN '2025-12-01' AND '2025-12-31'
    ORDER BY created_at, id
"});

/// ## From here up to there, and not there
///
/// Say it with the *next* beginning: from the first day on, and before the day after the last. This
/// holds for months of any length, and two months in a row neither share a moment nor lose one.
///
/// `$1::date` says what the parameter is. Without it the server would take it to be what it is
/// compared with, a `timestamptz`, and a `NaiveDate` is none. A date plus 1 is the next day. When a
/// day begins depends on the session's time zone, which is UTC here (lesson 15).
pub fn half_open(client: &mut Client, out: &mut Out) -> Result<()> {
    let first = NaiveDate::from_ymd_opt(2025, 12, 1);
    let last = NaiveDate::from_ymd_opt(2025, 12, 31);
    let conversations = client.query(
        "SELECT id, title, created_at FROM conversations
         WHERE created_at >= $1::date AND created_at < $2::date + 1
         ORDER BY created_at, id",
        &[&first, &last],
    )?;
    out.rows(&conversations);
    Ok(())
}

/// ## Where NULL goes
///
/// `ORDER BY` takes a list: the second expression decides where the first is equal, and so on. Each
/// may have `DESC` of its own. The two conversations about sharing have one title, so `id`
/// decides. Of booleans, false comes before true.
///
/// NULL counts as larger than everything: it comes last, and with `DESC` first. `NULLS LAST` (or
/// `NULLS FIRST`) says where you want it.
pub const NULLS: Sql = sql(indoc! {"
    SELECT title, id
    FROM conversations
    ORDER BY title DESC NULLS LAST, id
"});

/// ## Two pages, and somebody on both
///
/// `LIMIT` is how many rows, `OFFSET` how many to leave out before them. Priya and Tomasz were
/// stored at the same moment, and `ORDER BY created_at` does not say which of them comes first.
///
/// The first page has Priya. Then a column of her row changes that has nothing to do with it; that
/// puts a new version of the row at the end of the table. On the second page she is there again, and
/// Tomasz was on neither. The cure costs two letters: end every `ORDER BY` with something that is
/// unique.
///
/// *Coming from Python: `.order_by(User.created_at).offset(2).limit(2)`, with the same gap.*
pub fn two_pages(client: &mut Client, out: &mut Out) -> Result<()> {
    let half = "SELECT id, full_name, created_at FROM users
                WHERE created_at >= '2026-01-01'
                ORDER BY created_at LIMIT 2 OFFSET $1";
    out.rows(&client.query(half, &[&0_i64])?);

    client
        .execute("UPDATE users SET updated_at = now() WHERE id = 5", &[])?;
    out.rows(&client.query(half, &[&2_i64])?);

    out.say("ORDER BY created_at, id:");
    let decided = "SELECT id, full_name, created_at FROM users
                   WHERE created_at >= '2026-01-01'
                   ORDER BY created_at, id LIMIT 2 OFFSET $1";
    out.rows(&client.query(decided, &[&2_i64])?);
    Ok(())
}

/// ## Parameters have types, too
///
/// The server says what type it wants in the place of each `$n`, and the crate refuses to send
/// anything else. `LIMIT` and `OFFSET` want a `bigint`: an `i64`. An `i32` would fit into it, and is
/// an error all the same (in sqlx it is none). The crate counts from 0: its parameter 1 is `$2`.
///
/// A list is one parameter: an array, for `= ANY($1)`, or `<> ALL($1)` for none of them. In
/// `IN ($1)` there is one place for one value. An empty list is no error: `= ANY` finds nobody
/// then, and `<> ALL` everybody.
///
/// What two parameters make together, as `$1 * $2`, is better computed in Rust: the server does not
/// know the types of either.
pub fn types_that_fit(client: &mut Client, out: &mut Out) -> Result<()> {
    let ids = vec![7, 2, 4711, 4];
    let sql = "SELECT id, full_name FROM users
               WHERE id = ANY($1) ORDER BY id LIMIT $2";
    if let Err(error) = client.query(sql, &[&ids, &2_i32]) {
        out.error(&error);
    }
    out.rows(&client.query(sql, &[&ids, &2_i64])?);

    let sql = "SELECT id, full_name FROM users WHERE id IN ($1)";
    if let Err(error) = client.query(sql, &[&ids]) {
        out.error(&error);
    }
    Ok(())
}

/// ## In three lines
///
/// - Parentheses around every `OR`; `>=` and `<` for times; text from outside is escaped before it
///   becomes part of a pattern.
/// - What `ORDER BY` does not decide is not decided: end it with something unique, and say where
///   NULL goes.
/// - `LIMIT $1` wants an `i64`, and a list goes into `= ANY($1)`.
///
/// Read on: *Pattern Matching* and *Comparison Functions and Operators* in the PostgreSQL manual
/// (chapter 9), *Sorting Rows* and *LIMIT and OFFSET* (chapter 7), and `ToSql` in the documentation
/// of the crate `postgres`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 15,
    steps: [
        AND_OR,
        PATTERNS,
        typed_by_a_parent,
        WHAT_HAPPENS,
        BETWEEN,
        half_open,
        NULLS,
        two_pages,
        types_that_fit,
        IN_SHORT,
    ],
}
