//! Holds a result that an answer returned against the one that is right.
//!
//! Nothing is assumed: whether rows have an order, by what, and how near numbers have to be is said
//! by the grader. Columns are matched by name where the answer's rows have names (structs), else
//! by position (tuples, single values). NULL equals NULL.

use std::collections::VecDeque;

use serde_json::Value;

use crate::lesson::event::Table;
use crate::report::look::Look;
use crate::report::table;

/// How the order of rows counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Row by row.
    Exact,
    /// By these columns; rows that are equal in them may come in any order among themselves.
    By(&'static [&'static str]),
    /// Not at all.
    Any,
}

/// A result set: names of columns and rows of JSON values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// The names; for an answer that returned tuples, those of the reference.
    pub columns: Vec<String>,
    /// The values, in the order of the columns.
    pub rows: Vec<Vec<Value>>,
}

/// In what two results differ.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// The answer's rows have another shape; the sentence says in what.
    Shape(String),
    /// Rows that are not there, and rows that should not be.
    Rows {
        /// In the reference, and not in the answer.
        missing: Vec<Vec<Value>>,
        /// In the answer, and not in the reference.
        surplus: Vec<Vec<Value>>,
    },
    /// The right rows, in the wrong order: the first place where it shows, from 0.
    Misplaced(usize),
}

impl Rows {
    /// Reads what an answer returned: an array of objects, of arrays, or of single values; a
    /// single row or value counts as one, `null` (an `Option` that is `None`) as none.
    pub fn of_answer(value: &Value, reference: &Rows) -> Result<Rows, String> {
        let columns = reference.columns.clone();
        let rows = match value {
            Value::Array(rows) if !is_row(rows, &columns) => rows.iter().collect(),
            Value::Null => Vec::new(),
            row => vec![row],
        };
        let rows = rows.into_iter().map(|row| read_row(row, &columns)).collect::<Result<_, _>>()?;
        Ok(Rows { columns, rows })
    }

    /// As a table for people.
    pub fn draw(&self, look: Look) -> String {
        let columns = self.columns.iter().map(|name| (name.clone(), String::new())).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(text).collect()).collect();
        let table = Table { columns, rows, time: None };
        match self.rows.len() {
            0 => "(no rows)".to_owned(),
            _ => table::draw(&table, look),
        }
    }
}

/// Whether an array of single values is one row of several columns rather than a column of rows.
fn is_row(values: &[Value], columns: &[String]) -> bool {
    columns.len() > 1
        && values.len() == columns.len()
        && values.iter().all(|value| !value.is_array() && !value.is_object())
}

fn read_row(row: &Value, columns: &[String]) -> Result<Vec<Value>, String> {
    match row {
        Value::Object(fields) => columns
            .iter()
            .map(|name| fields.get(name).cloned().ok_or(format!("a row has no field `{name}`")))
            .collect(),
        Value::Array(values) if values.len() == columns.len() => Ok(values.clone()),
        Value::Array(values) => {
            Err(format!("a row has {} values, and {} are asked for", values.len(), columns.len()))
        }
        value if columns.len() == 1 => Ok(vec![value.clone()]),
        _ => Err(format!("a row is a single value, and {} columns are asked for", columns.len())),
    }
}

/// A value for people. NULL is `None`.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Compares an answer with the reference. `tolerance` is how far numbers may be apart.
pub fn compare(
    reference: &Rows,
    answer: &Rows,
    order: Order,
    tolerance: f64,
) -> Option<Difference> {
    let same = |one: &Vec<Value>, other: &Vec<Value>| {
        one.len() == other.len() && one.iter().zip(other).all(|(a, b)| equal(a, b, tolerance))
    };
    let mut surplus: VecDeque<&Vec<Value>> = answer.rows.iter().collect();
    let mut missing = Vec::new();
    for row in &reference.rows {
        match surplus.iter().position(|other| same(row, other)) {
            Some(at) => drop(surplus.remove(at)),
            None => missing.push(row.clone()),
        }
    }
    if !missing.is_empty() || !surplus.is_empty() {
        let surplus = surplus.into_iter().cloned().collect();
        return Some(Difference::Rows { missing, surplus });
    }
    let keys: Vec<usize> = match order {
        Order::Any => return None,
        Order::Exact => (0..reference.columns.len()).collect(),
        Order::By(names) => names
            .iter()
            .filter_map(|name| reference.columns.iter().position(|column| column == name))
            .collect(),
    };
    // The rows are the same; where the keys of both sequences agree throughout, so is the order.
    let agree = |one: &Vec<Value>, other: &Vec<Value>| {
        keys.iter().all(|key| equal(&one[*key], &other[*key], tolerance))
    };
    let pairs = reference.rows.iter().zip(&answer.rows);
    pairs.into_iter().position(|(one, other)| !agree(one, other)).map(Difference::Misplaced)
}

