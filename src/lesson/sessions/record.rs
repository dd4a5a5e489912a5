//! What sessions have sent, who waits, and what came back.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use harness::protocol::Failure;
use postgres::{Client, SimpleQueryMessage};

use crate::lesson::Result;
use crate::lesson::timeline::{Passed, Reply, Timeline};
use crate::postgres::address::Address;
use crate::postgres::tap::Statement;

/// How long a statement may take. It ends a lesson whose author has forgotten who waits for whom.
const LIMIT: Duration = Duration::from_secs(20);

/// How long a reply is listened for before the server is asked whether the statement waits.
const GLANCE: Duration = Duration::from_millis(2);

/// Whether the session of that name waits for a lock. A lock is granted to whoever waits for it
/// before the statement that released it is answered, so this is never behind what is known here.
/// (`wait_event` is: it changes when the one that waited wakes up.)
const WAITS: &str = "
    SELECT EXISTS (
        SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE a.datname = current_database() AND a.application_name = $1 AND NOT l.granted)";

pub(super) type Answer = Result<Reply, postgres::Error>;

/// See the module.
pub(super) struct Record {
    /// Past the tap: who looks at the others is no part of the picture.
    direct: Address,
    watch: Option<Client>,
    sender: Sender<(usize, Answer)>,
    answers: Receiver<(usize, Answer)>,
    sessions: Vec<Known>,
    sent: Vec<Sent>,
    drawn: usize,
    turns: usize,
}

struct Known {
    name: String,
    /// The tap's number.
    connection: u32,
}

struct Sent {
    session: usize,
    sql: String,
    answer: Option<Answer>,
    waits: bool,
    /// The turn in which the lesson asked for the end of the wait.
    told: Option<usize>,
}

impl Record {
    pub(super) fn new(direct: Address) -> Record {
        let (sender, answers) = mpsc::channel();
        let (sessions, sent) = (Vec::new(), Vec::new());
        Record { direct, watch: None, sender, answers, sessions, sent, drawn: 0, turns: 0 }
    }

    /// Takes a session in: its index, and where its answers go.
    pub(super) fn opened(
        &mut self,
        name: &str,
        connection: u32,
    ) -> (usize, Sender<(usize, Answer)>) {
        self.sessions.push(Known { name: name.to_owned(), connection });
        (self.sessions.len() - 1, self.sender.clone())
    }

    /// Notes a statement that is about to be sent.
    pub(super) fn sent(&mut self, session: usize, sql: &str) -> Result<usize> {
        if self.sent.iter().any(|one| one.session == session && one.answer.is_none()) {
            let name = &self.sessions[session].name;
            return Err(format!("{name} waits, and can do nothing else: {sql}").into());
        }
        let sql = sql.to_owned();
        self.sent.push(Sent { session, sql, answer: None, waits: false, told: None });
        Ok(self.sent.len() - 1)
    }

