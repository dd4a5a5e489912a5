//! Checks of exercise 6: queries that stay right when there are NULLs.

use serde_json::{Value, json};

use crate::grade::kit::*;
use crate::lesson::fixtures::{LUNDO, LUNDO_SCHEMA};

const HINTS: &[&str] = &[
    "A comparison with NULL is neither true nor false, and WHERE keeps only what is true. That loses \
     rows in the first two functions, whichever side the NULL is on.",
    "`IS DISTINCT FROM` and `IS NOT DISTINCT FROM` compare with NULL as with any other value. An \
     `Option` may be a parameter: `None` arrives as NULL.",
    "Text joined with NULL is NULL. `coalesce(': ' || notes, '')` is the colon and the notes, or \
     nothing.",
    "`count(*)` counts rows, `count(notes)` those with notes. A maximum over nothing is NULL: \
     `coalesce(max(length(notes)), 0)`. There is always one row, if there is no GROUP BY.",
];

/// Genders and notes that are missing, empty, and full of apostrophes; parents with no children, with
/// only notes and with none.
const ODD: &str = "
    INSERT INTO users (email, full_name)
        SELECT 'u' || n || '@example.com', 'User ' || n FROM generate_series(1, 7) n;
    INSERT INTO children (parent_id, name, date_of_birth, gender, notes) VALUES
        (2, 'D''Arcy', '2020-02-29', NULL, NULL),
        (2, 'Zoë', '2021-12-31', 'girl', ''),
        (2, 'Zoë', '2021-12-31', '', NULL),
        (3, 'Bo', '2022-01-01', 'doesn''t say', 'Says no: a lot.'),
        (3, 'Boy', '2022-01-01', 'Boy', ''),
        (4, 'Ines', '2022-01-01', NULL, NULL),
        (4, 'Ida', '2022-01-01', NULL, NULL);
    -- What was written last lies last in the table: it has no order by itself.
    UPDATE children SET updated_at = now() WHERE id IN (1, 4, 6);";

/// Many children, of whom little is told.
const SEEDED: &str = "
    INSERT INTO children (parent_id, name, date_of_birth, gender, notes)
        SELECT 1 + (random() * 6)::integer, 'Child ' || n, DATE '2020-01-01' + n,
               (ARRAY['girl', 'boy', 'other', '', NULL, NULL])[1 + floor(random() * 6)],
               CASE WHEN random() < 0.4 THEN repeat('y', (random() * 30)::integer) END
        FROM generate_series(1, 30) n;";

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    let data = [Data::With(LUNDO_SCHEMA, ODD), Data::With(LUNDO, SEEDED)];
    let other_than = "SELECT id, name FROM children WHERE gender IS DISTINCT FROM {1} ORDER BY id";
    g.query(
        "other_than finds every other gender, and those who did not tell",
        &Query::new("other_than", other_than),
        &data,
        &each(&[json!("boy"), json!("other"), json!(""), json!("doesn't say")]),
    )?;

    let with_gender =
        "SELECT id, name FROM children WHERE gender IS NOT DISTINCT FROM {1} ORDER BY id";
    g.query(
        "with_gender finds the gender that is given; with None, who did not tell",
        &Query::new("with_gender", with_gender),
        &data,
        &each(&[json!("girl"), json!(null), json!(""), json!("doesn't say")]),
    )?;

    let labels = "SELECT name || coalesce(': ' || notes, '') AS label FROM children ORDER BY id";
    g.query(
        "labels has a line for each child, with notes or without",
        &Query::new("labels", labels),
        &data,
        &[json!([])],
    )?;

    let notes_of = "SELECT count(*) AS children, count(notes) AS with_notes,
                           coalesce(max(length(notes)), 0) AS longest
                    FROM children WHERE parent_id = {1}";
    g.query(
        "notes_of counts children and notes, and has an answer for every parent",
        &Query::new("notes_of", notes_of),
        &data,
        &each(&[json!(2), json!(3), json!(4), json!(7), json!(4711)]),
    )
}

/// One call for each argument.
fn each(arguments: &[Value]) -> Vec<Value> {
    arguments.iter().map(|argument| json!([argument])).collect()
}
