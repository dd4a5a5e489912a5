//! Checks of functions that only read: the answer's result against that of a reference query, on
//! several sets of data that the learner does not see.

use serde_json::Value;

use super::compare::{Difference, Order, Rows, compare};
use super::shrink::shrink;
use super::{Grading, Outcome, Stop, Trial, wrong};
use crate::error::Error;
use crate::grade::verdict::State;
use crate::postgres::database::Fixture;
use crate::report::look::{Look, PLAIN};

/// A function that reads, and what it has to return.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    /// Its name.
    pub function: &'static str,
    /// SQL that gives the right rows. `{1}`, `{2}` stand for the arguments, written as literals.
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

/// In a verdict there is a margin on the left.
const LOOK: Look = Look { width: 66, ..PLAIN };

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

impl Grading<'_> {
    /// Makes a check of a query: for each set of data and each list of arguments the answer has to
    /// return what the reference does. What differs is told on the smallest part of the data that
    /// still shows it.
    pub fn query(
        &mut self,
        name: &str,
        query: &Query,
        data: &[Data],
        cases: &[Value],
    ) -> Result<(), Stop> {
        let seed = seed();
        if data.is_empty() {
            return Err(Error::Content("a query is checked on data".to_owned()).into());
        }
        let mut state = match self.waits_for()? {
            Some(why) => State::NotTried(why),
            None => State::Passed,
        };
        for data in data {
            // The first set that does not pass is the check's result.
            if state == State::Passed {
                state =
                    self.judge_fresh(&data.fixture(), |t| try_all(t, query, data, seed, cases))?;
            }
        }
        self.note(name, state);
        Ok(())
    }
}

impl Data {
    fn fixture(&self) -> Fixture {
        match self {
            Data::Fixture(fixture) | Data::With(fixture, _) => *fixture,
        }
    }
}

/// The seed of this run: `PGLINGS_SEED` if a run is to be repeated, else another each time.
fn seed() -> u32 {
    let given = std::env::var("PGLINGS_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| rand::RngExt::random_range(&mut rand::rng(), 0..100_000))
}

fn try_all(t: &mut Trial<'_>, query: &Query, data: &Data, seed: u32, cases: &[Value]) -> Outcome {
    if let Data::With(_, sql) = data {
        // setseed takes a number from -1 to 1.
        t.sql(&format!("SELECT setseed({seed} / 100000.0); {sql}"))?;
    }
    for case in cases {
        let Some(found) = differs(t, query, case)? else { continue };
        // The smaller the better, but never at the price of the verdict.
        let kept = shrink(t, |t| Ok(differs(t, query, case)?.is_some()))?;
        let (reference, answer, difference) = differs(t, query, case)?.unwrap_or(found);
        let mut message = difference.describe(&reference, &answer);
        message.push_str(&format!("\nCalled with {}", called_with(case)));
        if !kept.is_empty() {
            message.push_str(", while the tables held no more than this:");
            let (spoken_of, others): (Vec<_>, Vec<_>) =
                kept.into_iter().partition(|(table, _)| words(query.reference).any(|w| w == table));
            for (table, rows) in spoken_of {
                let mentioned = mentioned(&rows, query.reference);
                message.push_str(&format!("\n{table}\n{}", mentioned.draw(LOOK)));
            }
            let others: Vec<_> = others.into_iter().map(|(table, _)| table).collect();
            if !others.is_empty() {
                message.push_str(&format!("\n(and what these refer to in {})", others.join(", ")));
            }
        }
        message.push_str(&format!("\nexpected\n{}", reference.draw(LOOK)));
        message.push_str(&format!("\ngot\n{}", answer.draw(LOOK)));
        if matches!(data, Data::With(_, sql) if sql.contains("random()")) {
            message.push_str(&format!("\n(The same data again: PGLINGS_SEED={seed})"));
        }
        return wrong(message);
    }
    Ok(())
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

/// Writes the arguments into the reference as literals. They are the grader's own.
fn with_arguments(sql: &str, case: &Value) -> String {
    let mut sql = sql.to_owned();
    for (index, argument) in case.as_array().into_iter().flatten().enumerate() {
        let literal = match argument {
            Value::Null => "NULL".to_owned(),
            Value::String(text) => format!("'{}'", text.replace('\'', "''")),
            other => other.to_string(),
        };
        sql = sql.replace(&format!("{{{}}}", index + 1), &literal);
    }
    sql
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// Only the columns that the reference speaks of, and the key: a table may have many.
fn mentioned(rows: &Rows, sql: &str) -> Rows {
    let keep: Vec<usize> = (0..rows.columns.len())
        .filter(|index| {
            rows.columns[*index] == "id" || words(sql).any(|word| word == rows.columns[*index])
        })
        .collect();
    let pick = |row: &Vec<Value>| keep.iter().map(|index| row[*index].clone()).collect();
    Rows {
        columns: keep.iter().map(|index| rows.columns[*index].clone()).collect(),
        rows: rows.rows.iter().map(pick).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_become_literals() {
        let sql = with_arguments("SELECT {1}::text, {2}, {3}", &json!(["O'Brien", 7, null]));
        assert_eq!(sql, "SELECT 'O''Brien'::text, 7, NULL");
    }
}
