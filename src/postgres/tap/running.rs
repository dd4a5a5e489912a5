//! What is known of prepared statements, portals, and statements in flight.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pgwire::messages::data::RowDescription;
use pgwire::messages::extendedquery::{Bind, Parse};
use pgwire::messages::response::ErrorResponse;

use super::statement::{Column, Param, Protocol, ServerError, Statement, TransactionStatus};

/// A statement that a `Parse` named. It is shared, because a later `Parse` may take over its name
/// while executions of it are still in flight.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) name: String,
    sql: String,
    types: Vec<u32>,
    described: OnceLock<Vec<u32>>,
    columns: OnceLock<Vec<Column>>,
    /// Parsed, and not executed since.
    fresh: AtomicBool,
    truncated: bool,
}

impl Prepared {
    pub(super) fn new(parse: Parse, truncated: bool) -> Prepared {
        Prepared {
            name: parse.name.unwrap_or_default(),
            sql: parse.query,
            types: parse.type_oids,
            described: OnceLock::new(),
            columns: OnceLock::new(),
            fresh: AtomicBool::new(true),
            truncated,
        }
    }

    /// Takes the parameters' types. A second `Describe` can only say the same.
    pub(super) fn describe(&self, types: Vec<u32>) {
        let _ = self.described.set(types);
    }

    /// Takes the result's columns, likewise.
    pub(super) fn returns(&self, columns: Vec<Column>) {
        let _ = self.columns.set(columns);
    }

    /// A client may leave types to the server by naming fewer of them, or 0.
    fn type_of(&self, parameter: usize) -> u32 {
        let named = self.types.get(parameter).copied().filter(|&oid| oid != 0);
        let described = || self.described.get().and_then(|types| types.get(parameter).copied());
        named.or_else(described).unwrap_or(0)
    }
}

/// A portal: a prepared statement with its parameters.
#[derive(Debug)]
pub(super) struct Bound {
    started: Duration,
    name: String,
    prepared: Option<Arc<Prepared>>,
    values: Vec<(Option<Vec<u8>>, bool)>,
    columns: OnceLock<Vec<Column>>,
    truncated: bool,
    /// Whether an `Execute` of it was sent: the next one continues, and starts later.
    executed: AtomicBool,
}

impl Bound {
    pub(super) fn new(
        started: Duration,
        bind: Bind,
        prepared: Option<Arc<Prepared>>,
        truncated: bool,
    ) -> Bound {
        let formats = bind.parameter_format_codes;
        // No format means text for all, one format is for all, else there is one for each.
        let binary = |at: usize| match formats.as_slice() {
            [] => false,
            [all] => *all == 1,
            each => each.get(at) == Some(&1),
        };
        let values = bind.parameters.into_iter().enumerate();
        let values = values.map(|(at, value)| (value.map(|raw| raw.to_vec()), binary(at)));
        Bound {
            started,
            name: bind.statement_name.unwrap_or_default(),
            prepared,
            values: values.collect(),
            columns: OnceLock::new(),
            truncated,
            executed: AtomicBool::new(false),
        }
    }

    /// Takes the result's columns.
    pub(super) fn returns(&self, columns: Vec<Column>) {
        let _ = self.columns.set(columns);
    }

    /// The values, with the types that they are known to have by now.
    pub(super) fn params(&self) -> Vec<Param> {
        let values = self.values.iter().enumerate();
        let params = values.map(|(at, (value, binary))| Param {
            type_oid: self.prepared.as_ref().map_or(0, |prepared| prepared.type_of(at)),
            value: value.clone(),
            binary: *binary,
        });
        params.collect()
    }
}

/// A statement on its way.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) protocol: Protocol,
    pub(super) prepared: Option<Arc<Prepared>>,
    pub(super) bound: Option<Arc<Bound>>,
    sql: String,
    parsed: bool,
    pub(super) columns: Vec<Column>,
    started: Duration,
    pub(super) finished: Duration,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) tags: Vec<String>,
    pub(super) error: Option<ServerError>,
    pub(super) truncated: bool,
}

impl Running {
    fn new(protocol: Protocol, started: Duration) -> Running {
        Running {
            protocol,
            prepared: None,
            bound: None,
            sql: String::new(),
            parsed: protocol != Protocol::Extended,
            columns: Vec::new(),
            started,
            finished: started,
            rows: 0,
            bytes: 0,
            tags: Vec::new(),
            error: None,
            truncated: false,
        }
    }

    pub(super) fn query(at: Duration, sql: String, truncated: bool) -> Running {
        Running { sql, truncated, ..Running::new(Protocol::Simple, at) }
    }

