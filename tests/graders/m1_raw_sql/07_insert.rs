//! Checks of exercise 7: INSERT.

use serde_json::json;

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "Both functions are one INSERT each. The first wants something back from the server, the \
     second only how many rows there were.",
    "`INSERT … RETURNING id` gives back a row: ask for it with `query_one`. `execute` gives back \
     the number of rows.",
    "For several rows, VALUES takes a list of groups: `VALUES ($1, $2, $3, $4), ($1, $5, $6, $7)`. \
     Build the placeholders in a loop and collect the values in a `Vec<&(dyn ToSql + Sync)>`.",
    "Another way without a loop: pass three arrays and let the server make rows of them: \
     `INSERT INTO children (…) SELECT $1, n, d, t FROM unnest($2::text[], $3::date[], $4::text[]) \
     AS u (n, d, t)`.",
];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check("add_user stores the user and returns the id that the server gave", &LUNDO, |t| {
        // A gap in the ids, so that counting rows gives another number.
        t.sql("SELECT nextval('users_id_seq') FROM generate_series(1, 37)")?;
        let id: i32 = t.call("add_user", ("grace@example.com", "Grace Hopper"))?.ok()?;
        let stored = t.rows("SELECT id, full_name FROM users WHERE email = 'grace@example.com'")?;
        match stored.as_slice() {
            [row] => {
                equal("the name that was stored", row[1].as_deref(), Some("Grace Hopper"))?;
                equal("the id", Some(id.to_string()), row[0].clone())
            }
            rows => {
                wrong(format!("users holds {} rows with that email; it has to be one.", rows.len()))
            }
        }
    })?;

    g.then("add_user leaves defaults to the server", |t| {
        // By email: a wrong id is not told of twice.
        t.call::<i32>("add_user", ("alan@example.com", "Alan Turing"))?.ok()?;
        let defaults = t.value(
            "SELECT is_active AND NOT is_verified AND created_at > now() - interval '1 minute'
             FROM users WHERE email = 'alan@example.com'",
        )?;
        ensure(
            defaults.as_deref() == Some("t"),
            "is_active, is_verified and created_at have defaults: leave them out of the INSERT.",
        )
    })?;

    g.then("a taken email comes back as the server's unique_violation", |t| {
        let before = t.value("SELECT count(*) FROM users")?;
        let failure = t.call::<i32>("add_user", ("amara.okafor@example.com", "Someone Else"))?;
        let failure = failure.error()?;
        ensure(
            failure.sqlstate() == Some("23505"),
            format!(
                "expected the server's error 23505 (unique_violation), got: {}",
                explain(&failure)
            ),
        )?;
        equal("the number of users", t.value("SELECT count(*) FROM users")?, before)
    })?;

    g.then("values travel beside the SQL, not inside it", |t| {
        let name = "Sinéad O'Connor'); DROP TABLE messages; --";
        t.call::<i32>("add_user", ("sinead@example.com", name))?.ok()?;
        t.sent()?.bound(&["Sinéad", "sinead@"])?;
        let stored = t.value("SELECT full_name FROM users WHERE email = 'sinead@example.com'")?;
        equal("the name that was stored", stored.as_deref(), Some(name))
    })?;

    g.then("add_children stores every child with its own values", |t| {
        let children = json!([
            {"name": "D'Arcy", "date_of_birth": "2020-02-29", "notes": "Says \"no\" a lot."},
            {"name": "Zoë", "date_of_birth": "2021-12-31", "notes": null},
            {"name": "Zoë", "date_of_birth": "2022-01-01", "notes": ""},
        ]);
        let count: u64 = t.call("add_children", (4, children))?.ok()?;
        equal("the number it returned", count, 3)?;
        let stored = t.rows(
            "SELECT name, date_of_birth, notes FROM children
             WHERE parent_id = 4 AND name <> 'José' ORDER BY date_of_birth",
        )?;
        let row = |name: &str, born: &str, notes: Option<&str>| {
            vec![Some(name.to_owned()), Some(born.to_owned()), notes.map(str::to_owned)]
        };
        let expected = vec![
            row("D'Arcy", "2020-02-29", Some("Says \"no\" a lot.")),
            row("Zoë", "2021-12-31", None),
            row("Zoë", "2022-01-01", Some("")),
        ];
        equal("the children that were stored (name, date of birth, notes)", stored, expected)
    })?;

    g.needs("add_children stores every child with its own values");
    g.then("add_children sends one INSERT, however many children there are", |t| {
        let child = |day: u32| json!({"name": format!("Child {day}"), "date_of_birth": format!("2024-01-{day:02}"), "notes": null});
        let children: Vec<_> = (1..=25).map(child).collect();
        let count: u64 = t.call("add_children", (2, children))?.ok()?;
        equal("the number it returned", count, 25)?;
        t.sent()?.exactly(1, "INSERT")?;
        Ok(())
    })?;

    g.needs("add_children stores every child with its own values");
    g.then("names and notes of children travel beside the SQL, too", |t| {
        let name = "Robert'); DROP TABLE children; --";
        let child =
            json!({"name": name, "date_of_birth": "2020-04-01", "notes": "Says \"no\", it's true."});
        t.call::<u64>("add_children", (6, [child]))?.ok()?;
        t.sent()?.bound(&[name, "Robert", "it's true"])?;
        Ok(())
    })?;

    g.then("no children at all is 0, not an error", |t| {
        let count: u64 = t.call("add_children", (2, json!([])))?.ok()?;
        equal("the number it returned", count, 0)
    })
}
