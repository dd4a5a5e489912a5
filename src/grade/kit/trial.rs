//! One check at work: it calls the answer, and looks at the database and the wire.

use std::collections::VecDeque;
use std::net::TcpListener;
use std::time::Duration;

use harness::protocol::{AS_NEW, Failure, Request, Response};
use postgres::{Client, SimpleQueryMessage};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::called::{self, Called};
use super::compare::Rows;
use super::folder::Folder;
use super::peers::Peers;
use super::wire::{Wire, is_internal};
use super::{Message, Outcome, Statement, Stop, wrong};
use crate::error::{Context, Error};
use crate::grade::answer::Lane;
use crate::postgres::address::Address;
use crate::postgres::database::Database;
use crate::postgres::pooler::Pooler;
use crate::postgres::programs::Programs;
use crate::postgres::tap::{Log, Tap};

/// How many connections a pool of an answer may open.
pub(super) const POOL: u32 = 5;

/// How long the record of the wire may lag behind a reply.
const SETTLE: Duration = Duration::from_secs(2);

/// What the grader's session begins with. An answer may have made a schema that goes by our login
/// (`"$user"` comes first in the default path), kept a lock, or made a view that never ends.
const GUARD: &str =
    "SET search_path = public; SET lock_timeout = '3s'; SET statement_timeout = '5s'";

/// Where a check is made: a database, and what the check before has left open there.
pub(super) struct Place {
    /// The grader's session.
    client: Option<Client>,
    /// The way of the answer's sessions.
    tap: Option<Tap>,
    pub(super) database: Database,
}

impl From<Database> for Place {
    fn from(database: Database) -> Place {
        Place { client: None, tap: None, database }
    }
}

/// One check at work: an answer, a database, and the wire between them.
pub struct Trial<'a> {
    answer: Lane<'a>,
    address: Address,
    log: Log,
    /// What was sent before the last call.
    earlier: Vec<Statement>,
    /// The sessions that the answer had opened before.
    opened: usize,
    client: Option<Client>,
    called: bool,
    stays: bool,
    pool: u32,
    peers: Peers,
    tap: Tap,
    database: Database,
}

/// A PgBouncer before a check's database. Dropping it ends it.
pub struct Pooled {
    /// For functions of the answer that connect by themselves.
    pub url: String,
    tap: Tap,
    pooler: Pooler,
}

impl Pooled {
    /// What an answer has sent to it.
    pub fn sent(&self) -> Wire {
        self.tap.log().settle(SETTLE);
        Wire::of(self.tap.log().statements())
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.pooler.kill();
    }
}

/// A moment of a check.
#[derive(Debug, Clone, Copy)]
pub struct Mark(Duration);

