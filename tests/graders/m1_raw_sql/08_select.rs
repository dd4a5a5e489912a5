//! Checks of exercise 8: SELECT.

use serde_json::json;

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "Each function is one SELECT: `query` for the first three, `query_opt` for the last. Start with \
     `to_remind`: which of the columns of `users` are `boolean`? They need no `= true`.",
    "`older_than`: a date minus a date is a number of days. WHERE does not know what SELECT calls \
     it, so the expression stands there twice. Say what $1 is: `$1::date`.",
    "`birth_years`: `extract(year FROM date_of_birth)` gives a numeric; `::integer` makes an i32 of \
     it. DISTINCT stands before the first column.",
    "A column that may be NULL is read as an Option: `let uid: Option<String> = \
     row.get(\"firebase_uid\")`. `query_opt` gives an `Option<Row>`: \
     `row.map(|row| User { id: row.get(\"id\"), … })`.",
];

/// Rows that were changed lie behind the others, so that without ORDER BY they come last.
/// Twins, somebody who is inactive and not verified, two born in one year, and no NULL in a name.
const MOVED_AND_TIED: &str = "
    INSERT INTO users (email, full_name, firebase_uid, is_active, is_verified) VALUES
        ('ada@example.com',  'Ada Lovelace', NULL,     true,  false),
        ('bo@example.com',   'Bo O''Dowd',   'fb-Bo1', false, false),
        ('ADA@example.com',  'Ada King',     'fb-Ad2', false, true);
    INSERT INTO children (parent_id, name, date_of_birth) VALUES
        (1, 'Obi',   '2019-12-31'),
        (6, 'Kacper','2020-01-01'),
        (6, 'Maja',  '2020-01-01'),
        (6, 'Zofia', '1999-12-31');
    UPDATE users SET updated_at = now() WHERE id = 4;
    UPDATE children SET updated_at = now() WHERE id IN (3, 5, 11)";

/// Many of everything, on few days.
const MADE_UP: &str = "
    INSERT INTO users (email, full_name, firebase_uid, is_active, is_verified)
    SELECT 'parent' || n || '@example.com', 'Parent ' || n,
           CASE WHEN random() < 0.5 THEN 'fb-' || n END, random() < 0.7, random() < 0.5
    FROM generate_series(1, 20) AS n;
    INSERT INTO children (parent_id, name, date_of_birth)
    SELECT u.id, 'Child ' || n, DATE '2018-12-20' + floor(random() * 24)::integer
    FROM users u, generate_series(1, 3) AS n
    WHERE random() < 0.6
    ORDER BY random()";

const BOTH: &[Data] = &[Data::With(LUNDO, MOVED_AND_TIED), Data::With(LUNDO, MADE_UP)];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.query(
        "to_remind: active and not verified, in the order of ids",
        &Query::new(
            "to_remind",
            "SELECT id, full_name, email FROM users WHERE is_active AND NOT is_verified ORDER BY id",
        ),
        BOTH,
        &[json!([])],
    )?;

    g.query(
        "older_than: more than so many days old, the oldest first",
        &Query::new(
            "older_than",
            "SELECT name, DATE {1} - date_of_birth AS days FROM children
             WHERE DATE {1} - date_of_birth > {2} ORDER BY date_of_birth, id",
        ),
        BOTH,
        // On the second day, Wei and Lan are exactly 1000 days old; the third is before all births.
        &[
            json!(["2026-03-01", 2190]),
            json!(["2020-09-27", 1000]),
            json!(["1990-01-01", 0]),
            json!(["2024-02-29", -1]),
        ],
    )?;

    g.query(
        "birth_years: each year once, the earliest first",
        &Query::new(
            "birth_years",
            "SELECT DISTINCT extract(year FROM date_of_birth)::integer AS year FROM children
             WHERE parent_id = {1} ORDER BY year",
        ),
        BOTH,
        &[json!([1]), json!([3]), json!([5]), json!([6]), json!([7]), json!([4711])],
    )?;

    g.query(
        "user_by_email: the one user, or None",
        &Query::new(
            "user_by_email",
            "SELECT id, full_name, firebase_uid FROM users WHERE email = {1}",
        ),
        BOTH,
        &[
            json!(["mei.lin.chen@example.com"]),
            json!(["sean.obrien@example.com"]),
            json!(["nobody@example.com"]),
            json!(["ADA@example.com"]),
            json!(["%"]),
        ],
    )?;

    g.check("values travel beside the SQL, not inside it", &LUNDO, |t| {
        let email = "o'; DROP TABLE messages; --@example.com";
        t.sql(
            "INSERT INTO users (email, full_name, firebase_uid)
             VALUES ('o''; DROP TABLE messages; --@example.com', 'Oda', 'fb-Oda')",
        )?;
        // What else a function gets right or wrong is the business of its own check.
        t.call::<serde_json::Value>("user_by_email", (email,))?.either().ok();
        t.sent()?.bound(&["DROP TABLE"])?;
        t.call::<serde_json::Value>("older_than", ("2026-03-04", 1234))?.either().ok();
        t.sent()?.bound(&["2026-03-04", "1234"])?;
        t.call::<serde_json::Value>("birth_years", (471_147,))?.either().ok();
        t.sent()?.bound(&["471147"])?;
        Ok(())
    })
}
