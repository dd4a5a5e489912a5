//! What a reply says of the request at the front of the queue.

use std::sync::Arc;
use std::time::Duration;

use pgwire::messages::data::{ParameterDescription, RowDescription};
use pgwire::messages::response::{self, CommandComplete, ErrorResponse, ReadyForQuery};

use super::frame::Frame;
use super::running::{self, Bound, Running, columns};
use super::session::{Expect, Session, Unknown, decode};
use super::shape;
use super::statement::{Protocol, ServerError, TransactionStatus};

impl Session {
    /// Takes one message of the server.
    pub(super) fn reply(&mut self, at: Duration, frame: &mut Frame) -> Result<(), Unknown> {
        if frame.cut {
            shape::mend_server(frame.tag, &mut frame.body);
        }
        if !shape::server(frame.tag, &frame.body) {
            return Err(Unknown);
        }
        while let Some(Expect::CopyEnd) = self.queue.front() {
            self.queue.pop_front();
        }
        match frame.tag {
            b'Z' => {
                let status = match decode::<ReadyForQuery>(frame)?.status {
                    response::TransactionStatus::Idle => TransactionStatus::Idle,
                    response::TransactionStatus::Transaction => TransactionStatus::InTransaction,
                    response::TransactionStatus::Error => TransactionStatus::Failed,
                };
                match self.queue.pop_front() {
                    Some(Expect::Query(run)) => self.done.push(run),
                    Some(Expect::Sync | Expect::Startup | Expect::FunctionCall) => {}
                    None if self.swallowed > 0 => self.swallowed -= 1,
                    _ => return Err(Unknown),
                }
                self.skipping = false;
                self.copying = false;
                self.ready(status);
            }
            b'E' => self.failed(at, running::error(decode::<ErrorResponse>(frame)?)),
            b'1' => match self.queue.pop_front() {
                Some(Expect::Parse(mut run)) => {
                    run.finished = at;
                    self.done.push(run);
                }
                _ => return Err(Unknown),
            },
            b'2' => match self.queue.pop_front() {
                Some(Expect::Bind(_)) => {}
                _ => return Err(Unknown),
            },
            b'3' => match self.queue.pop_front() {
                Some(Expect::Close(closed)) => self.forget(closed.as_ref()),
                _ => return Err(Unknown),
            },
            b't' => {
                let types = decode::<ParameterDescription>(frame)?.types;
                match self.queue.front() {
                    Some(Expect::DescribeStatement(prepared)) => prepared.describe(types),
                    Some(Expect::DescribeUnseen) => {}
                    _ => return Err(Unknown),
                }
            }
            b'T' => {
                let found = columns(decode::<RowDescription>(frame)?);
                if let Some(Expect::Query(run)) = self.queue.front_mut() {
                    run.columns = found;
                    run.truncated |= frame.cut;
                    return Ok(());
                }
                match self.queue.pop_front() {
                    Some(Expect::DescribeStatement(prepared)) => prepared.returns(found),
                    Some(Expect::DescribePortal(bound)) => bound.returns(found),
                    Some(Expect::DescribeUnseen) => {}
                    _ => return Err(Unknown),
                }
                self.described(at);
            }
            b'n' => {
                use Expect::{DescribePortal, DescribeStatement, DescribeUnseen};
                match self.queue.pop_front() {
                    Some(DescribeStatement(_) | DescribePortal(_) | DescribeUnseen) => {}
                    _ => return Err(Unknown),
                }
                self.described(at);
            }
            b'C' => {
                let tag = decode::<CommandComplete>(frame)?.tag;
                self.completed(at, Some(tag))?;
            }
            b'I' | b's' => self.completed(at, None)?,
            b'D' => {
                let run = self.current().ok_or(Unknown)?;
                run.rows += 1;
                run.bytes += frame.bytes as u64;
            }
            b'd' => {
                let run = self.current().ok_or(Unknown)?;
                run.bytes += frame.bytes as u64;
            }
            b'G' => {
                self.current().ok_or(Unknown)?;
                self.copy_in();
            }
            _ => {}
        }
        Ok(())
    }

    /// The statement that rows and data belong to.
    fn current(&mut self) -> Option<&mut Running> {
        match self.queue.front_mut() {
            Some(Expect::Query(run) | Expect::Execute(run)) => Some(run),
            _ => None,
        }
    }

    /// A prepare lasts until its description.
    fn described(&mut self, at: Duration) {
        if let Some(run) = self.done.last_mut().filter(|run| run.protocol == Protocol::Prepare) {
            run.finished = at;
        }
    }

