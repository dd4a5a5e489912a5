//! Checks of exercise 14: what the client really sends.

use serde_json::json;

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "For `search`, one `query` with two values: the parent is $1, the text is $2. For `ids`, look at \
     the step \"Prepared once, run many times\".",
    "`WHERE parent_id = $1 AND strpos(name, $2) > 0 ORDER BY id`. LIKE would read `%` and `_` as \
     wildcards.",
    "`ids`: `client.prepare(…)` before the loop, and inside of it a run of that statement. Of the \
     four methods, `query_opt` is the one for which no row is no error.",
    "`let row = client.query_opt(&statement, &[email])?; ids.push(row.map(|row| row.get(0)));`",
];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

const SEARCH: Query = Query::new(
    "search",
    "SELECT id, name FROM children WHERE parent_id = {1} AND strpos(name, {2}) > 0 ORDER BY id",
);

/// Names in which every character that means something somewhere is a letter.
const ODD: &str = r#"
    INSERT INTO children (parent_id, name, date_of_birth) VALUES
        (7, 'O''Hara', '2020-01-01'), (7, '100%', '2020-01-01'), (7, 'a_b', '2020-01-01'),
        (7, 'axb', '2020-01-01'), (7, 'back\slash', '2020-01-01'), (7, 'Zoë', '2020-01-01'),
        (7, 'zoë', '2020-01-01'), (7, 'D"Arcy', '2020-01-01'), (2, 'O''Neil', '2020-01-01'),
        (7, '', '2020-01-01'), (7, '$1', '2020-01-01');
    INSERT INTO children (parent_id, name, date_of_birth)
    SELECT 1 + (random() * 6)::integer, chr(97 + (random() * 3)::integer) || n, '2021-01-01'
    FROM generate_series(1, 20) AS n"#;

const TYPED: &[&str] = &["' OR true --", "'; DROP TABLE messages; --"];

fn checks(g: &mut Grading) -> Result<(), Stop> {
    let texts = ["'", "%", "_", "\\", "", "o", "Zo", "zo", "\"", "$1", "a", "' OR true --"];
    let mut cases: Vec<_> = texts.iter().map(|text| json!([7, text])).collect();
    cases.extend([json!([1, "i"]), json!([2, "'"]), json!([3, ""]), json!([4711, ""])]);
    g.query(
        "search finds the children of this parent with the text in their names, as it was typed",
        &SEARCH,
        &[Data::Fixture(LUNDO), Data::With(LUNDO, ODD)],
        &cases,
    )?;

    g.check("the text of search travels beside the SQL", &LUNDO, |t| {
        for typed in TYPED {
            t.call::<serde_json::Value>("search", (3, typed))?.ok()?;
            t.sent()?.bound(&["OR true", "DROP TABLE"])?;
        }
        Ok(())
    })?;

    g.then("ids gives the id of each email, in their order, and None for nobody", |t| {
        t.sql("INSERT INTO users (email, full_name) VALUES ('o''hara@example.com', 'Scarlett')")?;
        let emails = [
            "tomasz.nowak@example.com",
            "nobody@example.com",
            "amara.okafor@example.com",
            "o'hara@example.com",
            "tomasz.nowak@example.com",
            "",
            "AMARA.OKAFOR@example.com",
        ];
        let hara = t.value("SELECT id FROM users WHERE email LIKE 'o''%'")?;
        let hara: Option<i32> = hara.and_then(|id| id.parse().ok());
        let ids: Vec<Option<i32>> = t.call("ids", (emails,))?.ok()?;
        let expected = vec![Some(6), None, Some(1), hara, Some(6), None, None];
        if ids.len() != expected.len() {
            return wrong(format!(
                "for {} emails it returned {} ids. Each email has its place in the result, also the \
                 one that nobody has and the one that comes twice.",
                emails.len(),
                ids.len()
            ));
        }
        for (email, (id, expected)) in emails.iter().zip(ids.iter().zip(&expected)) {
            equal(&format!("the id for '{email}'"), id, expected)?;
        }
        let none: Vec<Option<i32>> = t.call("ids", (json!([]),))?.ok()?;
        equal("the ids for no emails at all", none, Vec::new())
    })?;

    g.then("the emails travel beside the SQL", |t| {
        t.call::<serde_json::Value>("ids", (["amara.okafor@example.com"],))?.ok()?;
        t.sent()?.bound(&["amara.okafor@"])?;
        Ok(())
    })?;

    g.then("ids parses once, however many emails there are", |t| {
        let emails = ["mei.lin.chen@example.com", "sean.obrien@example.com"].repeat(60);
        t.call::<serde_json::Value>("ids", (emails,))?.ok()?;
        t.sent()?.parsed_once("users")?;
        Ok(())
    })
}
