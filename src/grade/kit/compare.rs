//! Holds a result that an answer returned against the one that is right.
//!
//! Nothing is assumed: whether rows have an order, by what, and how near numbers have to be is said
//! by the grader. Columns are matched by name where the answer's rows have names (structs), else
//! by position (tuples, single values). NULL equals NULL.

use std::collections::VecDeque;

use serde_json::Value;

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
    /// Reads what an answer returned, in any of the shapes that Rust has for rows; see
    /// [`Query`](super::Query). JSON does not tell all of them apart: where one reads in two ways,
    /// it is read as what the reference is.
    pub fn of_answer(value: &Value, reference: &Rows) -> Result<Rows, String> {
        let columns = reference.columns.clone();
        let rows = match value {
            Value::Array(values) if !is_row(values, reference) => values.iter().collect(),
            // An `Option` that is `None`: no row, or the one value of an aggregate without rows.
            Value::Null if !matches!(reference.rows.as_slice(), [row] if *row == [Value::Null]) => {
                Vec::new()
            }
            row => vec![row],
        };
        let rows =
            rows.into_iter().map(|row| read_row(row, reference)).collect::<Result<_, _>>()?;
        Ok(Rows { columns, rows })
    }

    /// Whether the reference is a single column of such values.
    fn is_of(&self, kind: fn(&Value) -> bool) -> bool {
        self.columns.len() == 1 && self.rows.iter().any(|row| row.first().is_some_and(kind))
    }

    /// The values as text for people; NULL is `None`.
    pub fn cells(&self) -> Vec<Vec<Option<String>>> {
        self.rows.iter().map(|row| row.iter().map(text).collect()).collect()
    }
}

/// Whether an array is one row (a tuple, or an array as the only value) and not a list of rows.
fn is_row(values: &[Value], reference: &Rows) -> bool {
    let columns = reference.columns.len();
    if values.is_empty() {
        return reference.rows == [[Value::Array(Vec::new())]];
    }
    if reference.is_of(Value::is_array) {
        return !values.iter().all(|value| value.is_array() || value.is_null());
    }
    let is_row = |value: &Value| match value {
        Value::Array(values) => values.len() == columns,
        Value::Object(_) => true,
        _ => false,
    };
    columns > 1 && values.len() == columns && !values.iter().all(is_row)
}

fn read_row(row: &Value, reference: &Rows) -> Result<Vec<Value>, String> {
    let columns = &reference.columns;
    let field = |name: &String| match row.get(name) {
        Some(value) => Ok(value.clone()),
        None => Err(format!("a row has no field `{name}`")),
    };
    match row {
        Value::Object(fields) if reference.is_of(Value::is_object) => {
            // A struct of one field, or the value of a json column.
            let value = columns.first().and_then(|name| fields.get(name));
            Ok(vec![value.filter(|_| fields.len() == 1).unwrap_or(row).clone()])
        }
        Value::Object(_) => columns.iter().map(field).collect(),
        // A tuple of one array, or the array itself.
        Value::Array(values) if reference.is_of(Value::is_array) => match values.as_slice() {
            [value @ Value::Array(_)] => Ok(vec![value.clone()]),
            _ => Ok(vec![row.clone()]),
        },
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
    let (missing, surplus) = unpaired(&reference.rows, &answer.rows, same);
    if !missing.is_empty() || !surplus.is_empty() {
        let missing = missing.into_iter().cloned().collect();
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

/// The rows of each side that are left over when as many as can be are paired with the same row of
/// the other.
///
/// With a tolerance a row may be the same as several that are not the same as each other, and the
/// first of them may be the only one for another row. A row that finds none left takes one over
/// whose partner has another to go to (Kuhn's algorithm).
fn unpaired<'a>(
    reference: &'a [Vec<Value>],
    answer: &'a [Vec<Value>],
    same: impl Fn(&Vec<Value>, &Vec<Value>) -> bool,
) -> (Vec<&'a Vec<Value>>, Vec<&'a Vec<Value>>) {
    // By the answer's rows: which of the reference has it.
    let mut partner: Vec<Option<usize>> = vec![None; answer.len()];
    let mut free: VecDeque<usize> = (0..answer.len()).collect();
    let mut missing = Vec::new();
    for (at, row) in reference.iter().enumerate() {
        let found = free.iter().position(|other| same(row, &answer[*other]));
        if let Some(other) = found.and_then(|place| free.remove(place)) {
            partner[other] = Some(at);
            continue;
        }
        // From whom each row of the answer could be had, in the order in which it was come upon.
        let mut from: Vec<Option<usize>> = vec![None; answer.len()];
        let mut asking = VecDeque::from([at]);
        let mut end = None;
        'search: while let Some(one) = asking.pop_front() {
            for other in 0..answer.len() {
                if from[other].is_some() || !same(&reference[one], &answer[other]) {
                    continue;
                }
                from[other] = Some(one);
                match partner[other] {
                    Some(next) => asking.push_back(next),
                    None => {
                        end = Some(other);
                        break 'search;
                    }
                }
            }
        }
        let Some(mut other) = end else {
            missing.push(row);
            continue;
        };
        free.retain(|one| *one != other);
        // Back along the way: each takes what it was found for and leaves what it had.
        while let Some(one) = from[other] {
            let had = partner.iter().position(|taken| *taken == Some(one));
            partner[other] = Some(one);
            match had {
                Some(had) => other = had,
                None => break,
            }
        }
    }
    (missing, free.into_iter().map(|other| &answer[other]).collect())
}

/// Equality across the ways that JSON has for one value: `1` and `1.0`, moments of time with either
/// spelling of UTC, and parts of a second with or without zeros behind them.
fn equal(one: &Value, other: &Value, tolerance: f64) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            // A double has not the digits for every bigint.
            let apart = match (one.as_i128(), other.as_i128()) {
                (Some(one), Some(other)) => Some((one - other).unsigned_abs() as f64),
                _ => one.as_f64().zip(other.as_f64()).map(|(one, other)| (one - other).abs()),
            };
            one == other || apart.is_some_and(|apart| apart <= tolerance)
        }
        (Value::String(one), Value::String(other)) => {
            one == other
                || moment(one).is_some_and(|one| Some(one) == moment(other))
                || local(one).is_some_and(|one| Some(one) == local(other))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| equal(one, other, tolerance))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| {
                    other.get(name).is_some_and(|other| equal(value, other, tolerance))
                })
        }
        _ => one == other,
    }
}

