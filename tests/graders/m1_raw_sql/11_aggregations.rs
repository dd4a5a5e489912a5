//! Checks of exercise 11: aggregations.

use serde_json::json;

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "One row for each group: by what do you group? `children_per_parent` by the user, `busiest` by the \
     conversation, `average_length` by the role. `usage` has no groups in the end: it is one row.",
    "For a parent without children and a conversation without messages: LEFT JOIN, and count a column \
     of the other table, `count(c.id)`. A condition on a count stands in HAVING. A count of some of \
     the rows is `count(…) FILTER (WHERE …)`.",
    "A count is an i64. The average of integers is a numeric: `avg(length(content))::float8` is an \
     f64. The sum of counts is a numeric too, and NULL if there is nothing to sum: \
     `coalesce(sum(messages), 0)::bigint`.",
    "`usage`: count for each conversation first, `SELECT count(m.id) AS messages FROM conversations c \
     LEFT JOIN messages m ON … WHERE c.user_id = $1 GROUP BY c.id`, and make that the table of an \
     outer query: `SELECT count(*), …, max(messages) FROM (…) AS counts`.",
];

/// Conversations of one title, without title and without messages; only questions; characters of
/// several bytes; an empty message; and a user whose only conversation is silent.
const ODD: &str = "
    INSERT INTO children (parent_id, name, date_of_birth) VALUES
        (7, 'D''Arcy', '2020-01-01'), (7, 'Zoë', '2020-01-01'), (7, 'Zoë', '2021-01-01');
    INSERT INTO conversations (user_id, child_id, thread_id, title) VALUES
        (7, 10, 'th-1001', NULL),
        (2, 11, 'th-1002', 'Sharing between twins'),
        (2, 4,  'th-1003', 'A''s first day'),
        (4, 7,  'th-1004', 'Silence');
    INSERT INTO messages (conversation_id, role, content) VALUES
        (10, 'user', ''), (10, 'user', 'Zoë says „nein“ to all. 🌙'),
        (11, 'user', 'And now?'), (11, 'user', 'Hello?'), (11, 'user', 'Anybody?'),
        (11, 'assistant', 'Là, là.'), (11, 'assistant', 'Ça va.')";

/// Many users with few children each, and conversations with few messages: nothing but ties.
const MADE_UP: &str = "
    INSERT INTO users (email, full_name)
    SELECT 'parent' || n || '@example.com', 'Parent ' || n FROM generate_series(1, 25) AS n;
    INSERT INTO children (parent_id, name, date_of_birth)
    SELECT u.id, 'Child ' || n, '2020-01-01'
    FROM users u, generate_series(1, 3) AS n WHERE random() < 0.5
    ORDER BY random();
    INSERT INTO conversations (user_id, child_id, thread_id, title)
    SELECT c.parent_id, c.id, 'th-' || c.id, CASE WHEN random() < 0.7 THEN 'Sleep' END
    FROM children c ORDER BY random();
    INSERT INTO messages (conversation_id, role, content)
    SELECT c.id, CASE WHEN random() < 0.5 THEN 'user' ELSE 'assistant' END,
           repeat('so ', floor(random() * 9)::integer)
    FROM conversations c, generate_series(1, 4) AS n WHERE random() < 0.5";

/// Nothing was said.
const SILENCE: &str = "DELETE FROM messages";

const BOTH: &[Data] = &[Data::With(LUNDO, ODD), Data::With(LUNDO, MADE_UP)];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.query(
        "children_per_parent: every user, those with most children first",
        &Query::new(
            "children_per_parent",
            "SELECT u.id, u.full_name, count(c.id) AS children
             FROM users u LEFT JOIN children c ON c.parent_id = u.id
             GROUP BY u.id ORDER BY children DESC, u.id",
        ),
        BOTH,
        &[json!([])],
    )?;

    g.query(
        "busiest: conversations with at least so many messages, most first",
        &Query::new(
            "busiest",
            "SELECT c.id, c.title, count(m.id) AS messages,
                    count(m.id) FILTER (WHERE m.role = 'user') AS questions
             FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
             GROUP BY c.id HAVING count(m.id) >= {1} ORDER BY messages DESC, c.id",
        ),
        BOTH,
        &[json!([2]), json!([3]), json!([1]), json!([0]), json!([100])],
    )?;

    g.query(
        "average_length: characters on average, by role",
        &Query::new(
            "average_length",
            "SELECT role, avg(length(content)) AS average FROM messages GROUP BY role ORDER BY role",
        )
        .tolerance(1e-6),
        &[Data::With(LUNDO, SILENCE), Data::With(LUNDO, ODD), Data::With(LUNDO, MADE_UP)],
        &[json!([])],
    )?;

    g.query(
        "usage: conversations, their messages, and the longest",
        &Query::new(
            "usage",
            "SELECT count(*) AS conversations, coalesce(sum(n), 0)::bigint AS messages,
                    max(n) AS longest
             FROM (SELECT count(m.id) AS n
                   FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
                   WHERE c.user_id = {1} GROUP BY c.id) AS counts",
        ),
        BOTH,
        &[json!([1]), json!([2]), json!([4]), json!([5]), json!([6]), json!([4711])],
    )
}
