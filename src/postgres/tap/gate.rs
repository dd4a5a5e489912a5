//! A gate in the wire: it holds what a client sends before a statement, or the reply behind one, and it
//! may cut the connection there. So what two sessions do can be brought into one order, the same each
//! time. It makes nothing up: whatever passes is what client and server have sent.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::lock::locked;

/// Whether a statement is the one that is meant.
pub type Matches = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// On which side of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Before the server gets it.
    Before,
    /// When the server has done it, and before the client hears of it.
    After,
}

/// What to do there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Hold it until it is let go.
    Hold,
    /// End the connection, on both sides.
    Cut,
}

/// Where a gate closes: at the first statement that matches, once.
#[derive(Clone)]
pub struct Barrier {
    /// On which side of it.
    pub when: When,
    /// What to do.
    pub deed: Deed,
    /// Which statement.
    pub matches: Matches,
}

/// A gate of all connections of one [`Tap`](super::Tap). Clones share it.
#[derive(Clone, Default)]
pub struct Gate(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    barriers: Vec<Barrier>,
    /// What is held, by connection.
    held: BTreeMap<u64, String>,
    open: bool,
}

impl Gate {
    /// Closes at one more statement.
    pub fn close_at(&self, barrier: Barrier) {
        locked(&self.0.state).barriers.push(barrier);
    }

    /// The statement that is held, if one is within this time.
    pub fn held(&self, limit: Duration) -> Option<String> {
        let state = locked(&self.0.state);
        let none = |state: &mut State| state.held.is_empty();
        let outcome = self.0.changed.wait_timeout_while(state, limit, none);
        let (state, _) = outcome.unwrap_or_else(PoisonError::into_inner);
        state.held.values().next().cloned()
    }

    /// Lets go of what is held.
    pub fn release(&self) {
        locked(&self.0.state).held.clear();
        self.0.changed.notify_all();
    }

    /// Holds nothing from now on. Where it is to cut, it still does.
    pub fn open(&self) {
        let mut state = locked(&self.0.state);
        state.open = true;
        state.barriers.retain(|barrier| barrier.deed == Deed::Cut);
        state.held.clear();
        self.0.changed.notify_all();
    }

    /// What is to be done on this side of a statement. Whatever it is, it is done once.
    pub(super) fn meet(&self, when: When, sql: Option<&str>) -> Option<Deed> {
        let sql = sql?;
        let mut state = locked(&self.0.state);
        let is = |barrier: &Barrier| barrier.when == when && (barrier.matches)(sql);
        let at = state.barriers.iter().position(is)?;
        Some(state.barriers.remove(at).deed)
    }

    /// Waits until it is let go.
    pub(super) fn hold(&self, connection: u64, sql: &str) {
        let mut state = locked(&self.0.state);
        if state.open {
            return;
        }
        state.held.insert(connection, sql.to_owned());
        self.0.changed.notify_all();
        let still = |state: &mut State| state.held.contains_key(&connection);
        drop(self.0.changed.wait_while(state, still).unwrap_or_else(PoisonError::into_inner));
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

/// What a client sends, cut into messages, as they come to a gate.
#[derive(Default)]
pub(super) struct Requests {
    waiting: Vec<u8>,
    /// Whether messages carry a type: they do behind the startup packet.
    typed: bool,
    /// The SQL of statements that have been parsed, by name.
    prepared: HashMap<String, String>,
    /// The statement that was met when it was parsed, and is not met again when it is run.
    met: Option<String>,
}

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) bytes: Vec<u8>,
    /// The SQL that it begins to run. In a transaction that is when it is parsed: there the server takes
    /// its snapshot, if it has none.
    pub(super) begins: Option<String>,
    /// The SQL that it runs, if it does.
    pub(super) runs: Option<String>,
    /// Whether the server says behind it that it is ready.
    pub(super) answered: bool,
    /// Whether the server answers it with a single byte.
    pub(super) encrypts: bool,
}

/// The startup packet of protocol 3, and the one that asks for encryption.
const STARTUP: [u8; 2] = [0, 3];
const ENCRYPTION: [&[u8]; 2] = [&[0x04, 0xd2, 0x16, 0x2f], &[0x04, 0xd2, 0x16, 0x30]];

