//! Which reply answers which request.
//!
//! A server answers in the order it was asked, so the requests wait in a queue and each reply looks
//! at its front. Replies can be far behind: a pipeline sends many statements before its `Sync`.
//! A reply that does not fit the front is never guessed at; it ends the recording.

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use pgwire::error::PgWireError;
use pgwire::messages::extendedquery::{Bind, Close, Describe, Execute, Parse};
use pgwire::messages::simplequery::Query;
use pgwire::messages::{DecodeContext, Message};

use super::frame::Frame;
use super::running::{self, Bound, Prepared, Running};
use super::shape;
use super::statement::{Statement, TransactionStatus};

/// A message out of place, or with a body of the wrong shape.
#[derive(Debug)]
pub(super) struct Unknown;

impl From<PgWireError> for Unknown {
    fn from(_: PgWireError) -> Unknown {
        Unknown
    }
}

/// A request that the server will answer.
#[derive(Debug)]
pub(super) enum Expect {
    Encryption,
    Startup,
    Query(Running),
    Parse(Running),
    Bind(Arc<Bound>),
    DescribeStatement(Arc<Prepared>),
    DescribePortal(Arc<Bound>),
    /// `Describe` or `Close` of something the tap never saw being made.
    DescribeUnseen,
    Close(Option<Arc<Prepared>>),
    Execute(Running),
    FunctionCall,
    Sync,
    /// The end of a client's COPY data. It has no reply of its own, but tells a `Sync` that the
    /// server swallowed in copy mode from one that it will answer.
    CopyEnd,
}

#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) queue: VecDeque<Expect>,
    /// Answered, but waiting for the `ReadyForQuery` that tells the transaction's status.
    pub(super) done: Vec<Running>,
    pub(super) found: Vec<Statement>,
    pub(super) prepared: HashMap<String, Arc<Prepared>>,
    pub(super) portals: HashMap<String, Arc<Bound>>,
    pub(super) status: TransactionStatus,
    /// After an error, a server drops everything up to the next `Sync`.
    pub(super) skipping: bool,
    /// From the server's call for COPY data to the client's end of it.
    pub(super) copying: bool,
    /// How many `Sync`s the server is thought to have swallowed in this copy.
    pub(super) swallowed: usize,
}

impl Session {
    pub(super) fn expect_encryption(&mut self) {
        self.queue.push_back(Expect::Encryption);
    }

    pub(super) fn awaits_encryption(&self) -> bool {
        matches!(self.queue.front(), Some(Expect::Encryption))
    }

    pub(super) fn encryption_answered(&mut self) {
        self.queue.pop_front();
    }

    pub(super) fn expect_startup(&mut self) {
        self.queue.push_back(Expect::Startup);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.done.is_empty() && self.queue.iter().all(|next| matches!(next, Expect::CopyEnd))
    }

    /// What was finished since the last call, marked as this connection's.
    pub(super) fn found(&mut self, connection: u32) -> &mut Vec<Statement> {
        for statement in &mut self.found {
            statement.connection = connection;
        }
        &mut self.found
    }

    /// Ends everything that is in flight, unanswered.
    pub(super) fn close(&mut self, at: Duration) {
        while let Some(next) = self.queue.pop_front() {
            self.skip(at, next);
        }
        self.ready(self.status);
        self.prepared.clear();
        self.portals.clear();
    }