    pub(super) fn prepare(at: Duration, prepared: Arc<Prepared>) -> Running {
        let truncated = prepared.truncated;
        let prepared = Some(prepared);
        Running { prepared, truncated, ..Running::new(Protocol::Prepare, at) }
    }

    /// An execution of a portal; `None` for one the tap never saw, as a cursor made in SQL.
    pub(super) fn execute(at: Duration, bound: Option<Arc<Bound>>) -> Running {
        let mut run = Running::new(Protocol::Extended, at);
        if let Some(bound) = &bound {
            if !bound.executed.swap(true, Ordering::Relaxed) {
                run.started = bound.started;
            }
            run.prepared = bound.prepared.clone();
            run.truncated = bound.truncated;
        }
        if let Some(prepared) = &run.prepared {
            run.parsed = prepared.fresh.swap(false, Ordering::Relaxed);
            run.truncated |= prepared.truncated;
        }
        Running { bound, ..run }
    }

    /// Ends it with an error.
    pub(super) fn fail(&mut self, at: Duration, error: ServerError) {
        self.finished = at;
        self.error = Some(error);
    }

    /// Ends it without an answer, unless it has one.
    pub(super) fn settle(&mut self, at: Duration) {
        if self.error.is_none() && self.tags.is_empty() {
            self.finished = at;
        }
    }

    pub(super) fn sql(&self) -> &str {
        self.prepared.as_ref().map_or(&self.sql, |prepared| &prepared.sql)
    }

    /// The finished statement; its connection is filled in by the recorder.
    pub(super) fn end(self, before: TransactionStatus, after: TransactionStatus) -> Statement {
        let sql = self.sql().to_owned();
        let (prepared, bound) = (self.prepared.as_ref(), self.bound.as_ref());
        let name = bound.map(|bound| &bound.name).or(prepared.map(|prepared| &prepared.name));
        let described = bound.and_then(|bound| bound.columns.get());
        let described = described.or(prepared.and_then(|prepared| prepared.columns.get()));
        Statement {
            connection: 0,
            sql,
            protocol: self.protocol,
            parsed: self.parsed,
            prepared: name.cloned().unwrap_or_default(),
            params: bound.map(|bound| bound.params()).unwrap_or_default(),
            before,
            after,
            rows: self.rows,
            bytes: self.bytes,
            tag: self.tags.last().cloned(),
            columns: described.cloned().unwrap_or(self.columns),
            tags: self.tags,
            error: self.error,
            started: self.started,
            duration: self.finished.saturating_sub(self.started),
            truncated: self.truncated,
        }
    }
}

/// Adds an execution to those that are answered. It takes the place of its own `Parse`, with that
/// one's error if it failed.
pub(super) fn merge(done: &mut Vec<Running>, mut run: Running) {
    // Its `Bind` failed, and stands here with the error already: this one came after that.
    let failed = |earlier: &Running| {
        let portals = earlier.bound.as_ref().zip(run.bound.as_ref());
        earlier.error.is_some() && portals.is_some_and(|(a, b)| Arc::ptr_eq(a, b))
    };
    if run.error.is_none() && run.tags.is_empty() && done.last().is_some_and(failed) {
        return;
    }
    let place = done.iter().position(|earlier| {
        let prepared = earlier.prepared.as_ref().zip(run.prepared.as_ref());
        earlier.protocol == Protocol::Prepare && prepared.is_some_and(|(a, b)| Arc::ptr_eq(a, b))
    });
    if let Some(place) = place.filter(|_| run.parsed) {
        let parse = done.remove(place);
        run.started = run.started.min(parse.started);
        if let Some(error) = parse.error {
            run.fail(parse.finished, error);
        }
    }
    done.push(run);
}

/// The columns of a `RowDescription`.
pub(super) fn columns(row: RowDescription) -> Vec<Column> {
    let column = |field: pgwire::messages::data::FieldDescription| Column {
        name: field.name,
        type_oid: field.type_id,
    };
    row.fields.into_iter().map(column).collect()
}

/// The fields of an `ErrorResponse` that are kept.
pub(super) fn error(response: ErrorResponse) -> ServerError {
    let field = |code: u8| {
        let found = response.fields.iter().find(|(other, _)| *other == code);
        found.map(|(_, text)| text.clone())
    };
    ServerError {
        sqlstate: field(b'C').unwrap_or_default(),
        message: field(b'M').unwrap_or_default(),
        position: field(b'P').and_then(|position| position.parse().ok()),
    }
}