impl<'a> Trial<'a> {
    pub(super) fn new(place: Place, answer: Lane<'a>) -> Outcome<Trial<'a>> {
        let Place { client, tap, database } = place;
        let tap = tap.map_or_else(|| Tap::on(answer.listen()?, database.address.clone()), Ok);
        let tap = tap.context("cannot listen on the loopback")?;
        answer.works_in(&database);
        let address = database.address.through(tap.address().port());
        let log = tap.log();
        // What the check before has sent, and what made its sessions as new.
        log.settle(SETTLE);
        log.take();
        Ok(Trial {
            answer,
            address,
            opened: log.connections(),
            log,
            earlier: Vec::new(),
            client,
            called: false,
            stays: false,
            pool: POOL,
            peers: Peers::default(),
            tap,
            database,
        })
    }

    /// Listens on a port that the answer can connect to: for a stand-in for a server.
    pub fn listen(&mut self) -> Outcome<TcpListener> {
        let listener = self.answer.listen();
        Ok(listener.context("cannot listen on the loopback")?)
    }

    /// A folder that the answer may write in.
    pub fn folder(&mut self) -> Outcome<Folder> {
        Ok(self.answer.folder()?)
    }

    /// A port that the answer may connect to, and on which nobody listens.
    pub fn closed_port(&mut self) -> Outcome<u16> {
        let port = self.answer.closed();
        Ok(port.context("cannot listen on the loopback")?)
    }

    /// Calls a function of the answer with these arguments after the client or pool: a tuple.
    pub fn call<T: DeserializeOwned>(
        &mut self,
        function: &str,
        arguments: impl Serialize,
    ) -> Outcome<Called<T>> {
        let arguments = called::arguments(arguments)?;
        // The record of the call before may lag behind its reply. If that call has left a statement
        // running, whoever asks what was sent says so.
        self.log.settle(SETTLE);
        self.earlier.extend(self.log.take());
        self.called = true;
        let response = self.answer.call(function, self.address.url(), self.pool, arguments)?;
        if let Response::Failed(failure) | Response::NoConnection(failure) = &response {
            self.crowded_out(failure)?;
        }
        let result = called::result(function, response, &self.database.grader)?;
        let sql = match &result {
            Err(failure) if failure.server.is_some() => self.refused()?,
            _ => String::new(),
        };
        Ok(Called::new(function, result, sql))
    }

    /// On a server of somebody's own, others may take the connections that an answer needs. One
    /// that has opened many itself has used them up, and one that has opened none was not there.
    fn crowded_out(&self, failure: &Failure) -> Outcome {
        let full = failure.server.as_ref().is_some_and(|server| server.sqlstate == "53300");
        let tried = (1..=2 * POOL as usize).contains(&self.connections());
        if full && tried && self.database.binaries.is_none() {
            return Err(Error::NoServer(format!(
                "the server has no connection left for the answer: {}. Others use it too: close \
                 some sessions, or try again later",
                failure.display
            ))
            .into());
        }
        Ok(())
    }

    /// The SQL of the last statement that failed.
    fn refused(&mut self) -> Outcome<String> {
        Ok(called::refused(self.statements()?))
    }

    /// The URL that the answer's connections go to: for functions that connect by themselves.
    pub fn url(&self) -> String {
        self.address.url()
    }

    /// The name of the check's database.
    pub fn database_name(&self) -> &str {
        &self.database.name
    }

    /// How many connections a pool that is handed to the answer may open.
    pub fn pool(&mut self, connections: u32) {
        self.pool = connections;
    }

    /// Closes the answer's connections, as the end of its program would.
    pub fn disconnect(&mut self) -> Outcome {
        let url = self.address.url();
        self.answer.ask(Request::Disconnect { url })?;
        Ok(())
    }

    /// What went over the wire in the last call. What a client asks for its own purposes (the
    /// names of types it does not know) is left out.
    pub fn statements(&mut self) -> Outcome<VecDeque<Statement>> {
        self.settle()?;
        let all = self.log.statements().into_iter();
        Ok(all.filter(|statement| !is_internal(statement)).collect())
    }

    /// This moment, to look later at all that was sent [since](Trial::sent_since).
    pub fn mark(&self) -> Mark {
        Mark(self.log.now())
    }

    /// What went over the wire since a mark, in all calls.
    pub(super) fn statements_since(&mut self, mark: Mark) -> Outcome<Vec<Statement>> {
        self.settle()?;
        let all = self.earlier.iter().cloned().chain(self.log.statements());
        Ok(all.filter(|statement| statement.started >= mark.0).collect())
    }

    fn settle(&self) -> Outcome {
        if self.log.settle(SETTLE) {
            return Ok(());
        }
        wrong("A statement of yours was still running when the function had returned.")
    }

    /// How many sessions the answer has opened.
    pub fn connections(&self) -> usize {
        self.log.connections() - self.opened
    }

    /// A session of the grader's own in the check's database.
    pub fn client(&mut self) -> Outcome<&mut Client> {
        if self.client.is_none() {
            self.client = Some(self.session()?);
        }
        self.client.as_mut().ok_or_else(|| Error::Bug("no client".to_owned()).into())
    }

    /// PostgreSQL's own programs on the check's database, as the answer's role, in a folder of their own.
    /// Their arguments are the grader's: what an answer says is not to name files of ours.
    pub fn programs(&self) -> Outcome<Programs> {
        Ok(Programs::new(self.database.beside())?)
    }

    /// Where one of the programs is that the grader [needs](super::Needs::programs), for an answer that runs it by
    /// itself.
    pub fn program(&self, name: &str) -> Outcome<String> {
        Ok(self.database.beside().locate(name)?.display().to_string())
    }

    /// A real PgBouncer before the check's database, and the URL that leads an answer through it. None,
    /// where the machine has none.
    pub fn pooler(&mut self, settings: &[&str]) -> Outcome<Option<Pooled>> {
        let Some(pooler) = Pooler::start(&self.database.beside(), settings)? else {
            return Ok(None);
        };
        let listener = self.listen()?;
        let tap = Tap::on(listener, pooler.address().clone());
        let tap = tap.context("cannot listen on the loopback")?;
        let url = pooler.address().through(tap.address().port()).url();
        Ok(Some(Pooled { url, tap, pooler }))
    }

    /// A lane for a call that goes on beside this check, and what it needs.
    pub(super) fn beside(&self) -> (Lane<'a>, &Database, Peers) {
        (self.answer.beside(), &self.database, self.peers.clone())
    }

    /// Another session of the grader's: for a transaction that stays open while calls go on.
    pub fn session(&mut self) -> Outcome<Client> {
        let mut client = self.database.grader.connect()?;
        client.batch_execute(GUARD).context("cannot prepare the grader's session")?;
        Ok(client)
    }

    /// A session of the server's superuser in the check's database, for what only it may read. Nothing
    /// that the answer has made is to be touched in it: it would be done with a superuser's rights.
    pub fn superuser(&mut self) -> Outcome<Client> {
        let mut client = self.database.admin.connect()?;
        let guard = "SET search_path = pg_catalog; SET statement_timeout = '5s'";
        client.batch_execute(guard).context("cannot prepare the superuser's session")?;
        Ok(client)
    }

    /// The name for a role that the answer is to create: others create theirs on the same server.
    pub fn role(&self, name: &str) -> String {
        self.database.beside().role(name)
    }

    /// The rows of a query of the grader's, as text; NULL is `None`.
    pub fn rows(&mut self, sql: &str) -> Outcome<Vec<Vec<Option<String>>>> {
        let messages = self.client()?.simple_query(sql).map_err(|error| unseen(error, sql))?;
        let row = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect())
            }
            _ => None,
        };
        Ok(messages.into_iter().filter_map(row).collect())
    }

    /// The rows of a query of the grader's, as JSON values under the names of its columns.
    pub fn json_rows(&mut self, sql: &str) -> Outcome<Rows> {
        let sql = sql.trim().trim_end_matches(';');
        let client = self.client()?;
        let described = client.prepare(sql).map_err(|error| unseen(error, sql))?;
        let columns: Vec<String> =
            described.columns().iter().map(|column| column.name().to_owned()).collect();
        let names: Vec<String> = (0..columns.len()).map(|index| format!("c{index}")).collect();
        // An array keeps the order of the columns, and two of one name apart.
        let sql = format!(
            "SELECT json_build_array({names}) FROM ({sql}) AS reference ({names})",
            names = names.join(", ")
        );
        let rows = client.query(&sql, &[]).map_err(|error| unseen(error, &sql))?;
        let rows = rows.iter().map(|row| match row.get(0) {
            serde_json::Value::Array(values) => values,
            other => vec![other],
        });
        Ok(Rows { columns, rows: rows.collect() })
    }

    /// The first value of a query of the grader's.
    pub fn value(&mut self, sql: &str) -> Outcome<Option<String>> {
        Ok(self.rows(sql)?.into_iter().next().and_then(|row| row.into_iter().next()).flatten())
    }

    /// Runs SQL of the grader's. `Err` in the inner result is what the server said to it.
    pub fn try_sql(&mut self, sql: &str) -> Outcome<Result<(), Failure>> {
        let result = self.client()?.batch_execute(sql);
        Ok(result.map_err(|error| Failure::of(&error)))
    }

    /// Runs SQL of the grader's that has to work.
    pub fn sql(&mut self, sql: &str) -> Outcome {
        self.client()?.batch_execute(sql).map_err(|error| unseen(error, sql))
    }

    /// What the sessions of the answer are doing now, for one that does not come back.
    pub(super) fn server_was_doing(&mut self) -> String {
        let sql = "
            SELECT CASE WHEN state LIKE 'idle in transaction%' THEN
                            'A transaction was left open; its last statement was'
                        WHEN wait_event_type = 'Lock' THEN 'The server was waiting for a lock, in'
                        WHEN wait_event = 'PgSleep' THEN 'The server was sleeping, in'
                        ELSE 'The server was running' END,
                   left(query, 200)
            FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND backend_type = 'client backend' AND state <> 'idle'
            ORDER BY state <> 'active', query_start
            LIMIT 1";
        match self.rows(sql).as_deref() {
            Ok([row]) => {
                let text = |index: usize| row.get(index).cloned().flatten().unwrap_or_default();
                format!("{}:\n    {}", text(0), text(1).trim().replace('\n', "\n    "))
            }
            Ok(_) => "The server had nothing to do: the time went into your program.".to_owned(),
            // It is too late for another fault; this is only a hint.
            Err(_) => String::new(),
        }
    }

    /// Says that the sessions of this check, the answer's and the grader's, are as they were when they
    /// were opened, so that the next check here may use them: to open two takes longer than most checks.
    pub(super) fn stay(&mut self) {
        self.stays = true;
    }

    /// Ends it. If another check is to be made here, the sessions are kept, and made as if they were new,
    /// which takes a tenth of the time that it takes to open two.
    ///
    /// They have no settings, locks, temporary tables or statements of the check before, and the
    /// grader's is still one of a role that an answer cannot log in as. A pool is closed all the
    /// same, and so is the session of an answer that has failed: nobody knows what it is at. Each chain of
    /// checks has sessions of its own.
    pub(super) fn finish(mut self, again: bool) -> (Place, Lane<'a>) {
        if self.stays {
            let place = Place { client: self.client, tap: Some(self.tap), database: self.database };
            return (place, self.answer);
        }
        if !again {
            if self.called {
                // A process that is gone has closed its connections already.
                let _ = self.disconnect();
            }
            return (self.database.into(), self.answer);
        }
        let url = self.address.url();
        let kept = !self.called || self.answer.ask(Request::Reset { url }).is_ok();
        let client = self.client.take().and_then(|mut client| {
            let mut as_new = AS_NEW.iter().chain([&GUARD]);
            as_new.all(|sql| client.batch_execute(sql).is_ok()).then_some(client)
        });
        let place = Place { client, tap: kept.then_some(self.tap), database: self.database };
        (place, self.answer)
    }
}

/// The grader's own SQL failed. If the server understood and refused, the answer has changed the
/// database so that the check cannot be made (that the SQL is right is tested with the solution);
/// if the connection broke, nobody is to blame.
pub(super) fn unseen(error: postgres::Error, sql: &str) -> Stop {
    match error.as_db_error() {
        // Each further check would wait as long.
        Some(db) if ["57014", "55P03"].contains(&db.code().code()) => Stop::TimedOut(format!(
            "after the answer had run, the check's own question got no reply in time ({}); a \
             transaction may be open, or a table locked",
            db.message()
        )),
        Some(db) if !db.code().code().starts_with("57P") => Stop::Wrong(Message::from(format!(
            "After your answer had run, the check could not be made: {}. It asks:\n    {}",
            db.message(),
            sql.trim().replace('\n', "\n    ")
        ))),
        _ => {
            Stop::Fault(Error::Server { context: "the server went away".to_owned(), source: error })
        }
    }
}
