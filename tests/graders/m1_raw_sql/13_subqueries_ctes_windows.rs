//! Checks of exercise 13: queries inside queries, and windows.

use serde_json::json;

use crate::grade::kit::*;
use crate::lesson::fixtures::{BLOG, LUNDO};

const HINTS: &[&str] = &[
    "Each has a step in the lesson: the latest of each (or LATERAL), the places, those without, the \
     thread. What differs is what counts as equal, and what is to come out when there is nothing.",
    "`last_messages`: LEFT JOIN LATERAL of a query with ORDER BY created_at DESC, id DESC LIMIT 1, \
     ON true. `silent`: NOT EXISTS, since a comment may have no author.",
    "`places`: count first, in a CTE: `SELECT c.child_id, c.id, count(m.id) AS messages FROM \
     conversations c LEFT JOIN messages m ON … GROUP BY c.id`. Then `rank() OVER (PARTITION BY \
     child_id ORDER BY messages DESC)`.",
    "`thread`: the first SELECT has the comments of the post with reply_to IS NULL and depth 0, the \
     second joins comments to the round before ON c.reply_to = t.id, with t.depth + 1.",
    "The order of `thread`: select created_at in both parts too, write `SEARCH DEPTH FIRST BY \
     created_at, id SET way` after the parenthesis that closes the CTE, and ORDER BY way.",
];

/// What would do it in one query.
const ONE: &str = "a query may have others inside, and then it is one";

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

/// Messages of one moment, one that was stored late, and conversations with as many messages as
/// another of the same child, and with none.
const LATE_AND_TIED: &str = "
    INSERT INTO conversations (user_id, child_id, thread_id, title) VALUES
        (1, 1, 'th-3001', NULL), (1, 1, 'th-3002', 'Nothing yet'), (1, 1, 'th-3003', 'The moon''s');
    INSERT INTO messages (conversation_id, role, content, created_at) VALUES
        (11, 'user',      'One question.',       '2026-01-05 08:00+00'),
        (9,  'user',      'First, and last.',    '2026-01-04 08:00+00'),
        (9,  'assistant', 'Won''t be the last.', '2026-01-04 08:00+00'),
        (7,  'user',      'Found in a draft.',   '2026-02-10 06:00+00')";

/// Conversations with any number of messages, on few days.
const TALK: &str = "
    INSERT INTO conversations (user_id, child_id, thread_id)
    SELECT 1, 1 + floor(random() * 4), 'm-' || n FROM generate_series(1, 12) AS n;
    INSERT INTO messages (conversation_id, role, content, created_at)
    SELECT 9 + floor(random() * 12), 'user', 'Message ' || n,
           timestamptz '2026-01-01 08:00+00' + floor(random() * 3) * interval '1 day'
    FROM generate_series(1, 25) AS n";

/// A blog with users who read.
const READERS: &str = "
    INSERT INTO users (username, email, hashed_password) VALUES
        ('zed', 'zed@example.net', 'x'), ('d''arcy', 'darcy@example.net', 'x'),
        ('amy', 'amy@example.net', 'x');
    INSERT INTO comments (post_id, author_id, body) VALUES (2, 8, 'Amy was here.')";

/// The same, and nobody has ever left; some have only been replied to.
const ALL_STAYED: &str = "
    DELETE FROM comments WHERE author_id IS NULL OR author_id = 5;
    INSERT INTO users (username, email, hashed_password) VALUES ('zed', 'zed@example.net', 'x')";

/// Comments that were stored late, of one moment, with ids of two and three digits, and a reply
/// that is older than what it replies to.
const STORED_LATE: &str = "
    INSERT INTO comments (id, post_id, author_id, reply_to, body, created_at)
    OVERRIDING SYSTEM VALUE VALUES
        (20,  1, 4,    1,    'Ten hours here.',        '2024-01-06 09:10+00'),
        (21,  1, 5,    NULL, 'First.',                 '2024-01-06 08:00+00'),
        (100, 1, NULL, 5,    'Same moment, later id.', '2024-01-08 08:00+00'),
        (99,  1, 3,    5,    'Same moment.',           '2024-01-08 08:00+00'),
        (22,  1, 2,    21,   'Second''s the best.',    '2024-01-05 08:00+00'),
        (23,  5, 2,    8,    'It is.',                 '2024-07-05 08:00+00')";

/// Threads of any shape, on few hours.
const THREADS: &str = "
    INSERT INTO comments (post_id, author_id, reply_to, body, created_at)
    SELECT 8, 1, CASE WHEN n > 12 AND random() < 0.75 THEN 12 + floor(random() * (n - 12)) END,
           'Comment ' || n,
           timestamptz '2025-02-01 08:00+00' + floor(random() * 4) * interval '1 hour'
    FROM generate_series(12, 40) AS n";

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.query(
        "last_messages gives every conversation once, with its latest message or None",
        &Query::new(
            "last_messages",
            "SELECT c.id AS conversation_id, m.id AS message_id, m.content
             FROM conversations c LEFT JOIN messages m ON m.id = (
                 SELECT l.id FROM messages l WHERE l.conversation_id = c.id
                 ORDER BY l.created_at DESC, l.id DESC LIMIT 1)
             ORDER BY c.id",
        ),
        &[Data::With(LUNDO, LATE_AND_TIED), Data::With(LUNDO, TALK)],
        &[json!([])],
    )?;

    g.query(
        "places ranks the conversations of each child, with equals in the same place",
        &Query::new(
            "places",
            "SELECT c.child_id, c.id AS conversation_id, count(m.id) AS messages,
                    rank() OVER (PARTITION BY c.child_id ORDER BY count(m.id) DESC) AS place
             FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
             GROUP BY c.id ORDER BY c.child_id, place, c.id",
        ),
        &[Data::With(LUNDO, LATE_AND_TIED), Data::With(LUNDO, TALK)],
        &[json!([])],
    )?;

    g.then("last_messages and places are one query each", |t| {
        t.one_query("last_messages", json!([]), ONE)?;
        t.one_query("places", json!([]), ONE)
    })?;

    g.query(
        "silent finds those without a comment, even where a comment has no author",
        &Query::new(
            "silent",
            "SELECT u.username FROM users u LEFT JOIN comments c ON c.author_id = u.id
             WHERE c.id IS NULL ORDER BY u.id",
        ),
        &[Data::With(BLOG, READERS), Data::With(BLOG, ALL_STAYED)],
        &[json!([])],
    )?;

    g.query(
        "thread puts each comment right above its replies, with its depth",
        &Query::new(
            "thread",
            "WITH RECURSIVE t AS (
                 SELECT id, 0 AS depth, body, ARRAY[ROW(created_at, id)] AS way
                 FROM comments WHERE post_id = {1} AND reply_to IS NULL
               UNION ALL
                 SELECT c.id, t.depth + 1, c.body, t.way || ARRAY[ROW(c.created_at, c.id)]
                 FROM t JOIN comments c ON c.reply_to = t.id
             )
             SELECT id, depth, body FROM t ORDER BY way",
        ),
        &[Data::With(BLOG, STORED_LATE), Data::With(BLOG, THREADS)],
        &[json!([1]), json!([5]), json!([8]), json!([2])],
    )?;

    g.then("silent and thread are one query each", |t| {
        t.one_query("silent", json!([]), ONE)?;
        t.one_query("thread", json!([1]), ONE)
    })
}