/// A `timestamp` or a `time` with parts of a second, without the zeros at its end.
fn local(text: &str) -> Option<&str> {
    let (seconds, parts) = text.rsplit_once('.')?;
    let is_time = seconds.contains(':') && parts.bytes().all(|byte| byte.is_ascii_digit());
    is_time.then(|| text.trim_end_matches('0'))
}

fn moment(text: &str) -> Option<chrono::DateTime<chrono::FixedOffset>> {
    chrono::DateTime::parse_from_rfc3339(text).ok()
}

impl Difference {
    /// In a sentence or two.
    pub fn describe(&self, reference: &Rows, answer: &Rows) -> String {
        let row = |row: &Vec<Value>| {
            let cell = |value: &Value| match text(value) {
                None => "NULL".to_owned(),
                // Else it could not be seen.
                Some(text) if text.is_empty() => "''".to_owned(),
                Some(text) => text,
            };
            format!("({})", row.iter().map(cell).collect::<Vec<_>>().join(", "))
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
            Difference::Rows { missing, surplus }
                if reference.rows.len() == 1 && answer.rows.len() == 1 =>
            {
                format!("It has to be {}, and is {}.", some(missing), some(surplus))
            }
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
    fn parts_of_seconds_are_compared_as_such() {
        assert!(equal(&json!("2026-01-01T08:00:00.5"), &json!("2026-01-01T08:00:00.500"), 0.0));
        assert!(equal(&json!("08:00:00.25"), &json!("08:00:00.250"), 0.0));
        assert!(!equal(&json!("08:00:00"), &json!("08:00:01"), 0.0));
        assert!(equal(&json!({"a": [1]}), &json!({"a": [1.0]}), 0.0));
        assert!(!equal(&json!({"a": 1}), &json!({"a": 1, "b": 2}), 0.0));
    }

    /// What an answer returned is read as these rows of the reference.
    #[track_caller]
    fn reads(columns: &[&str], reference: Value, answers: &[Value]) {
        let rows: Vec<Vec<Value>> = serde_json::from_value(reference).unwrap();
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        let reference = Rows { columns, rows };
        for answer in answers {
            let read = Rows::of_answer(answer, &reference).unwrap();
            assert_eq!(compare(&reference, &read, Order::Exact, 0.0), None, "{answer}: {read:?}");
        }
    }

    #[test]
    fn every_shape_of_rows_is_read() {
        let one = json!([["Ada", 7]]);
        let answers = [
            json!([{"name": "Ada", "age": 7}]),
            json!([["Ada", 7]]),
            json!({"name": "Ada", "age": 7, "more": true}),
            json!(["Ada", 7]),
        ];
        reads(&["name", "age"], one, &answers);
        reads(&["name", "age"], json!([]), &[json!([]), json!(null)]);
        let two = json!([["Ada", 7], ["Bo", null]]);
        reads(&["name", "age"], two, &[json!([["Ada", 7], {"name": "Bo", "age": null}])]);
        reads(&["n"], json!([[7]]), &[json!(7), json!([7]), json!([[7]]), json!({"n": 7})]);
        reads(&["n"], json!([[7], [null]]), &[json!([7, null]), json!([[7], [null]])]);
        reads(&["n"], json!([]), &[json!(null), json!([])]);
        // max() of no rows is one row, and None.
        reads(&["max"], json!([[null]]), &[json!(null), json!([null]), json!({"max": null})]);
    }

    #[test]
    fn a_value_that_is_an_array_or_an_object_is_no_row() {
        let tags = json!([[["a", "b"]]]);
        reads(&["tags"], tags, &[json!(["a", "b"]), json!([["a", "b"]]), json!([[["a", "b"]]])]);
        reads(&["tags"], json!([[["a"]], [null]]), &[json!([["a"], null])]);
        reads(&["tags"], json!([[[]]]), &[json!([]), json!([[]])]);
        reads(&["name", "tags"], json!([["Ada", ["a", "b"]]]), &[json!(["Ada", ["a", "b"]])]);
        let object = json!([[{"a": 1}]]);
        reads(&["data"], object, &[json!({"a": 1}), json!([{"a": 1}]), json!({"data": {"a": 1}})]);
        reads(&["id", "data"], json!([[1, {"a": 1}]]), &[json!([1, {"a": 1}])]);
    }

    #[test]
    fn another_shape_is_told() {
        let one = reference(json!([["Ada", 7]]));
        assert!(Rows::of_answer(&json!([["Ada"]]), &one).unwrap_err().contains("1 values"));
        assert!(Rows::of_answer(&json!([{"name": "Ada"}]), &one).unwrap_err().contains("`age`"));
        assert_eq!(Rows::of_answer(&json!(["Ada", 7]), &one).unwrap().rows.len(), 1);
    }
}
