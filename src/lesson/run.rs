//! Runs the steps of a lesson on a database of its own and tells what happened.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::Once;
use std::{io, panic, thread};

use harness::protocol::{Failure, ServerError};
use postgres::{Client, SimpleQueryMessage};
use rand::RngExt;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use super::event::{Event, Table};
use super::out::{Out, SETTLE, sql_name};
use super::sessions::Sessions;
use super::step::{Action, Claim, Definition, Prediction, Sql, Step};
use crate::error::{Context, Error, Result};
use crate::postgres::address::Address;
use crate::postgres::database::{Database, Databases};
use crate::postgres::tap::{Log, Statement, Tap};

/// The connections of a lesson that is being walked. All of them go through a tap.
pub struct Stage {
    address: Address,
    log: Log,
    type_names: Vec<(u32, String)>,
    // Dropped in this order: connections before what they go through and to.
    client: Option<Client>,
    pool: Option<(tokio::runtime::Runtime, PgPool)>,
    tap: Tap,
    database: Database,
}

/// What a step did: events to show, and what a prediction can be held against.
#[derive(Debug, Default)]
pub struct Outcome {
    /// In order.
    pub events: Vec<Event>,
    /// What went over the wire.
    pub statements: Vec<Statement>,
}

impl Stage {
    /// A stage for a lesson, on a fresh database.
    pub fn of(lesson: &Definition, databases: &Databases) -> Result<Stage> {
        let mut database = databases.create(&lesson.fixture)?;
        database.allow(lesson.needs.may)?;
        Stage::new(database)
    }

    /// A stage on a database.
    pub fn new(database: Database) -> Result<Stage> {
        let tap = listen().and_then(|listener| Tap::on(listener, database.address.clone()));
        let tap = tap.context("cannot listen on the loopback")?;
        let address = database.address.through(tap.address().port());
        let log = tap.log();
        quiet_tasks();
        Ok(Stage { database, address, log, client: None, pool: None, type_names: Vec::new(), tap })
    }

    /// The port that the lesson's connections go to.
    pub fn port(&self) -> u16 {
        self.tap.address().port()
    }

    /// The lesson's database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Lets go of the connections and gives the database back.
    pub fn into_database(mut self) -> Database {
        self.close();
        self.database
    }

    /// Runs a step. An error means that the content or the server is at fault.
    pub fn run(&mut self, step: &Step) -> Result<Outcome> {
        let events = match &step.action {
            Action::Predict(_) | Action::Tell => Vec::new(),
            Action::Sql(sql) => self.run_sql(step.name, sql)?,
            Action::Sync(function) => {
                let mut out = self.out();
                let client = self.client()?;
                let result = function(client, &mut out);
                finish(step.name, result, out)?
            }
            Action::Url(function) => {
                let mut out = self.out();
                let result = function(&self.address.url(), &mut out);
                finish(step.name, result, out)?
            }
            Action::Sessions(function) => {
                let mut out = self.out();
                let direct = self.database.address.clone();
                let mut sessions = Sessions::new(self.address.clone(), direct, self.log.clone());
                let result = function(&mut sessions, &mut out);
                finish(step.name, result, out)?
            }
            Action::Async(function) => {
                let mut out = self.out();
                let (runtime, pool) = self.pool()?;
                let result = runtime.block_on(function.run(pool, &mut out));
                finish(step.name, result, out)?
            }
            Action::AsyncUrl(function) => {
                let mut out = self.out();
                let url = self.address.url();
                let (runtime, _) = self.pool()?;
                let result = runtime.block_on(function.run(&url, &mut out));
                finish(step.name, result, out)?
            }
        };
        self.log.settle(SETTLE);
        Ok(Outcome { events, statements: self.log.take() })
    }

    /// Runs SQL that a learner typed. Its failure is an event like any other.
    pub fn query(&mut self, text: &str) -> Result<Vec<Event>> {
        let messages = self.client()?.simple_query(text);
        let events = match messages {
            Ok(messages) => self.draw(&messages),
            Err(error) => Ok(vec![failure(error, text)?]),
        };
        // What a learner tries is not part of the step that follows.
        self.log.settle(SETTLE);
        self.log.take();
        events
    }

