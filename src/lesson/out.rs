//! What a Rust step reports with.

use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

use harness::protocol::Failure;
use postgres::Client;
use postgres::types::{FromSql, Type};
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};

use super::event::{Chart, Event, Table};
use super::sessions::Sessions;
use crate::postgres::pooler::Pooler;
use crate::postgres::programs::{Beside, Programs};
use crate::postgres::schema::Schema;
use crate::postgres::tap::{Log, display_value};
use crate::postgres::throwaway::Throwaway;

/// How long the record of the wire may lag behind a reply.
pub(super) const SETTLE: Duration = Duration::from_secs(2);

/// Collects what a step has to say.
#[derive(Debug, Default)]
pub struct Out {
    pub(crate) events: Vec<Event>,
    /// The record of the lesson's wire.
    log: Log,
    /// The lesson's database.
    beside: Option<Beside>,
}

impl Out {
    /// For a step whose connections go through the tap of this log.
    pub(crate) fn new(log: Log, beside: Beside) -> Out {
        Out { events: Vec::new(), log, beside: Some(beside) }
    }

    /// A line of text.
    pub fn say(&mut self, text: impl Display) {
        self.events.push(Event::Said(text.to_string()));
    }

    /// One row, drawn as a table.
    pub fn row<R: Tabular>(&mut self, row: &R) {
        self.rows(std::slice::from_ref(row));
    }

    /// Rows, drawn as a table.
    pub fn rows<R: Tabular>(&mut self, rows: &[R]) {
        let columns = rows.first().map(Tabular::columns).unwrap_or_default();
        let rows = rows.iter().map(Tabular::cells).collect();
        self.events.push(Event::Table(Table { columns, rows, time: None }));
    }

    /// A table of our own making: names of columns, then rows of the same length.
    pub fn table(&mut self, columns: &[&str], rows: &[Vec<String>]) {
        let columns = columns.iter().map(|name| ((*name).to_owned(), String::new())).collect();
        let rows = rows.iter().map(|row| row.iter().cloned().map(Some).collect()).collect();
        self.events.push(Event::Table(Table { columns, rows, time: None }));
    }

    /// Figures, drawn as bars: `out.chart("rows per second", &[("COPY", 48_000.0)])`.
    pub fn chart(&mut self, title: &str, bars: &[(&str, f64)]) {
        let bars = bars.iter().map(|(name, figure)| ((*name).to_owned(), *figure)).collect();
        self.events.push(Event::Chart(Chart { title: title.to_owned(), bars }));
    }

    /// The tables of the schema `public` and what refers to what, drawn from the catalog.
    pub fn diagram(&mut self, client: &mut Client) -> Result<(), postgres::Error> {
        self.events.push(Event::Diagram(Schema::read(client, "public")?));
        Ok(())
    }

    /// What the sessions did since the last timeline, drawn with a column for each.
    pub fn timeline(&mut self, sessions: &Sessions) -> super::Result<()> {
        self.log.settle(SETTLE);
        self.events.push(Event::Timeline(sessions.timeline()?));
        Ok(())
    }

    /// Begins to record the messages of the lesson's connections.
    pub fn listen(&mut self) {
        self.log.settle(SETTLE);
        self.log.take_messages();
        self.log.record_messages(true);
    }

    /// Ends that, and shows the messages that passed.
    pub fn heard(&mut self, title: &str) {
        self.log.settle(SETTLE);
        self.log.record_messages(false);
        self.events.push(Event::Messages(title.to_owned(), self.log.take_messages()));
    }

    /// A PostgreSQL server of this step's own, that may be killed. Settings as in
    /// `postgresql.conf`: `["max_connections=5"]`.
    pub fn throwaway(&self, settings: &[&str]) -> Result<Throwaway, crate::error::Error> {
        Throwaway::start(self.beside.as_ref().and_then(|it| it.binaries.clone()), settings)
    }

    /// PostgreSQL's own programs on the lesson's database, in a folder of their own:
    /// `out.programs()?.text("pg_dump", &["--schema-only"])?`.
    pub fn programs(&self) -> Result<Programs, crate::error::Error> {
        Programs::new(self.beside()?.clone())
    }

    /// A real PgBouncer before the lesson's database, with settings as in `pgbouncer.ini`; none, where the
    /// machine has none.
    pub fn pooler(&self, settings: &[&str]) -> Result<Option<Pooler>, crate::error::Error> {
        Pooler::start(self.beside()?, settings)
    }

    /// The name for a role that the step creates: others create theirs on the same server.
    pub fn role(&self, name: &str) -> Result<String, crate::error::Error> {
        Ok(self.beside()?.role(name))
    }

    fn beside(&self) -> Result<&Beside, crate::error::Error> {
        let none = || crate::error::Error::Bug("a step without a database".to_owned());
        self.beside.as_ref().ok_or_else(none)
    }

    /// An error, shown as the learner will meet it.
    pub fn error(&mut self, error: &(dyn Error + 'static)) {
        let failure = Failure::of(error);
        self.events.push(match failure.server {
            Some(server) => Event::Failed(server, String::new()),
            None => Event::Trouble(failure.display),
        });
    }
}

/// A row of either client.
pub trait Tabular: Sized {
    /// Names and types of the columns.
    fn columns(&self) -> Vec<(String, String)>;
    /// The values as text.
    fn cells(&self) -> Vec<Option<String>>;
}

/// A value as it came over the wire.
struct Raw<'a>(Type, &'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Raw(ty.clone(), raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Tabular for postgres::Row {
    fn columns(&self) -> Vec<(String, String)> {
        let columns = postgres::Row::columns(self).iter();
        columns.map(|c| (c.name().to_owned(), sql_name(c.type_().name()))).collect()
    }

    fn cells(&self) -> Vec<Option<String>> {
        (0..self.len())
            .map(|index| {
                let Raw(ty, raw) = self.try_get::<_, Option<Raw<'_>>>(index).ok().flatten()?;
                Some(display_value(ty.oid(), Some(ty.name()), true, raw))
            })
            .collect()
    }
}

impl Tabular for sqlx::postgres::PgRow {
    fn columns(&self) -> Vec<(String, String)> {
        let name = |c: &sqlx::postgres::PgColumn| {
            (c.name().to_owned(), sql_name(&c.type_info().name().to_lowercase()))
        };
        sqlx::Row::columns(self).iter().map(name).collect()
    }

    fn cells(&self) -> Vec<Option<String>> {
        (0..self.len())
            .map(|index| {
                let value = self.try_get_raw(index).ok().filter(|value| !value.is_null())?;
                let info = value.type_info();
                let oid = info.oid().map_or(0, |oid| oid.0);
                let name = info.name().to_lowercase();
                let binary = value.format() == sqlx::postgres::PgValueFormat::Binary;
                Some(display_value(oid, Some(&name), binary, value.as_bytes().ok()?))
            })
            .collect()
    }
}

/// A type's name as it is written in SQL, where PostgreSQL calls it otherwise inside.
pub(crate) fn sql_name(internal: &str) -> String {
    if let Some(element) = internal.strip_prefix('_') {
        return format!("{}[]", sql_name(element));
    }
    let name = match internal {
        "int2" => "smallint",
        "int4" => "integer",
        "int8" => "bigint",
        "float4" => "real",
        "float8" => "double precision",
        "bool" => "boolean",
        "bpchar" => "char",
        "unknown" => "text",
        other => other,
    };
    name.to_owned()
}
