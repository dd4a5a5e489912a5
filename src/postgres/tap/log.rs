//! The record itself, shared between the tap's threads and whoever reads it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::statement::Statement;

/// No more messages than this are kept, so that a forgotten `record_messages` stays harmless.
const MESSAGES: usize = 10_000;

/// Which side sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The program under observation.
    Client,
    /// PostgreSQL.
    Server,
}

/// One protocol message that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The session it belongs to, from 1; 0 for a connection that only carried a cancel request.
    pub connection: u32,
    /// Who sent it.
    pub from: Side,
    /// When the tap had read the whole of it, since the tap's start.
    pub at: Duration,
    /// The message's name in the PostgreSQL manual, as `Parse` or `DataRow`. Every answer of the
    /// client to an authentication request is a `PasswordMessage`.
    pub kind: &'static str,
    /// Its size on the wire, type and length included.
    pub bytes: usize,
    /// What can be said of it in a line: SQL, values, a tag, names of columns.
    pub detail: String,
}

#[derive(Default)]
struct State {
    statements: Vec<Statement>,
    messages: Vec<Message>,
    recording: bool,
    connections: u32,
    /// The sessions that are open, with the process that serves each, and the most there were.
    sessions: BTreeMap<u32, i32>,
    most: usize,
    cancels: usize,
    opaque: usize,
    /// Chunks that were read but not yet decoded, and connections with a statement in flight.
    unsettled: usize,
    threads: usize,
    waiting: usize,
}

struct Shared {
    start: Instant,
    state: Mutex<State>,
    changed: Condvar,
}

/// A handle on what a [`Tap`](super::Tap) recorded. Clones share one record.
#[derive(Clone)]
pub struct Log(Arc<Shared>);

impl Log {
    /// An empty record whose time starts now.
    pub fn new() -> Log {
        let (state, changed) = (Mutex::default(), Condvar::new());
        Log(Arc::new(Shared { start: Instant::now(), state, changed }))
    }

    /// Everything finished so far, in the order it was sent.
    pub fn statements(&self) -> Vec<Statement> {
        in_order(self.state().statements.clone())
    }

    /// The same as [`statements`](Log::statements), and forgets them.
    pub fn take(&self) -> Vec<Statement> {
        let statements = std::mem::take(&mut self.state().statements);
        in_order(statements)
    }

    /// How many sessions were opened so far. A cancel request is not one.
    pub fn connections(&self) -> usize {
        self.state().connections as usize
    }

    /// The processes of the server that serve the sessions that are open now.
    pub fn processes(&self) -> Vec<i32> {
        self.state().sessions.values().copied().collect()
    }

    /// How many sessions were open at a time, at most.
    pub fn most_sessions(&self) -> usize {
        self.state().most
    }

    /// How many cancel requests passed so far.
    pub fn cancels(&self) -> usize {
        self.state().cancels
    }

    /// How many connections stopped being recorded, because they carry what the tap cannot read:
    /// TLS, replication, or bytes that are no PostgreSQL protocol.
    pub fn opaque(&self) -> usize {
        self.state().opaque
    }

    /// Starts or stops the recording of single messages; off at first.
    pub fn record_messages(&self, on: bool) {
        self.state().recording = on;
    }

    /// The first 10,000 messages that passed while [`record_messages`](Log::record_messages) was
    /// on, in the order they were read.
    pub fn messages(&self) -> Vec<Message> {
        let mut messages = self.state().messages.clone();
        messages.sort_by_key(|message| message.at);
        messages
    }

    /// The same as [`messages`](Log::messages), and forgets them.
    pub fn take_messages(&self) -> Vec<Message> {
        let messages = self.messages();
        self.state().messages.clear();
        messages
    }

    /// Waits until every recorded connection is idle: all bytes read are decoded and no statement
    /// is in flight. The tap forwards before it decodes, so a caller who has its reply can be
    /// ahead of the record. False if that was not reached within `limit`.
    pub fn settle(&self, limit: Duration) -> bool {
        self.wait(limit, |state| state.unsettled == 0)
    }

    pub(super) fn wait_for_threads(&self, limit: Duration) -> bool {
        self.wait(limit, |state| state.threads == 0)
    }

    /// The time since the tap's start, which is what statements are dated by.
    pub fn now(&self) -> Duration {
        self.0.start.elapsed()
    }

    /// Counts a thread in (`+1`) or out (`-1`).
    pub(super) fn thread(&self, change: isize) {
        let mut state = self.state();
        state.threads = state.threads.saturating_add_signed(change);
        self.announce(&state);
    }

    /// Notes a chunk that is on its way to the server before anyone can have the reply to it.
    pub(super) fn chunk_read(&self) {
        self.state().unsettled += 1;
    }

    /// Takes in what a decoder found, and moves the count of the unsettled by `change`.
    pub(super) fn publish(&self, change: isize, found: &mut Vec<Statement>) {
        let mut state = self.state();
        state.statements.append(found);
        state.unsettled = state.unsettled.saturating_add_signed(change);
        self.announce(&state);
    }

    /// Opens a session and gives it its number.
    pub(super) fn open(&self) -> u32 {
        let mut state = self.state();
        state.connections += 1;
        state.connections
    }

    /// A session can be used, and this process serves it.
    pub(super) fn serves(&self, number: u32, process: i32) {
        let mut state = self.state();
        state.sessions.insert(number, process);
        state.most = state.most.max(state.sessions.len());
    }

    /// A session is over.
    pub(super) fn over(&self, number: u32) {
        self.state().sessions.remove(&number);
    }

    pub(super) fn cancel(&self) {
        self.state().cancels += 1;
    }

    pub(super) fn went_opaque(&self) {
        self.state().opaque += 1;
    }

    pub(super) fn recording(&self) -> bool {
        self.state().recording
    }

    pub(super) fn append_messages(&self, found: &mut Vec<Message>) {
        let mut state = self.state();
        let room = MESSAGES - state.messages.len();
        state.messages.extend(found.drain(..).take(room));
    }

    fn wait(&self, limit: Duration, reached: impl Fn(&State) -> bool) -> bool {
        let mut state = self.state();
        state.waiting += 1;
        let outcome = self.0.changed.wait_timeout_while(state, limit, |state| !reached(state));
        let (mut state, _) = outcome.unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        reached(&state)
    }

    /// Waking costs a system call even when nobody waits, and this runs in every round trip.
    fn announce(&self, state: &State) {
        if state.waiting > 0 {
            self.0.changed.notify_all();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Log {
    fn default() -> Log {
        Log::new()
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Log")
            .field("statements", &state.statements.len())
            .field("connections", &state.connections)
            .finish_non_exhaustive()
    }
}

/// Sessions finish their statements out of step, so the order of sending is that of the clock. The
/// sort is stable: within a session, equal times keep their order.
fn in_order(mut statements: Vec<Statement>) -> Vec<Statement> {
    statements.sort_by_key(|statement| statement.started);
    statements
}
