use std::time::Duration;

use harness::protocol::ServerError;

use super::*;
use crate::report::look::{Look, PLAIN};
use TransactionStatus::{Idle, InTransaction};

fn moment(
    session: usize,
    sql: Option<&str>,
    reply: Option<Reply>,
    status: [TransactionStatus; 2],
) -> Moment {
    Moment {
        session,
        sql: sql.map(str::to_owned),
        waited: (sql.is_none()).then_some(Duration::from_millis(3)),
        reply,
        before: status[0],
        after: status[1],
    }
}

fn tag(tag: &str) -> Option<Reply> {
    Some(Reply { tag: tag.to_owned(), ..Reply::default() })
}

fn timeline() -> Timeline {
    let balance = Reply {
        columns: vec!["owner".into(), "balance".into()],
        rows: vec![vec![Some("Ann".into()), Some("100".into())], vec![Some("Bo".into()), None]],
        ..Reply::default()
    };
    let error = ServerError {
        sqlstate: "40001".into(),
        message: "could not serialize access due to concurrent update".into(),
        detail: None,
        hint: None,
        position: None,
        constraint: None,
    };
    let update = "UPDATE accounts SET balance = balance - 10 WHERE owner = 'Ann'";
    let moments = vec![
        moment(0, Some("BEGIN"), tag("BEGIN"), [Idle, InTransaction]),
        moment(1, Some("SELECT * FROM accounts"), Some(balance), [Idle, Idle]),
        moment(0, Some(update), tag("UPDATE 1"), [InTransaction, InTransaction]),
        moment(1, Some(update), None, [Idle, Idle]),
        moment(0, Some("COMMIT"), tag("COMMIT"), [InTransaction, Idle]),
        moment(1, None, Some(Reply { error: Some(error), ..Reply::default() }), [Idle, Idle]),
    ];
    Timeline { sessions: vec!["phone".into(), "laptop".into()], moments }
}

#[test]
fn each_session_has_a_column_and_a_wait_is_a_line() {
    let expected = "\
── phone ──────────────────  ── laptop ─────────────────
┌ BEGIN
│                              SELECT * FROM accounts
│                              → owner  balance
│                                Ann    100
│                                Bo     NULL
│ UPDATE accounts
│   SET balance = balance
│     - 10
│   WHERE owner = 'Ann'
│ → UPDATE 1
│                              UPDATE accounts
│                                SET balance = balance
│                                  - 10
│                                WHERE owner = 'Ann'
│                            ┊ waits
└ COMMIT                     ┊
                               ✗ 40001 could not
                                 serialize access due to
                                 concurrent update";
    let drawn = draw(&timeline(), Look { width: 56, ..PLAIN }, false);
    assert_eq!(drawn, expected, "{drawn}");
    assert!(draw(&timeline(), PLAIN, true).ends_with("after 3.00 ms"));
}

#[test]
fn a_narrow_screen_has_one_column_with_names() {
    let drawn = draw(&timeline(), Look { width: 40, ..PLAIN }, false);
    let expected = "\
phone  ┌ BEGIN
laptop   SELECT * FROM accounts
         → owner  balance
           Ann    100
           Bo     NULL
phone  │ UPDATE accounts
       │   SET balance = balance - 10
       │   WHERE owner = 'Ann'
       │ → UPDATE 1
laptop   UPDATE accounts
           SET balance = balance - 10
           WHERE owner = 'Ann'
       ┊ waits
phone  └ COMMIT
laptop   ✗ 40001 could not serialize
           access due to concurrent
           update";
    assert_eq!(drawn, expected, "{drawn}");
}

#[test]
fn it_keeps_to_its_width_and_to_ascii_where_it_must() {
    for width in [20, 30, 40, 56, 80, 100] {
        let drawn = draw(&timeline(), Look { width, unicode: false, ..PLAIN }, true);
        assert!(drawn.lines().all(|line| display_width(line) <= width), "{width}\n{drawn}");
        assert!(drawn.is_ascii(), "{drawn}");
    }
}

#[test]
fn a_commit_that_was_a_rollback_says_so() {
    let moments =
        vec![moment(0, Some("COMMIT"), tag("ROLLBACK"), [TransactionStatus::Failed, Idle])];
    let drawn = draw(&Timeline { sessions: vec!["phone".into()], moments }, PLAIN, false);
    assert!(drawn.ends_with("│ COMMIT\n└ → ROLLBACK"), "{drawn}");
}

#[test]
fn a_reader_hears_a_sentence_for_each_moment() {
    let look = Look { spoken: true, unicode: false, ..PLAIN };
    let expected = "\
phone: BEGIN.
laptop: SELECT * FROM accounts. Answer: owner Ann, balance 100; owner Bo, balance NULL.
phone: UPDATE accounts SET balance = balance - 10 WHERE owner = 'Ann'. Answer: UPDATE 1.
laptop: UPDATE accounts SET balance = balance - 10 WHERE owner = 'Ann'. Waits for phone.
phone: COMMIT.
laptop: Waits no longer. Error 40001: could not serialize access due to concurrent update.";
    assert_eq!(draw(&timeline(), look, false), expected);
}
