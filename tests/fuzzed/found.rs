//! Inputs on which something did not hold once.

use crate::holds;

/// Each of these lies within the tolerance of others, and the first that fits is the wrong one.
#[test]
fn rows_near_each_other_are_paired_so_that_all_have_one() {
    use pglings::grade::kit::compare::{Order, Rows, compare};
    let rows = |numbers: [f64; 3]| Rows {
        columns: vec!["n".to_owned()],
        rows: numbers.map(|number| vec![number.into()]).into(),
    };
    let (one, turned) = (rows([1.0, 0.0, 2.0]), rows([2.0, 1.0, 0.0]));
    assert_eq!(compare(&one, &turned, Order::Any, 1.0), None);
}

#[test]
fn integers_beyond_what_a_double_holds_are_told_apart() {
    use pglings::grade::kit::compare::{Order, Rows, compare};
    let rows =
        |number: i64| Rows { columns: vec!["n".to_owned()], rows: vec![vec![number.into()]] };
    assert!(compare(&rows(i64::MAX), &rows(i64::MAX - 1), Order::Any, 0.0).is_some());
    assert_eq!(compare(&rows(i64::MAX), &rows(i64::MAX - 1), Order::Any, 1.0), None);
}

/// A password before an `@`, without the scheme that makes it a connection string.
#[test]
fn a_source_that_is_refused_does_not_show_a_password() {
    holds::command_line(b"host:5432/db");
}

/// Ten bytes of a numeric stand for a hundred thousand digits, and an array has many.
#[test]
fn an_array_of_long_numbers_takes_no_more_memory_than_it_may() {
    let element = [&10_u32.to_be_bytes()[..], &[0, 1, 127, 255, 0, 0, 0, 0, 0, 1]].concat();
    let count = 1_000_u32;
    let head = [&[0, 0, 0, 1, 0, 0, 0, 0][..], &1700_u32.to_be_bytes(), &count.to_be_bytes()];
    let array = [&head.concat()[..], &[0, 0, 0, 1], &element.repeat(1_000)].concat();
    holds::values(&[&[25, 0], &array[..]].concat());
}

#[test]
fn a_progress_file_with_more_hints_than_can_be_counted_is_no_panic() {
    let most = usize::MAX;
    let text = format!("{{\"version\":1,\"exercises\":{{\"07_insert\":{{\"hints\":{most}}}}}}}");
    holds::progress(text.as_bytes());
}