    pub(super) fn request(&mut self, at: Duration, frame: &mut Frame) -> Result<(), Unknown> {
        if frame.cut {
            shape::mend_client(frame.tag, &mut frame.body);
        }
        if !shape::client(frame.tag, &frame.body) {
            return Err(Unknown);
        }
        match frame.tag {
            b'Q' => {
                let query = decode::<Query>(frame)?.query;
                // A simple query replaces the unnamed statement and portal.
                self.prepared.remove("");
                self.portals.remove("");
                self.expect(at, Expect::Query(Running::query(at, query, frame.cut)));
            }
            b'P' => {
                let prepared = Arc::new(Prepared::new(decode::<Parse>(frame)?, frame.cut));
                self.prepared.insert(prepared.name.clone(), Arc::clone(&prepared));
                self.expect(at, Expect::Parse(Running::prepare(at, prepared)));
            }
            b'B' => {
                let bind = decode::<Bind>(frame)?;
                let name = bind.statement_name.as_deref().unwrap_or_default();
                let prepared = self.prepared.get(name).cloned();
                let portal = bind.portal_name.clone().unwrap_or_default();
                let bound = Arc::new(Bound::new(at, bind, prepared, frame.cut));
                self.portals.insert(portal, Arc::clone(&bound));
                self.expect(at, Expect::Bind(bound));
            }
            b'D' => {
                let describe = decode::<Describe>(frame)?;
                let name = describe.name.unwrap_or_default();
                let next = match describe.target_type {
                    b'S' => self.prepared.get(&name).cloned().map(Expect::DescribeStatement),
                    _ => self.portals.get(&name).cloned().map(Expect::DescribePortal),
                };
                self.expect(at, next.unwrap_or(Expect::DescribeUnseen));
            }
            b'E' => {
                let name = decode::<Execute>(frame)?.name.unwrap_or_default();
                let bound = self.portals.get(&name).cloned();
                self.expect(at, Expect::Execute(Running::execute(at, bound)));
            }
            b'C' => {
                let close = decode::<Close>(frame)?;
                let name = close.name.unwrap_or_default();
                let statement = match close.target_type {
                    b'S' => self.prepared.get(&name).cloned(),
                    _ => {
                        self.portals.remove(&name);
                        None
                    }
                };
                self.expect(at, Expect::Close(statement));
            }
            b'F' => self.expect(at, Expect::FunctionCall),
            // In copy mode the server swallows a Sync without a reply.
            b'S' if self.copying => {}
            b'S' => self.queue.push_back(Expect::Sync),
            b'c' | b'f' => {
                self.copying = false;
                if !self.queue.is_empty() {
                    self.queue.push_back(Expect::CopyEnd);
                }
            }
            b'd' => {
                if let Some(Expect::Query(run) | Expect::Execute(run)) = self.queue.front_mut() {
                    run.bytes += frame.bytes as u64;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Queues a request, unless the server is dropping them.
    fn expect(&mut self, at: Duration, next: Expect) {
        let skipped = self.skipping && !self.queue.iter().any(|next| matches!(next, Expect::Sync));
        if skipped { self.skip(at, next) } else { self.queue.push_back(next) }
    }

    /// Records a request that the server dropped, or that the end of the connection cut off.
    pub(super) fn skip(&mut self, at: Duration, next: Expect) {
        match next {
            Expect::Query(mut run) | Expect::Execute(mut run) => {
                run.settle(at);
                running::merge(&mut self.done, run);
            }
            Expect::Parse(mut run) => {
                self.forget(run.prepared.as_ref());
                run.settle(at);
                self.done.push(run);
            }
            _ => {}
        }
    }

    /// Drops a prepared statement from its name, unless another has taken that over already.
    pub(super) fn forget(&mut self, closed: Option<&Arc<Prepared>>) {
        let Some(closed) = closed else { return };
        if self.prepared.get(&closed.name).is_some_and(|named| Arc::ptr_eq(named, closed)) {
            self.prepared.remove(&closed.name);
        }
    }

    /// Finishes all that was answered since the last `ReadyForQuery`.
    pub(super) fn ready(&mut self, status: TransactionStatus) {
        let before = mem::replace(&mut self.status, status);
        self.found.extend(self.done.drain(..).map(|run| run.end(before, status)));
    }
}

pub(super) fn decode<M: Message>(frame: &mut Frame) -> Result<M, Unknown> {
    let length = frame.body.len() + 4;
    Ok(M::decode_body(&mut frame.body, length, &DecodeContext::default())?)
}