    fn completed(&mut self, at: Duration, tag: Option<String>) -> Result<(), Unknown> {
        self.swallowed = 0;
        let run = self.current().ok_or(Unknown)?;
        run.finished = at;
        if let Some(tag) = tag {
            let sql = run.sql().to_owned();
            run.tags.push(tag.clone());
            self.deallocate(&tag, &sql);
        }
        // A simple query goes on to its next statement, and ends with ReadyForQuery.
        if let Some(Expect::Execute(_)) = self.queue.front()
            && let Some(Expect::Execute(run)) = self.queue.pop_front()
        {
            running::merge(&mut self.done, run);
        }
        Ok(())
    }

    /// Statements can be dropped in SQL as well as with `Close`.
    fn deallocate(&mut self, tag: &str, sql: &str) {
        match tag {
            "DEALLOCATE ALL" | "DISCARD ALL" => self.prepared.clear(),
            "DEALLOCATE" => {
                let words = sql.split(|c: char| c.is_whitespace() || c == ';');
                let mut words = words.filter(|word| !word.is_empty());
                let name = words.nth(1).filter(|word| !word.eq_ignore_ascii_case("prepare"));
                if let Some(name) = name.or_else(|| words.next()) {
                    let folded = name.to_lowercase();
                    self.prepared.remove(
                        name.strip_prefix('"')
                            .map_or(&*folded, |name| name.strip_suffix('"').unwrap_or(name)),
                    );
                }
            }
            _ => {}
        }
    }

    /// The server calls for COPY data. From here to the end of the data it swallows every `Sync`,
    /// also one that the client had sent right behind the `Execute`.
    fn copy_in(&mut self) {
        self.copying = true;
        let mut swallowed = 0;
        let mut copying = true;
        let mut first = true;
        self.queue.retain(|next| {
            copying &= first || !matches!(next, Expect::CopyEnd);
            first = false;
            let swallow = copying && matches!(next, Expect::Sync);
            swallowed += usize::from(swallow);
            !swallow
        });
        self.copying = copying;
        self.swallowed = swallowed;
    }

    /// An error ends the request at the front, and an extended one takes with it all up to `Sync`.
    fn failed(&mut self, at: Duration, error: ServerError) {
        match self.queue.front_mut() {
            // Told while idle (a shutdown) or before the session was there (a wrong password).
            None | Some(Expect::FunctionCall) => return,
            Some(Expect::Encryption | Expect::Startup) => {
                self.queue.pop_front();
                return;
            }
            Some(Expect::Query(run)) => {
                self.copying = false;
                return run.fail(at, error);
            }
            // Without a transaction block, Sync is what commits, and a deferred constraint fails.
            Some(Expect::Sync) => {
                let last = self.done.iter_mut().rfind(|run| run.protocol == Protocol::Extended);
                if let Some(run) = last.filter(|run| run.error.is_none()) {
                    run.fail(at, error);
                }
                return;
            }
            Some(_) => {}
        }
        self.skipping = true;
        self.copying = false;
        match self.queue.pop_front() {
            Some(Expect::Execute(mut run)) => {
                run.fail(at, error);
                running::merge(&mut self.done, run);
            }
            Some(Expect::Parse(mut run)) => {
                self.forget(run.prepared.as_ref());
                run.fail(at, error);
                self.done.push(run);
            }
            Some(Expect::Bind(bound) | Expect::DescribePortal(bound)) => {
                self.failed_portal(at, error, bound);
            }
            Some(Expect::DescribeStatement(prepared)) => {
                let same = |run: &&mut Running| {
                    run.prepared.as_ref().is_some_and(|known| Arc::ptr_eq(known, &prepared))
                };
                match self.done.iter_mut().rfind(same) {
                    Some(run) => run.fail(at, error),
                    None => {
                        let mut run = Running::prepare(at, prepared);
                        run.fail(at, error);
                        self.done.push(run);
                    }
                }
            }
            _ => {}
        }
        while let Some(next) = self.queue.pop_front_if(|next| !matches!(next, Expect::Sync)) {
            self.skip(at, next);
        }
    }

    /// The error belongs to the portal's execution, which is mostly sent already.
    fn failed_portal(&mut self, at: Duration, error: ServerError, bound: Arc<Bound>) {
        let sent = self.queue.iter_mut().take_while(|next| !matches!(next, Expect::Sync));
        for next in sent {
            if let Expect::Execute(run) = next
                && run.bound.as_ref().is_some_and(|known| Arc::ptr_eq(known, &bound))
            {
                return run.fail(at, error);
            }
        }
        let mut run = Running::execute(at, Some(bound));
        run.fail(at, error);
        running::merge(&mut self.done, run);
    }
}