impl Requests {
    /// Takes in what was read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    /// The next whole message of a session that is in a transaction or not. What is no message of the
    /// protocol comes as it is.
    pub(super) fn next(&mut self, in_transaction: bool) -> Option<Request> {
        let at = usize::from(self.typed);
        let length: [u8; 4] = self.waiting.get(at..at + 4)?.try_into().ok()?;
        let length = at + usize::try_from(u32::from_be_bytes(length)).ok()?;
        let whole = if length < at + 4 { self.waiting.len() } else { length };
        if self.waiting.len() < whole {
            return None;
        }
        let bytes: Vec<u8> = self.waiting.drain(..whole).collect();
        let body = bytes.get(at + 4..).unwrap_or_default();
        let (mut begins, mut runs) = (None, None);
        let (mut answered, mut encrypts) = (false, false);
        if self.typed {
            let texts: Vec<_> = body.split(|byte| *byte == 0).take(2).collect();
            let text = |at: usize| String::from_utf8_lossy(texts.get(at).unwrap_or(&&b""[..]));
            match bytes[0] {
                b'Q' => {
                    (runs, answered) = (Some(text(0).into_owned()), true);
                    begins.clone_from(&runs);
                }
                b'P' => {
                    let (name, sql) = (text(0).into_owned(), text(1).into_owned());
                    if in_transaction {
                        self.met = Some(name.clone());
                        begins = Some(sql.clone());
                    }
                    self.prepared.insert(name, sql);
                }
                b'B' => {
                    let met = self.met.take_if(|name| **name == *text(1)).is_some();
                    runs = self.prepared.get(&*text(1)).cloned();
                    begins = if met { None } else { runs.clone() };
                }
                b'S' | b'F' => answered = true,
                _ => {}
            }
        } else {
            encrypts = ENCRYPTION.iter().any(|code| body.starts_with(code));
            self.typed = body.starts_with(&STARTUP);
            answered = self.typed;
        }
        Some(Request { bytes, begins, runs, answered, encrypts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(tag: &[u8], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [tag, &length.to_be_bytes(), body].concat()
    }

    #[test]
    fn messages_are_found_however_the_network_has_cut_them() {
        let all = [
            message(b"", ENCRYPTION[0]),
            message(b"", b"\0\x03\0\0user\0ada\0\0"),
            message(b"p", b"secret\0"),
            message(b"P", b"s1\0SELECT $1\0\0\0"),
            message(b"S", b""),
            message(b"B", b"\0s1\0\0\0\0\0\0\0"),
            message(b"E", b"\0\0\0\0\0"),
            message(b"S", b""),
            message(b"Q", b"COMMIT\0"),
        ];
        let bytes = all.concat();
        for size in [1, 3, 7, bytes.len()] {
            let mut requests = Requests::default();
            let mut found = Vec::new();
            for chunk in bytes.chunks(size) {
                requests.push(chunk);
                found.extend(std::iter::from_fn(|| requests.next(false)));
            }
            assert!(found.iter().map(|request| &request.bytes).eq(&all));
            let runs: Vec<_> = found.iter().map(|request| request.runs.as_deref()).collect();
            let select = Some("SELECT $1");
            let none = None;
            assert_eq!(runs, [none, none, none, none, none, select, none, none, Some("COMMIT")]);
            let answered = found.iter().map(|request| request.answered);
            assert!(
                answered.eq([false, true, false, false, true, false, false, true, true]),
                "{found:?}"
            );
            assert!(found[0].encrypts && !found[1].encrypts);
        }
    }

    #[test]
    fn in_a_transaction_a_statement_is_met_when_it_is_parsed_and_once() {
        let mut requests = Requests { typed: true, ..Requests::default() };
        let [parse, bind] =
            [message(b"P", b"\0SELECT 1\0\0\0"), message(b"B", b"\0\0\0\0\0\0\0\0")];
        let mut runs = |bytes: &[u8], in_transaction| {
            requests.push(bytes);
            requests.next(in_transaction).unwrap().begins.is_some()
        };
        // Parsed and run, and run again.
        assert_eq!([runs(&parse, true), runs(&bind, true), runs(&bind, true)], [true, false, true]);
        assert_eq!([runs(&parse, false), runs(&bind, false)], [false, true]);
    }

    #[test]
    fn what_is_no_message_passes() {
        let mut requests = Requests::default();
        requests.push(b"\0\0\0\x01GET / HTTP/1.1");
        assert_eq!(requests.next(false).unwrap().bytes, b"\0\0\0\x01GET / HTTP/1.1");
    }
}