    fn out(&self) -> Out {
        Out::new(self.log.clone(), self.database.beside())
    }

    fn run_sql(&mut self, name: &str, sql: &Sql) -> Result<Vec<Event>> {
        let result = self.client()?.simple_query(sql.text);
        match (result, sql.fails) {
            (Ok(messages), None) => self.draw(&messages),
            (Ok(_), Some(wanted)) => Err(Error::Content(format!(
                "the step {name} was to fail with SQLSTATE {wanted}, and did not"
            ))),
            (Err(error), wanted) => match failure(error, sql.text)? {
                Event::Failed(server, text) if wanted == Some(server.sqlstate.as_str()) => {
                    Ok(vec![Event::Failed(server, text)])
                }
                Event::Failed(server, _) => Err(Error::Content(format!(
                    "the step {name} failed with SQLSTATE {}: {}",
                    server.sqlstate, server.message
                ))),
                other => Ok(vec![other]),
            },
        }
    }

    /// Turns the replies to a simple query into events. The types of the columns are on the wire
    /// and nowhere else, so they come from the tap.
    fn draw(&mut self, messages: &[SimpleQueryMessage]) -> Result<Vec<Event>> {
        self.log.settle(SETTLE);
        let statement = self.log.statements().pop();
        let time = statement.as_ref().map(|statement| statement.duration);
        let mut tags =
            statement.as_ref().map(|statement| statement.tags.clone()).unwrap_or_default();
        tags.reverse();
        let mut events = Vec::new();
        let mut table: Option<Table> = None;
        for message in messages {
            match message {
                SimpleQueryMessage::RowDescription(columns) => {
                    let oids = statement.iter().flat_map(|statement| &statement.columns);
                    let oids: Vec<u32> = oids
                        .filter(|column| columns.iter().any(|c| c.name() == column.name))
                        .map(|column| column.type_oid)
                        .collect();
                    let mut described = Vec::new();
                    for (index, column) in columns.iter().enumerate() {
                        let known = oids.len() == columns.len();
                        let name = if known { self.type_name(oids[index])? } else { String::new() };
                        described.push((column.name().to_owned(), name));
                    }
                    table = Some(Table { columns: described, rows: Vec::new(), time });
                }
                SimpleQueryMessage::Row(row) => {
                    if let Some(table) = &mut table {
                        let cells = (0..row.len()).map(|index| row.get(index).map(str::to_owned));
                        table.rows.push(cells.collect());
                    }
                }
                SimpleQueryMessage::CommandComplete(_) => {
                    let tag = tags.pop().unwrap_or_default();
                    events.push(match table.take() {
                        Some(table) => Event::Table(table),
                        None => Event::Done(tag, time),
                    });
                }
                _ => {}
            }
        }
        Ok(events)
    }

    fn type_name(&mut self, oid: u32) -> Result<String> {
        if let Some(known) = postgres::types::Type::from_oid(oid) {
            return Ok(sql_name(known.name()));
        }
        if let Some((_, name)) = self.type_names.iter().find(|(known, _)| *known == oid) {
            return Ok(name.clone());
        }
        let name: String = self
            .database
            .admin
            .connect()?
            .query_one("SELECT format_type($1, NULL)", &[&oid])
            .context("cannot look a type up")?
            .get(0);
        self.type_names.push((oid, name.clone()));
        Ok(name)
    }

