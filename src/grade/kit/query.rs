//! Checks of functions that only read: the answer's result against that of a reference query, on
//! several sets of data that the learner does not see.

use serde_json::Value;

use super::compare::{Difference, Order, Rows, compare};
use super::mentioned::{mentioned, speaks_of};
use super::shrink::shrink;
use super::{Message, Outcome, Part, Stop, Trial, wrong};
use crate::grade::Purpose;
use crate::postgres::database::Fixture;

/// A function that reads, and what it has to return.
///
/// Any function that the grader can call: on the sync client, on a pool of sqlx, or with connections
/// of its own. Its result may be
///
/// - a `Vec` of structs (which serde can write): held against the reference by the names of columns;
///   fields that the reference does not have do not count;
/// - a `Vec` of tuples: by position;
/// - a `Vec` of single values, if the reference has one column;
/// - a struct, a tuple or a single value: one row;
/// - an `Option` of these: `None` is no row, and also one row with nothing but a NULL in it, as
///   `SELECT max(…)` gives it.
///
/// A value may be an array (`text[]`) or an object (`jsonb`). Values are compared as JSON: what is a
/// number in the answer has to be one in the reference, so mind `numeric`, which Rust may have as
/// text. An array of arrays is a list of rows if each has as many values as the reference columns.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    /// Its name.
    pub function: &'static str,
    /// SQL that gives the right rows. `{1}`, `{2}` stand for the arguments, written as literals:
    /// `'O''Hara'`, `7`, `(-7)`, `true`, `NULL`, `ARRAY['a', 'b']`. A literal of text takes the type
    /// that its place asks for; where it asks for none, write `{1}::date`.
    pub reference: &'static str,
    /// How the order of the rows counts.
    pub order: Order,
    /// How far numbers may be apart.
    pub tolerance: f64,
}

/// What the tables hold when a query is tried.
#[derive(Debug, Clone, Copy)]
pub enum Data {
    /// A fixture as it is.
    Fixture(Fixture),
    /// A fixture, and then SQL that adds to it. `random()` in it is seeded, so that a run can be
    /// repeated.
    With(Fixture, &'static str),
}

impl Query {
    /// Rows in exactly the order of the reference.
    pub const fn new(function: &'static str, reference: &'static str) -> Query {
        Query { function, reference, order: Order::Exact, tolerance: 0.0 }
    }

    /// Declares how the order counts.
    #[must_use]
    pub const fn order(self, order: Order) -> Query {
        Query { order, ..self }
    }

    /// Declares how far numbers may be apart.
    #[must_use]
    pub const fn tolerance(self, tolerance: f64) -> Query {
        Query { tolerance, ..self }
    }
}

impl Query {
    /// Tries it on a set of data that is there. Returns whether the answer did no more than read.
    pub(super) fn try_on(
        &self,
        t: &mut Trial<'_>,
        data: &Data,
        cases: &[Value],
        purpose: Purpose,
        seed: u32,
    ) -> Outcome<bool> {
        let before = (t.mark(), t.value(OBJECTS)?);
        if let Some(message) = try_all(t, self, cases, purpose)? {
            return wrong(match data.more().contains("random()") {
                true => message.and(format!("\n(The same data again: PGLINGS_SEED={seed})")),
                false => message,
            });
        }
        let sent = t.sent_since(before.0)?;
        let untouched = sent.only_read() && t.value(OBJECTS)? == before.1;
        if untouched && sent.only_selected() {
            t.stay();
        }
        Ok(untouched)
    }
}

/// What there is in the database. `SELECT … INTO` looks like reading.
const OBJECTS: &str = "SELECT count(*) || ' ' || max(oid) FROM pg_class";

impl Data {
    pub(super) fn fixture(&self) -> Fixture {
        match self {
            Data::Fixture(fixture) | Data::With(fixture, _) => *fixture,
        }
    }

    /// What is added to the fixture.
    fn more(&self) -> &'static str {
        match self {
            Data::Fixture(_) => "",
            Data::With(_, sql) => sql,
        }
    }

    pub(super) fn is(&self, other: &Data) -> bool {
        self.fixture().name == other.fixture().name && self.more() == other.more()
    }

    pub(super) fn fill(&self, t: &mut Trial<'_>, seed: u32) -> Outcome {
        if self.more().is_empty() {
            return Ok(());
        }
        // setseed takes a number from -1 to 1.
        t.sql(&format!("SELECT setseed({seed} / 100000.0); {}", self.more()))
    }
}

/// The seed of a run: `PGLINGS_SEED` if a run is to be repeated. A learner meets other data each
/// time; who judges many answers judges all of them on the same.
pub(super) fn seed(purpose: Purpose) -> u32 {
    let given = std::env::var("PGLINGS_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| match purpose {
        Purpose::Learning => rand::RngExt::random_range(&mut rand::rng(), 0..100_000),
        Purpose::Judging => 4711,
    })
}