    /// Listens until this statement is over.
    pub(super) fn until_over(&mut self, at: usize) -> Result<()> {
        let until = Instant::now() + LIMIT;
        while self.sent[at].answer.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if !self.listen(left)? && left.is_zero() {
                return Err(self.about(at, "does not come back from"));
            }
        }
        Ok(())
    }

    /// Listens until the server says that this statement waits. That it comes back is an error.
    pub(super) fn until_it_waits(&mut self, at: usize) -> Result<()> {
        let until = Instant::now() + LIMIT;
        loop {
            self.listen(GLANCE)?;
            if self.sent[at].answer.is_some() {
                let reply = self.reply(at)?;
                let state = reply.sqlstate().unwrap_or("no error");
                return Err(self.about(at, &format!("was to wait, and came back with {state}")));
            }
            if self.blocked(at)? {
                self.sent[at].waits = true;
                return Ok(());
            }
            if Instant::now() > until {
                return Err(self.about(at, "neither waits nor comes back from"));
            }
        }
    }

    /// After a statement: whoever need not wait any more comes to an end before the next one
    /// begins. So the tap's clock shows what ended a wait, on every machine.
    pub(super) fn until_others_go_on(&mut self) -> Result<()> {
        let until = Instant::now() + LIMIT;
        for at in 0..self.sent.len() {
            while self.sent[at].answer.is_none() && !self.blocked(at)? {
                self.listen(GLANCE)?;
                if Instant::now() > until {
                    return Err(self.about(at, "is let go, and does not come back from"));
                }
            }
        }
        Ok(())
    }

    /// The lesson asks for the end of a wait.
    pub(super) fn told(&mut self, at: usize) {
        self.turns += 1;
        self.sent[at].told = Some(self.turns);
    }

    /// What came back. An error of the connection is one here too.
    pub(super) fn reply(&self, at: usize) -> Result<Reply> {
        match &self.sent[at].answer {
            Some(Ok(reply)) => Ok(reply.clone()),
            Some(Err(error)) => match Failure::of(error).server {
                Some(server) if !server.sqlstate.starts_with("57P") => {
                    Ok(Reply { error: Some(server), ..Reply::default() })
                }
                _ => Err(self.about(at, "lost its connection in")),
            },
            None => Err(self.about(at, "still waits in")),
        }
    }

    /// What was done since the last timeline, with what the tap has of it.
    pub(super) fn timeline(&mut self, statements: &[Statement]) -> Result<Timeline> {
        let mut passed = Vec::new();
        for (at, one) in self.sent.iter().enumerate().skip(self.drawn) {
            let reply = self.reply(at)?;
            let connection = self.sessions[one.session].connection;
            // Statement and record are in step, since a session sends one at a time.
            let before = self.sent[..at].iter().filter(|other| other.session == one.session);
            let mut own = statements.iter().filter(|one| one.connection == connection);
            let statement = own.nth(before.count());
            let statement = statement.cloned().ok_or_else(|| self.about(at, "lost"))?;
            let tag = statement.tag.clone().unwrap_or_default();
            let waited = one.waits.then_some(one.told.unwrap_or(usize::MAX));
            let reply = Reply { tag, ..reply };
            passed.push(Passed { session: one.session, statement, reply, waited });
        }
        self.drawn = self.sent.len();
        Ok(Timeline::of(self.sessions.iter().map(|one| one.name.clone()).collect(), passed))
    }

    /// Takes one answer in. False if none comes in time.
    fn listen(&mut self, limit: Duration) -> Result<bool> {
        match self.answers.recv_timeout(limit) {
            Ok((session, answer)) => {
                let open = |one: &&mut Sent| one.session == session && one.answer.is_none();
                if let Some(sent) = self.sent.iter_mut().find(open) {
                    sent.answer = Some(answer);
                }
                Ok(true)
            }
            Err(RecvTimeoutError::Timeout) => Ok(false),
            Err(RecvTimeoutError::Disconnected) => Err("there are no sessions".into()),
        }
    }

    /// Whether the session of this statement waits for a lock.
    fn blocked(&mut self, at: usize) -> Result<bool> {
        if self.watch.is_none() {
            self.watch = Some(self.direct.connect()?);
        }
        let watch = self.watch.as_mut().ok_or("nobody watches")?;
        Ok(watch.query_one(WAITS, &[&self.sessions[self.sent[at].session].name])?.get(0))
    }

    fn about(&self, at: usize, what: &str) -> Box<dyn std::error::Error> {
        let one = &self.sent[at];
        format!("{} {what}: {}", self.sessions[one.session].name, one.sql).into()
    }
}

/// The rows of a reply. The tag is the tap's, which has it as the server sent it.
pub(super) fn reply(messages: &[SimpleQueryMessage]) -> Reply {
    let mut reply = Reply::default();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                reply.columns = columns.iter().map(|column| column.name().to_owned()).collect();
            }
            SimpleQueryMessage::Row(row) => {
                reply.rows.push((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect());
            }
            _ => {}
        }
    }
    reply
}