    fn client(&mut self) -> Result<&mut Client> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            self.client = Some(self.address.connect()?);
        }
        self.client.as_mut().ok_or_else(|| Error::Bug("there is no client".to_owned()))
    }

    fn pool(&mut self) -> Result<(&tokio::runtime::Runtime, &PgPool)> {
        if self.pool.is_none() {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .context("cannot start tokio")?;
            let entered = runtime.enter();
            let pool = PgPoolOptions::new()
                .max_connections(10)
                .connect_lazy(&self.address.url())
                .map_err(|error| {
                Error::Bug(format!("the pool refused our own URL: {error}"))
            })?;
            drop(entered);
            self.pool = Some((runtime, pool));
        }
        match &self.pool {
            Some((runtime, pool)) => Ok((runtime, pool)),
            None => Err(Error::Bug("there is no pool".to_owned())),
        }
    }

    fn close(&mut self) {
        self.client = None;
        if let Some((runtime, pool)) = self.pool.take() {
            runtime.block_on(pool.close());
        }
    }
}

impl Outcome {
    /// Which choice of a prediction came true. That none or several did is the content's fault.
    pub fn settle(&self, name: &str, prediction: &Prediction) -> Result<usize> {
        let holds = |claim: &Claim| match claim {
            Claim::Works => self.sqlstate().is_none(),
            Claim::Fails(wanted) => self.sqlstate() == Some(wanted),
            Claim::Rows(wanted) => self.rows() == Some(*wanted),
            Claim::Value(wanted) => self.value() == Some(wanted),
        };
        let mut right = prediction.choices.iter().enumerate().filter(|(_, c)| holds(&c.claim));
        match (right.next(), right.next()) {
            (Some((index, _)), None) => Ok(index),
            (found, _) => Err(Error::Content(format!(
                "of the prediction {name}, {} choice came true",
                if found.is_some() { "more than one" } else { "no" }
            ))),
        }
    }

    fn sqlstate(&self) -> Option<&str> {
        self.events.iter().find_map(|event| match event {
            Event::Failed(server, _) => Some(server.sqlstate.as_str()),
            Event::Timeline(found) => found.sqlstate(),
            _ => None,
        })
    }

    fn rows(&self) -> Option<u64> {
        self.events.iter().find_map(|event| match event {
            Event::Table(table) => u64::try_from(table.rows.len()).ok(),
            Event::Done(tag, _) => tag.split(' ').next_back()?.parse().ok(),
            _ => None,
        })
    }

    fn value(&self) -> Option<&str> {
        self.events.iter().find_map(|event| match event {
            Event::Table(table) => table.rows.first()?.first()?.as_deref(),
            Event::Said(text) => Some(text.as_str()),
            Event::Timeline(found) => found.value(),
            _ => None,
        })
    }
}

/// The ports that lessons connect to. A lesson may print its own, and its transcript has a mask in that
/// place: no other number of a lesson is in here, and no SQLSTATE, which may be five digits, too.
pub(super) const PORTS: Range<u16> = 30_000..32_000;

fn listen() -> io::Result<TcpListener> {
    let bind = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let mut tried = (0..100).map(|_| bind(rand::rng().random_range(PORTS)));
    tried.find_map(io::Result::ok).map_or_else(|| bind(0), Ok)
}

/// A task that panics comes back as an error to whoever waits for it, and a lesson may show that.
/// The words that panics write by themselves, and a backtrace, would cover the screen.
fn quiet_tasks() {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // tokio's name for its threads.
            if thread::current().name() != Some("tokio-rt-worker") {
                loud(info);
            }
        }));
    });
}

fn finish(name: &str, result: super::step::Result<()>, out: Out) -> Result<Vec<Event>> {
    match result {
        Ok(()) => Ok(out.events),
        Err(error) => {
            let failure = Failure::of(&*error);
            Err(Error::Content(format!("the step {name} failed: {}", failure.display)))
        }
    }
}

/// An error of the server as an event; an error of the connection as an error.
fn failure(error: postgres::Error, sql: &str) -> Result<Event> {
    let gone = |server: &ServerError| server.sqlstate.starts_with("57P");
    match Failure::of(&error).server {
        Some(server) if !gone(&server) => Ok(Event::Failed(server, sql.to_owned())),
        _ => Err(Error::Server { context: "the server went away".to_owned(), source: error }),
    }
}