/// Equality across the ways that JSON has for one value: `1` and `1.0`, and moments of time with
/// either spelling of UTC.
fn equal(one: &Value, other: &Value, tolerance: f64) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other
                || match (one.as_f64(), other.as_f64()) {
                    (Some(one), Some(other)) => (one - other).abs() <= tolerance,
                    _ => false,
                }
        }
        (Value::String(one), Value::String(other)) => {
            one == other || moment(one).is_some_and(|one| Some(one) == moment(other))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| equal(one, other, tolerance))
        }
        _ => one == other,
    }
}

fn moment(text: &str) -> Option<chrono::DateTime<chrono::FixedOffset>> {
    chrono::DateTime::parse_from_rfc3339(text).ok()
}

impl Difference {
    /// In a sentence or two.
    pub fn describe(&self, reference: &Rows, answer: &Rows) -> String {
        let row = |row: &Vec<Value>| {
            let cells: Vec<_> =
                row.iter().map(|v| text(v).unwrap_or_else(|| "NULL".to_owned())).collect();
            format!("({})", cells.join(", "))
        };
        let some = |rows: &[Vec<Value>]| {
            let shown: Vec<_> = rows.iter().take(3).map(row).collect();
            let more = if rows.len() > 3 {
                format!(" and {} more", rows.len() - 3)
            } else {
                String::new()
            };
            format!("{}{more}", shown.join(", "))
        };
        match self {
            Difference::Shape(why) => why.clone(),
            Difference::Rows { missing, surplus } => {
                let mut parts = Vec::new();
                if !missing.is_empty() {
                    parts.push(format!("Missing: {}.", some(missing)));
                }
                if !surplus.is_empty() {
                    parts.push(format!("Too many: {}.", some(surplus)));
                }
                parts.join(" ")
            }
            Difference::Misplaced(at) => format!(
                "The rows are right and their order is not: row {} has to be {}, and is {}.",
                at + 1,
                row(&reference.rows[*at]),
                row(&answer.rows[*at])
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reference(rows: Value) -> Rows {
        let columns = vec!["name".to_owned(), "age".to_owned()];
        Rows::of_answer(&rows, &Rows { columns, rows: Vec::new() }).unwrap()
    }

    fn differ(one: Value, other: Value, order: Order) -> Option<Difference> {
        let one = reference(one);
        let other = Rows::of_answer(&other, &one).unwrap();
        compare(&one, &other, order, 1e-9)
    }

    #[test]
    fn structs_tuples_and_nulls_are_the_same_rows() {
        let right = json!([["Ada", 7], ["Bo", null]]);
        assert_eq!(differ(right.clone(), right.clone(), Order::Exact), None);
        let structs = json!([{"age": 7.0, "name": "Ada"}, {"age": null, "name": "Bo"}]);
        assert_eq!(differ(right, structs, Order::Exact), None);
    }

    #[test]
    fn a_row_twice_is_not_the_row_once() {
        let difference = differ(json!([["Ada", 7]]), json!([["Ada", 7], ["Ada", 7]]), Order::Any);
        let surplus = vec![vec![json!("Ada"), json!(7)]];
        assert_eq!(difference, Some(Difference::Rows { missing: vec![], surplus }));
    }

    #[test]
    fn order_counts_as_far_as_it_is_declared() {
        let (right, turned) =
            (json!([["A", 7], ["B", 7], ["C", 9]]), json!([["B", 7], ["A", 7], ["C", 9]]));
        assert_eq!(differ(right.clone(), turned.clone(), Order::Any), None);
        assert_eq!(differ(right.clone(), turned.clone(), Order::By(&["age"])), None);
        assert_eq!(differ(right.clone(), turned, Order::Exact), Some(Difference::Misplaced(0)));
        let last_first = json!([["C", 9], ["A", 7], ["B", 7]]);
        assert_eq!(differ(right, last_first, Order::By(&["age"])), Some(Difference::Misplaced(0)));
    }

    #[test]
    fn moments_are_compared_as_moments() {
        assert!(equal(&json!("2026-01-01T00:00:00Z"), &json!("2026-01-01T01:00:00+01:00"), 0.0));
        assert!(!equal(&json!("2026-01-01T00:00:00Z"), &json!("2026-01-01T00:00:01Z"), 0.0));
        assert!(!equal(&json!("7"), &json!(7), 0.0));
    }

    #[test]
    fn another_shape_is_told() {
        let one = reference(json!([["Ada", 7]]));
        assert!(Rows::of_answer(&json!([["Ada"]]), &one).unwrap_err().contains("1 values"));
        assert!(Rows::of_answer(&json!([{"name": "Ada"}]), &one).unwrap_err().contains("`age`"));
        assert_eq!(Rows::of_answer(&json!(["Ada", 7]), &one).unwrap().rows.len(), 1);
    }
}
