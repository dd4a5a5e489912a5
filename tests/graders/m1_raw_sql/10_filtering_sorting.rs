//! Checks of exercise 10: filtering and sorting.

use serde_json::{Value, json};

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "Each is one SELECT. Read what is said of the order, and let ORDER BY say all of it: nearly every \
     one of them ends with `, id`.",
    "`incomplete` needs parentheses around its OR. `users_by_ids` takes the list as one parameter: \
     `= ANY($1)`; false sorts before true. `begun_between` ends before the day after the last: \
     `created_at < $2::date + 1`.",
    "`search`: put a backslash before every `\\`, `%` and `_` of the text, the backslashes first, and \
     then a % at each end, for ILIKE. Or do without a pattern: `strpos(lower(content), lower($1)) > 0`.",
    "LIMIT and OFFSET want an i64: `&i64::from(limit)`. `page_of_titles`: `ORDER BY title DESC NULLS \
     LAST, id LIMIT $1 OFFSET $2`, and the offset is page times size.",
];

/// Rows that were changed lie behind the others, so that what ORDER BY leaves open shows. Moments
/// at the edges of days; signs that mean something in a pattern; titles that are there twice.
const EDGES: &str = r#"
    INSERT INTO children (parent_id, name, date_of_birth, gender, notes) VALUES
        (1, 'Zik',      '2024-01-01', NULL,  NULL),
        (1, 'Ada',      '2024-01-01', NULL,  ''),
        (5, 'D''Arcy',  '2024-01-01', 'boy', NULL);
    INSERT INTO conversations (user_id, child_id, thread_id, title, created_at) VALUES
        (1, 3, 'th-1001', 'School lunches',        '2025-12-31 00:00:00+00'),
        (1, 3, 'th-1002', 'Bedtime and the dark',  '2025-12-31 23:59:59.999999+00'),
        (2, 4, 'th-1003', NULL,                    '2026-01-01 00:00:00+00'),
        (2, 4, 'th-1004', 'A''s and B''s',         '2026-01-01 00:00:00+00'),
        (3, 5, 'th-1005', NULL,                    '2025-12-01 00:00:00+00'),
        (3, 5, 'th-1006', '',                      '2025-11-30 23:59:59.999999+00');
    INSERT INTO messages (conversation_id, role, content, created_at) VALUES
        (9,  'user', 'He ate 100% of it.',            '2026-02-01 08:00:00+00'),
        (9,  'user', 'He ate 100 peas.',              '2026-02-01 08:00:00+00'),
        (10, 'user', 'The file is notes_of_may.txt.', '2026-02-01 08:00:00+00'),
        (10, 'user', 'notes of may',                  '2026-03-01 08:00:00+00'),
        (11, 'user', 'C:\moon\100%',                  '2026-01-05 08:00:00+00'),
        (11, 'user', 'NO MOON TONIGHT',               '2026-01-05 08:00:00+00'),
        (12, 'user', '',                              '2026-01-06 08:00:00+00');
    UPDATE users SET updated_at = now() WHERE id IN (1, 4);
    UPDATE children SET updated_at = now() WHERE id IN (2, 9);
    UPDATE conversations SET updated_at = now() WHERE id IN (2, 5, 7, 11);
    UPDATE messages SET extra_data = '{"tokens": 1}' WHERE id IN (6, 18, 22)"#;

/// Many of everything on few days and with few titles.
const MADE_UP: &str = "
    UPDATE users SET is_verified = random() < 0.5;
    INSERT INTO children (parent_id, name, date_of_birth, gender, notes)
    SELECT u.id, 'Child ' || n, '2020-01-01', CASE WHEN random() < 0.7 THEN 'girl' END,
           CASE WHEN random() < 0.7 THEN 'Likes trains.' END
    FROM users u, generate_series(1, 3) AS n;
    INSERT INTO conversations (user_id, child_id, thread_id, title, created_at)
    SELECT c.parent_id, c.id, 'th-' || c.id || '-' || n,
           CASE WHEN random() < 0.8 THEN 'Talk ' || floor(random() * 9) END,
           timestamptz '2025-12-30 00:00:00+00' + floor(random() * 20) * interval '6 hours'
    FROM children c, generate_series(1, 2) AS n
    ORDER BY random();
    INSERT INTO messages (conversation_id, role, content, created_at)
    SELECT c.id, 'user', 'The moon, ' || floor(random() * 101) || '% of it.',
           c.created_at + floor(random() * 3) * interval '1 hour'
    FROM conversations c";

