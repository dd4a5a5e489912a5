//! Checks of exercise 99: sample.

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "A nudge: which tables does the question need?",
    "More: join `children` to `users`, and order by `date_of_birth` and `id`.",
    "Nearly the answer: `client.query(\"SELECT … WHERE u.email = $1 ORDER BY …\", &[&email])`.",
];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check("the names come eldest first", &LUNDO, |t| {
        // Data that the task does not show: born on one day, and neither in the order of names nor
        // in that of ids.
        t.sql(
            "INSERT INTO users (email, full_name) VALUES ('oda@example.com', 'Oda');
             INSERT INTO children (parent_id, name, date_of_birth)
             SELECT u.id, c.name, c.born
             FROM users u, (VALUES ('Bo', DATE '2021-05-01'), ('Cy', DATE '2020-05-01'),
                                   ('Al', DATE '2021-05-01')) AS c (name, born)
             WHERE u.email = 'oda@example.com'",
        )?;
        let names: Vec<String> = t.call("names_of", ("oda@example.com",))?.ok()?;
        equal("the names", names, vec!["Cy".to_owned(), "Bo".to_owned(), "Al".to_owned()])
    })?;

    g.then("nobody's children are an empty list", |t| {
        // Fatima is there and has no children.
        for email in ["nobody@example.com", "fatima.zahra@example.com"] {
            let names: Vec<String> = t.call("names_of", (email,))?.ok()?;
            equal(&format!("the names for {email}"), names, Vec::new())?;
        }
        Ok(())
    })?;

    g.then("values travel beside the SQL, not inside it", |t| {
        t.call::<Vec<String>>("names_of", ("o'; DROP TABLE users; --",))?.either().ok();
        t.sent()?.bound(&["DROP TABLE"])?;
        Ok(())
    })
}