/// What is wrong, if something is.
fn try_all(
    t: &mut Trial<'_>,
    query: &Query,
    cases: &[Value],
    purpose: Purpose,
) -> Outcome<Option<Message>> {
    for case in cases {
        let found = differs(t, query, case).map_err(|stop| match stop {
            Stop::Wrong(why) => {
                Stop::Wrong(why.trimmed().and(format!("\nCalled with {}.", called_with(case))))
            }
            Stop::Unwritten { function, task, message } => {
                Stop::Unwritten { function, task, message: called(&message, case) }
            }
            other => other,
        })?;
        let Some(found) = found else { continue };
        let (mut kept, mut told) = (Vec::new(), found);
        if purpose == Purpose::Learning {
            // The smaller the better, but never at the price of the verdict: where rows lie may
            // matter too, and cannot be kept in every case.
            let least = shrink(t, |t| Ok(differs(t, query, case)?.is_some()))?;
            if let Some(again) = differs(t, query, case)? {
                (kept, told) = (least, again);
            }
        }
        let (reference, answer, difference) = told;
        let what = difference.describe(&reference, &answer);
        let mut message = Message::from(format!("{what}\nCalled with {}", called_with(case)));
        if !kept.is_empty() {
            message = message.and(", while the tables held no more than this:");
            let (spoken_of, others): (Vec<_>, Vec<_>) =
                kept.into_iter().partition(|(table, _)| speaks_of(query.reference, table));
            for (table, rows) in spoken_of {
                let mentioned = mentioned(&table, &rows, query.reference);
                message = message.and(format!("\n{table}\n")).with(Part::Rows(mentioned));
            }
            let others: Vec<_> = others.into_iter().map(|(table, _)| table).collect();
            if !others.is_empty() {
                message =
                    message.and(format!("\n(and what these refer to in {})", others.join(", ")));
            }
        }
        message = message.and("\nexpected\n").with(Part::Rows(reference));
        return Ok(Some(message.and("\ngot\n").with(Part::Rows(answer))));
    }
    Ok(None)
}

/// The two results and their difference, if there is one.
fn differs(
    t: &mut Trial<'_>,
    query: &Query,
    case: &Value,
) -> Outcome<Option<(Rows, Rows, Difference)>> {
    let reference = t.json_rows(&with_arguments(query.reference, case))?;
    let value: Value = t.call(query.function, case)?.ok()?;
    let answer = match Rows::of_answer(&value, &reference) {
        Ok(answer) => answer,
        Err(why) => return wrong(format!("`{}`: {why}.", query.function)),
    };
    let difference = compare(&reference, &answer, query.order, query.tolerance);
    Ok(difference.map(|difference| (reference, answer, difference)))
}

fn called(why: &str, case: &Value) -> String {
    format!("{}\nCalled with {}.", why.trim_end(), called_with(case))
}

fn called_with(case: &Value) -> String {
    let Value::Array(arguments) = case else { return "no arguments".to_owned() };
    match arguments.as_slice() {
        [] => "no arguments".to_owned(),
        arguments => {
            let arguments: Vec<_> = arguments.iter().map(Value::to_string).collect();
            format!("({})", arguments.join(", "))
        }
    }
}

/// Writes the arguments into the reference as literals, in one pass: a text may have `{2}` in it.
fn with_arguments(sql: &str, case: &Value) -> String {
    let arguments = case.as_array().map_or(&[][..], Vec::as_slice);
    let mut text = String::new();
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let number = after.split_once('}').and_then(|(number, after)| {
            let index = number.parse::<usize>().ok()?.checked_sub(1)?;
            Some((arguments.get(index)?, after))
        });
        rest = match number {
            Some((argument, after)) => {
                text.push_str(&literal(argument));
                after
            }
            // Some other brace: of a regular expression, or an array.
            None => {
                text.push('{');
                after
            }
        };
    }
    text + rest
}

/// A value as SQL has it. What says nothing of its type (NULL, an array without values) takes the
/// type that its place asks for.
fn literal(value: &Value) -> String {
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(value) => value.to_string(),
        // `1 -{1}` would begin a comment, and `-5::text` is not the text of -5.
        Value::Number(number) if number.to_string().starts_with('-') => format!("({number})"),
        Value::Number(number) => number.to_string(),
        Value::String(value) => text(value),
        Value::Array(values) if values.iter().all(Value::is_null) => {
            format!("'{{{}}}'", vec!["NULL"; values.len()].join(", "))
        }
        Value::Array(values) => {
            format!("ARRAY[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Value::Object(_) => format!("{}::jsonb", text(&value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(sql: &str, case: Value) -> String {
        with_arguments(sql, &case)
    }

    #[test]
    fn arguments_become_literals() {
        let sql = written("SELECT {1}::text, {2}, {3}", json!(["O'Brien", 7, null]));
        assert_eq!(sql, "SELECT 'O''Brien'::text, 7, NULL");
        assert_eq!(written("1 -{1}, {2}, {3}", json!([-1, 0.5, true])), "1 -(-1), 0.5, true");
        let arrays = json!([["a'b", null], [[1], [2]], [], [null, null]]);
        let expected = "ARRAY['a''b', NULL] ARRAY[ARRAY[1], ARRAY[2]] '{}' '{NULL, NULL}'";
        assert_eq!(written("{1} {2} {3} {4}", arrays), expected);
        assert_eq!(written("{1}", json!([{"a": "b'c"}])), r#"'{"a":"b''c"}'::jsonb"#);
    }

    #[test]
    fn other_braces_stay() {
        assert_eq!(written("{1}{2}", json!(["{2}", "{1}"])), "'{2}''{1}'");
        let others = "'a{3}', '{}', '{x}', '{0}', '{'";
        assert_eq!(written(others, json!([1])), others);
    }
}
