//! Named sessions that act in turn, for lessons on what happens between transactions.

mod record;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use self::record::Record;
use super::Result;
use super::timeline::{Reply, Timeline};
use crate::postgres::address::Address;
use crate::postgres::tap::Log;

/// Opens sessions and keeps the record of what they do.
pub struct Sessions {
    /// By way of the tap.
    address: Address,
    log: Log,
    record: Rc<RefCell<Record>>,
    threads: Vec<JoinHandle<()>>,
}

/// A session: a connection of its own, with a thread that waits where it has to wait.
pub struct Session {
    index: usize,
    statements: Sender<String>,
    record: Rc<RefCell<Record>>,
}

/// A statement that waits for a lock. Its session can do nothing else until it is over.
#[must_use = "a statement that waits has to come to an end"]
pub struct Waiting<'a> {
    session: &'a Session,
    at: usize,
}

impl Sessions {
    /// Sessions by way of the tap of this log, and the way past it.
    pub(super) fn new(address: Address, direct: Address, log: Log) -> Sessions {
        let record = Rc::new(RefCell::new(Record::new(direct)));
        Sessions { address, log, record, threads: Vec::new() }
    }

    /// Opens a session for each name. The server knows it by that name too, which is its
    /// `application_name`.
    pub fn open<const N: usize>(&mut self, names: [&str; N]) -> Result<[Session; N]> {
        let opened: Result<Vec<Session>> = names.iter().map(|name| self.one(name)).collect();
        opened?.try_into().map_err(|_| "there are as many sessions as names".into())
    }

    fn one(&mut self, name: &str) -> Result<Session> {
        let mut client = self.address.named(name).connect()?;
        // The step is all that connects just now, so the last connection is this one.
        let number = u32::try_from(self.log.connections())?;
        let (index, answers) = self.record.borrow_mut().opened(name, number);
        let (statements, next) = mpsc::channel::<String>();
        self.threads.push(thread::Builder::new().name(name.to_owned()).spawn(move || {
            for sql in next {
                let answer = client.simple_query(&sql).map(|found| record::reply(&found));
                if answers.send((index, answer)).is_err() {
                    break;
                }
            }
        })?);
        Ok(Session { index, statements, record: Rc::clone(&self.record) })
    }

    /// What was done since the last timeline. The log has to be settled.
    pub(super) fn timeline(&self) -> Result<Timeline> {
        self.record.borrow_mut().timeline(&self.log.statements())
    }
}

impl Drop for Sessions {
    fn drop(&mut self) {
        // The step has dropped its sessions. What still waits for one of them is let go with it.
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Session {
    /// Sends a statement and waits for the reply. That it fails is an error.
    pub fn run(&self, sql: &str) -> Result<Reply> {
        well(self.attempt(sql)?)
    }

    /// Sends a statement that must fail with this SQLSTATE.
    pub fn fails(&self, sqlstate: &str, sql: &str) -> Result<()> {
        badly(sqlstate, &self.attempt(sql)?)
    }

    /// Sends a statement that may fail or not.
    pub fn attempt(&self, sql: &str) -> Result<Reply> {
        let at = self.send(sql)?;
        let mut record = self.record.borrow_mut();
        record.until_over(at)?;
        record.until_others_go_on()?;
        record.reply(at)
    }

    /// Sends a statement that must wait for another session, and returns when the server says that
    /// it waits.
    pub fn start(&self, sql: &str) -> Result<Waiting<'_>> {
        let at = self.send(sql)?;
        self.record.borrow_mut().until_it_waits(at)?;
        Ok(Waiting { session: self, at })
    }

    fn send(&self, sql: &str) -> Result<usize> {
        let at = self.record.borrow_mut().sent(self.index, sql)?;
        self.statements.send(sql.to_owned())?;
        Ok(at)
    }
}

impl Waiting<'_> {
    /// Waits for the end of the wait. That the statement fails is an error.
    pub fn finish(self) -> Result<Reply> {
        well(self.outcome()?)
    }

    /// The same of a statement that must fail with this SQLSTATE.
    pub fn fails(self, sqlstate: &str) -> Result<()> {
        badly(sqlstate, &self.outcome()?)
    }

    /// The same of a statement that may fail or not.
    pub fn outcome(self) -> Result<Reply> {
        let mut record = self.session.record.borrow_mut();
        record.until_over(self.at)?;
        record.told(self.at);
        record.reply(self.at)
    }
}

fn well(reply: Reply) -> Result<Reply> {
    match &reply.error {
        None => Ok(reply),
        Some(error) => Err(format!("{}: {}", error.sqlstate, error.message).into()),
    }
}

fn badly(sqlstate: &str, reply: &Reply) -> Result<()> {
    match reply.sqlstate() {
        Some(found) if found == sqlstate => Ok(()),
        Some(found) => Err(format!("it was to fail with {sqlstate}, not with {found}").into()),
        None => Err(format!("it was to fail with {sqlstate}, and did not").into()),
    }
}
