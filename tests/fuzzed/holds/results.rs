//! The comparison of results.

use pglings::grade::kit::compare::{Difference, Order, Rows, compare};
use serde_json::{Value, json};

use super::byte;

/// A value out of a few that are near each other, equal in two spellings, or no number at all.
fn value(data: &mut &[u8]) -> Value {
    let small = |byte: u8| f64::from(byte % 16) / 8.0;
    match byte(data) % 10 {
        0 => Value::Null,
        1 => json!(byte(data) % 4),
        2 => json!(f64::from(byte(data) % 4)),
        3 => json!(small(byte(data))),
        4 => json!(i64::MAX - i64::from(byte(data) % 4)),
        5 => json!(-(1_i64 << 53) - i64::from(byte(data) % 4)),
        6 => json!(["NaN", "Infinity", "", "1", "NULL", "é"][usize::from(byte(data)) % 6]),
        7 => json!(format!("2026-01-01T00:00:00.{}Z", byte(data) % 4)),
        8 => json!(format!("08:00:00.{}0", byte(data) % 4)),
        _ => json!({"a": [byte(data) % 2, null]}),
    }
}

fn rows(data: &mut &[u8], columns: usize) -> Rows {
    let count = byte(data) % 9;
    let mut row = || (0..columns).map(|_| value(data)).collect();
    let names = ["a", "b", "c"][..columns].iter().map(|name| (*name).to_owned()).collect();
    Rows { rows: (0..count).map(|_| row()).collect(), columns: names }
}

/// Every result is itself, in any order where none counts; which of two is the reference makes no
/// difference; and what is said to differ does.
pub(crate) fn comparison(mut data: &[u8]) {
    let data = &mut data;
    let columns = usize::from(byte(data) % 3) + 1;
    let tolerance = [0.0, 1e-9, 0.125, 0.25, 1.0][usize::from(byte(data)) % 5];
    let (one, other) = (rows(data, columns), rows(data, columns));
    let orders = [Order::Exact, Order::By(&["a"]), Order::By(&["b", "a"]), Order::Any];
    for order in orders {
        assert_eq!(compare(&one, &one, order, tolerance), None, "{one:?} is itself");
        let there = compare(&one, &other, order, tolerance);
        let back = compare(&other, &one, order, tolerance);
        assert_eq!(there.is_none(), back.is_none(), "{one:?} {other:?} {there:?} {back:?}");
        match &there {
            None => assert_eq!(one.rows.len(), other.rows.len()),
            Some(Difference::Rows { missing, surplus }) => {
                let (left, right) =
                    (one.rows.len() - missing.len(), other.rows.len() - surplus.len());
                assert_eq!(left, right);
                assert!(!missing.is_empty() || !surplus.is_empty());
            }
            Some(Difference::Misplaced(at)) => assert!(*at < one.rows.len() && order != Order::Any),
            Some(Difference::Shape(why)) => panic!("the same columns: {why}"),
        }
        there.inspect(|difference| drop(difference.describe(&one, &other)));
    }
    let mut turned = one.clone();
    for at in (1..turned.rows.len()).rev() {
        turned.rows.swap(at, usize::from(byte(data)) % (at + 1));
    }
    assert_eq!(compare(&one, &turned, Order::Any, tolerance), None, "{one:?} in another order");
    assert_eq!(compare(&one, &turned, Order::Exact, 0.0).is_none(), same(&one, &turned));
    reads_back(&one);
}

/// Whether two results are the same row by row, but for the spelling of values.
fn same(one: &Rows, other: &Rows) -> bool {
    let rows = one.rows.iter().zip(&other.rows);
    rows.into_iter().all(|(a, b)| {
        let single =
            |row: &Vec<Value>| Rows { columns: one.columns.clone(), rows: vec![row.clone()] };
        compare(&single(a), &single(b), Order::Exact, 0.0).is_none()
    })
}

/// What a function returned as tuples or as structs is read as what it is; anything is read or told.
fn reads_back(rows: &Rows) {
    let objects: Vec<Value> = rows
        .rows
        .iter()
        .map(|row| rows.columns.iter().cloned().zip(row.iter().cloned()).collect())
        .map(Value::Object)
        .collect();
    let read = Rows::of_answer(&json!(objects), rows).unwrap();
    assert_eq!(compare(rows, &read, Order::Exact, 0.0), None, "{rows:?} as structs");
    if rows.columns.len() > 1 {
        let read = Rows::of_answer(&json!(rows.rows), rows).unwrap();
        assert_eq!(compare(rows, &read, Order::Exact, 0.0), None, "{rows:?} as tuples");
    }
    for value in rows.rows.iter().flatten() {
        let _ = Rows::of_answer(value, rows);
    }
}