const BOTH: &[Data] = &[Data::With(LUNDO, EDGES), Data::With(LUNDO, MADE_UP)];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.query(
        "incomplete: this parent's children without notes or without gender",
        &Query::new(
            "incomplete",
            "SELECT name FROM children
             WHERE parent_id = {1} AND (notes IS NULL OR gender IS NULL) ORDER BY id",
        ),
        BOTH,
        &[json!([1]), json!([3]), json!([5]), json!([7]), json!([4711])],
    )?;

    g.query(
        "users_by_ids: those of the list, the verified ones first",
        &Query::new(
            "users_by_ids",
            "SELECT id, full_name FROM users WHERE id = ANY ({1}::integer[])
             ORDER BY is_verified DESC, id",
        ),
        BOTH,
        &[
            json!([[7, 2, 4711, 4, 1]]),
            json!([[1, 2, 3, 4, 5, 6, 7]]),
            json!([[6, 6, 4, 6]]),
            json!([[]]),
        ],
    )?;

    g.query(
        "begun_between: both days as a whole, and nothing of the next",
        &Query::new(
            "begun_between",
            "SELECT id FROM conversations
             WHERE created_at >= DATE {1} AND created_at < DATE {2} + 1 ORDER BY created_at, id",
        ),
        BOTH,
        &[
            json!(["2025-12-01", "2025-12-31"]),
            json!(["2026-01-01", "2026-01-03"]),
            json!(["2025-12-31", "2025-12-31"]),
            json!(["2030-01-01", "2030-12-31"]),
        ],
    )?;

    let search = Query::new(
        "search",
        "SELECT id, content FROM messages WHERE strpos(lower(content), lower({1})) > 0
         ORDER BY created_at DESC, id LIMIT {2}",
    );
    g.query(
        "search: the newest messages with this text, in upper or lower case",
        &search,
        BOTH,
        &[
            json!(["moon", 100]),
            json!(["He", 3]),
            json!(["mOOn", 2]),
            json!(["", 5]),
            json!(["nobody says this", 7]),
        ],
    )?;

    g.query(
        "search: what means something in a pattern stands for itself",
        // The order is the business of the check before.
        &search.order(Order::Any),
        BOTH,
        &[
            json!(["%", 100]),
            json!(["100%", 100]),
            json!(["notes_of", 100]),
            json!(["_", 100]),
            json!(["\\moon", 100]),
            json!(["moon\\1", 100]),
            json!(["\\", 100]),
        ],
    )?;

    g.query(
        "page_of_titles: from Z to A, none at the end, one page of it",
        &Query::new(
            "page_of_titles",
            "SELECT title, id FROM conversations ORDER BY title DESC NULLS LAST, id
             LIMIT {2} OFFSET {1} * {2}",
        ),
        BOTH,
        &[json!([0, 100]), json!([0, 3]), json!([1, 3]), json!([2, 4]), json!([90, 10])],
    )?;

    g.check("values travel beside the SQL, not inside it", &LUNDO, |t| {
        let text = "o'clock'; DROP TABLE messages; --";
        // What else a function gets right or wrong is the business of its own check.
        t.call::<Value>("search", (text, 471))?.either().ok();
        t.sent()?.bound(&["DROP TABLE", "471"])?;
        t.call::<Value>("users_by_ids", ([471_147, 471_148],))?.either().ok();
        t.sent()?.bound(&["471147"])?;
        t.call::<Value>("begun_between", ("2024-02-29", "2024-03-01"))?.either().ok();
        t.sent()?.bound(&["2024-02-29", "2024-03-01", "2024-03-02"])?;
        Ok(())
    })
}
