//! Checks of exercise 12: joins.

use serde_json::{Value, json};

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "Begin with the table that has one row for each row you want to return: conversations, users, \
     messages, users. Then ask of each further table: does a row find none there, one, or many?",
    "Where a row may find no partner and has to come out all the same, it is LEFT JOIN. Where only \
     those without a partner are wanted: LEFT JOIN, and WHERE the partner's id IS NULL.",
    "`lineage` is a walk of three joins, each of them along one foreign key: `JOIN conversations c \
     ON c.id = m.conversation_id JOIN children k ON k.id = c.child_id JOIN users u ON …`.",
    "In `activity` a user has many children and many messages, and each multiplies the other. Make \
     both one row a user first: `LEFT JOIN (SELECT parent_id, count(*) AS children FROM children \
     GROUP BY parent_id) k ON k.parent_id = u.id`, and the same with the characters. What then is \
     NULL becomes 0 by `coalesce(k.children, 0)`.",
];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

/// Tomasz, who has no children, asks about José, who is Lucía's; two conversations were touched at
/// the same moment; one has no title and no messages, and is the only one that Fatima began. Two
/// messages are of one length.
const GRANDPARENTS: &str = "
    INSERT INTO conversations (user_id, child_id, thread_id, title, created_at, updated_at) VALUES
        (6, 7, 'th-2001', 'Grandpa''s question', '2026-03-01 08:00+00', '2026-03-02 08:00+00'),
        (2, 3, 'th-2002', 'Leap day',            '2026-03-03 08:00+00', '2026-03-03 08:00+00'),
        (1, 3, 'th-2003', 'Another leap day',    '2026-03-01 08:00+00', '2026-03-03 08:00+00'),
        (7, 9, 'th-2004', NULL,                  '2026-03-01 08:00+00', '2026-03-01 08:00+00');
    INSERT INTO messages (conversation_id, role, content) VALUES
        (9,  'user', 'José won''t eat soup.'), (9, 'assistant', 'Which soup?'),
        (9,  'user', 'José won''t eat rice.'),
        (11, 'user', 'Emeka is ten.'), (10, 'assistant', 'Good morning.'), (1, 'user', '')";

/// Users with any number of children, and conversations about children of anybody.
const MADE_UP: &str = "
    INSERT INTO users (email, full_name)
    SELECT 'u' || n || '@example.com', 'User ' || chr(65 + floor(random() * 3)::int)
    FROM generate_series(1, 6) AS n;
    INSERT INTO children (parent_id, name, date_of_birth)
    SELECT 8 + floor(random() * 4), 'Child ' || floor(random() * 5), '2020-01-01'
    FROM generate_series(1, 8);
    INSERT INTO conversations (user_id, child_id, thread_id, title, updated_at)
    SELECT 6 + floor(random() * 6), 8 + floor(random() * 10), 'm-' || n,
           CASE WHEN random() < 0.6 THEN 'Talk ' || n END,
           timestamptz '2026-01-01 08:00+00' + floor(random() * 3) * interval '1 day'
    FROM generate_series(1, 20) AS n;
    INSERT INTO messages (conversation_id, role, content)
    SELECT 9 + floor(random() * 20), CASE WHEN random() < 0.5 THEN 'user' ELSE 'assistant' END,
           repeat('a', floor(random() * 9)::int)
    FROM generate_series(1, 40)";

const DATA: &[Data] = &[Data::With(LUNDO, GRANDPARENTS), Data::With(LUNDO, MADE_UP)];

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.query(
        "conversations_of finds those about the parent's children, the latest first",
        &Query::new(
            "conversations_of",
            "SELECT c.id, k.name AS child, c.title
             FROM conversations c JOIN children k ON k.id = c.child_id
             WHERE k.parent_id = {1}
             ORDER BY c.updated_at DESC, c.id DESC",
        ),
        DATA,
        &[json!([1]), json!([2]), json!([4]), json!([6]), json!([8]), json!([10])],
    )?;

    g.query(
        "without_conversations finds the users who have begun none",
        &Query::new(
            "without_conversations",
            "SELECT id, full_name FROM users
             WHERE id NOT IN (SELECT user_id FROM conversations) ORDER BY id",
        ),
        DATA,
        &[json!([])],
    )?;

    g.query(
        "lineage gives every message once, with conversation, child and parent",
        &Query::new(
            "lineage",
            "SELECT m.id AS message_id, c.title, k.name AS child, u.full_name AS parent
             FROM messages m JOIN conversations c ON c.id = m.conversation_id
             JOIN children k ON k.id = c.child_id JOIN users u ON u.id = k.parent_id
             ORDER BY m.id",
        ),
        DATA,
        &[json!([])],
    )?;

    g.query(
        "activity counts each child and each character once, and 0 where there is nothing",
        &Query::new(
            "activity",
            "SELECT u.id AS user_id,
                    (SELECT count(*) FROM children k WHERE k.parent_id = u.id) AS children,
                    (SELECT coalesce(sum(length(m.content)), 0)
                     FROM conversations c JOIN messages m ON m.conversation_id = c.id
                     WHERE c.user_id = u.id AND m.role = 'user') AS characters
             FROM users u ORDER BY u.id",
        ),
        DATA,
        &[json!([])],
    )?;

    g.check("each question is one query, however many rows there are", &LUNDO, |t| {
        let calls: [(&str, Value); 4] = [
            ("conversations_of", json!([1])),
            ("without_conversations", json!([])),
            ("lineage", json!([])),
            ("activity", json!([])),
        ];
        for (function, arguments) in calls {
            t.one_query(function, arguments, "a join brings all of it in one")?;
        }
        Ok(())
    })
}
