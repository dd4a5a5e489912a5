//! What several sessions did, in the order in which it happened.

use std::time::Duration;

use harness::protocol::ServerError;

use crate::postgres::tap::{Statement, TransactionStatus};

/// What happened in sessions that act in turn, and who waited for whom.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// The names of the sessions.
    pub sessions: Vec<String>,
    /// What they did, in order.
    pub moments: Vec<Moment>,
}

/// One thing that a session did: it sent a statement, or had the reply to one that waited.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Which session, counted from 0.
    pub session: usize,
    /// What it sent. `None`: the reply is to the statement that waited.
    pub sql: Option<String>,
    /// What came back. `None`: it waits from now on.
    pub reply: Option<Reply>,
    /// Its transaction before.
    pub before: TransactionStatus,
    /// Its transaction after.
    pub after: TransactionStatus,
    /// How long it waited, if the wait ends here.
    pub waited: Option<Duration>,
}

/// What the server answered to one statement.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The values as the server prints them; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// The error, if it was refused.
    pub error: Option<ServerError>,
    /// `UPDATE 1`: what the server says that it did.
    pub tag: String,
}

impl Reply {
    /// The first column of the first row; `NULL` and "" if there is none.
    pub fn value(&self) -> &str {
        match self.rows.first().and_then(|row| row.first()) {
            Some(Some(value)) => value,
            Some(None) => "NULL",
            None => "",
        }
    }

    /// The SQLSTATE, if it was refused.
    pub fn sqlstate(&self) -> Option<&str> {
        self.error.as_ref().map(|error| error.sqlstate.as_str())
    }
}

/// A statement as its session and as the tap know it.
#[derive(Debug, Clone)]
pub(super) struct Passed {
    pub(super) session: usize,
    pub(super) statement: Statement,
    pub(super) reply: Reply,
    /// The turn in which its wait was found to have ended, if the server said that it waits.
    pub(super) waited: Option<usize>,
}

impl Timeline {
    /// The SQLSTATE of the first error in it.
    pub fn sqlstate(&self) -> Option<&str> {
        self.replies().find_map(Reply::sqlstate)
    }

    /// The first value of the last rows in it.
    pub fn value(&self) -> Option<&str> {
        self.replies().filter(|reply| !reply.rows.is_empty()).last().map(Reply::value)
    }

    fn replies(&self) -> impl Iterator<Item = &Reply> {
        self.moments.iter().filter_map(|moment| moment.reply.as_ref())
    }

    /// Puts statements in the order of the tap's clock.
    ///
    /// A statement that did not wait is one moment, at its start. One that waited has another at
    /// its end, which is after all that had been started by then. Of several that end between the
    /// same two starts the clock says nothing, since the server's processes race: they come in the
    /// order in which the lesson asked for them.
    pub(super) fn of(sessions: Vec<String>, mut passed: Vec<Passed>) -> Timeline {
        passed.sort_by_key(|one| one.statement.started);
        let mut ends: Vec<Option<&Passed>> =
            passed.iter().map(|one| one.waited.is_some().then_some(one)).collect();
        ends.sort_by_key(|one| one.and_then(|one| one.waited));
        let mut moments = Vec::new();
        for (index, one) in passed.iter().enumerate() {
            moments.push(one.begun());
            let next = passed.get(index + 1).map(|next| next.statement.started);
            for slot in &mut ends {
                let over = slot.filter(|slot| {
                    let end = slot.statement.started + slot.statement.duration;
                    slot.statement.started <= one.statement.started
                        && next.is_none_or(|next| end <= next)
                });
                if let Some(over) = over {
                    moments.push(over.over());
                    *slot = None;
                }
            }
        }
        Timeline { sessions, moments }
    }
}

impl Passed {
    fn begun(&self) -> Moment {
        let statement = &self.statement;
        let waits = self.waited.is_some();
        Moment {
            session: self.session,
            sql: Some(statement.sql.clone()),
            reply: (!waits).then(|| self.reply.clone()),
            before: statement.before,
            after: if waits { statement.before } else { statement.after },
            waited: None,
        }
    }

    fn over(&self) -> Moment {
        Moment {
            session: self.session,
            sql: None,
            reply: Some(self.reply.clone()),
            before: self.statement.before,
            after: self.statement.after,
            waited: Some(self.statement.duration),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::tap::Protocol;

    fn passed(session: usize, sql: &str, span: (u64, u64), waited: Option<usize>) -> Passed {
        let statement = Statement {
            connection: 1,
            sql: sql.to_owned(),
            protocol: Protocol::Simple,
            parsed: true,
            prepared: String::new(),
            params: Vec::new(),
            before: TransactionStatus::Idle,
            after: TransactionStatus::Idle,
            rows: 0,
            bytes: 0,
            tag: None,
            tags: Vec::new(),
            columns: Vec::new(),
            error: None,
            started: Duration::from_millis(span.0),
            duration: Duration::from_millis(span.1 - span.0),
            truncated: false,
        };
        Passed { session, statement, reply: Reply::default(), waited }
    }

    fn told(passed: Vec<Passed>) -> Vec<String> {
        let timeline = Timeline::of(vec!["a".into(), "b".into()], passed);
        let tell = |moment: &Moment| {
            let what = moment.sql.as_deref().unwrap_or("over");
            let waits = if moment.reply.is_none() { " waits" } else { "" };
            format!("{} {what}{waits}", timeline.sessions[moment.session])
        };
        timeline.moments.iter().map(tell).collect()
    }

    #[test]
    fn a_wait_ends_after_what_ended_it() {
        // b's reply is on the wire before a's, as it may be.
        let found = told(vec![
            passed(1, "two", (10, 31), Some(0)),
            passed(0, "one", (1, 2), None),
            passed(0, "three", (20, 32), None),
            passed(0, "four", (40, 41), None),
        ]);
        assert_eq!(found, ["a one", "b two waits", "a three", "b over", "a four"]);
    }

    #[test]
    fn waits_that_end_together_are_told_in_the_order_of_the_lesson() {
        for ends in [(30, 31), (31, 30)] {
            let found = told(vec![
                passed(0, "one", (1, ends.0), Some(1)),
                passed(1, "two", (10, ends.1), Some(0)),
            ]);
            assert_eq!(found, ["a one waits", "b two waits", "b over", "a over"]);
        }
    }
}
