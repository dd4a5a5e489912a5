//! Which transactions a record of the wire shows.

use std::collections::BTreeMap;
use std::fmt;

use super::sql::{Command, commands};
use super::{Statement, TransactionStatus};

/// How far a transaction is kept apart from others, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isolation {
    /// Every statement sees what was committed before it. READ UNCOMMITTED is the same.
    ReadCommitted,
    /// All statements see what was committed before the first.
    RepeatableRead,
    /// As if the transactions had run one after the other.
    Serializable,
}

impl fmt::Display for Isolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Isolation::ReadCommitted => "READ COMMITTED",
            Isolation::RepeatableRead => "REPEATABLE READ",
            Isolation::Serializable => "SERIALIZABLE",
        })
    }
}

/// One transaction: from a BEGIN to its end, or one message outside of such.
#[derive(Debug, Clone)]
pub(super) struct Transaction<'a> {
    pub(super) connection: u32,
    /// What it wrote with.
    pub(super) writes: Vec<&'a str>,
    pub(super) isolation: Isolation,
    /// Whether a BEGIN opened it.
    pub(super) explicit: bool,
    /// Whether its work stayed, as far as the record goes.
    pub(super) kept: bool,
    /// Whether it had not ended at the end of the record.
    pub(super) open: bool,
}

/// What a session is at.
#[derive(Debug, Default)]
struct Session {
    /// The place of its open transaction in the list.
    open: Option<usize>,
    /// What its transactions begin at.
    usual: Option<Isolation>,
}

/// The transactions of all connections, in the order of their beginning.
pub(super) fn of(statements: &[Statement]) -> Vec<Transaction<'_>> {
    let mut all: Vec<Transaction<'_>> = Vec::new();
    let mut sessions: BTreeMap<u32, Session> = BTreeMap::new();
    for statement in statements {
        let session = sessions.entry(statement.connection).or_default();
        let begin = |explicit, session: &Session| Transaction {
            connection: statement.connection,
            writes: Vec::new(),
            isolation: session.usual.unwrap_or(Isolation::ReadCommitted),
            explicit,
            kept: true,
            open: explicit,
        };
        if session.open.is_none() && statement.before != TransactionStatus::Idle {
            // Its BEGIN was sent before the record began.
            all.push(begin(true, session));
            session.open = Some(all.len() - 1);
        }
        // The commands of one message outside of a transaction are one by themselves.
        let mut own = None;
        for (index, command) in commands(&statement.sql).iter().enumerate() {
            if command.is(&["begin"]) || command.is(&["start", "transaction"]) {
                let place = session.open.or(own.take()).unwrap_or(all.len());
                if place == all.len() {
                    all.push(begin(true, session));
                }
                (all[place].explicit, all[place].open) = (true, true);
                session.open = Some(place);
                all[place].isolation = level(command).unwrap_or(all[place].isolation);
            } else if let Some(kept) = end(command) {
                // COMMIT of a transaction that failed is a ROLLBACK.
                let rolled_back = statement.tags.get(index).is_some_and(|tag| tag == "ROLLBACK");
                if let Some(place) = session.open.take() {
                    all[place].kept = kept && !rolled_back && statement.error.is_none();
                    all[place].open = false;
                    if command.has("chain") && !command.has("no") {
                        let isolation = all[place].isolation;
                        all.push(Transaction { isolation, ..begin(true, session) });
                        session.open = Some(all.len() - 1);
                    }
                }
            } else if let Some((whole_session, level)) = setting(command) {
                match session.open {
                    Some(place) if !whole_session => all[place].isolation = level,
                    _ if whole_session => session.usual = Some(level),
                    _ => {}
                }
            } else {
                let place = session.open.or(own).unwrap_or(all.len());
                if place == all.len() {
                    all.push(begin(false, session));
                    all[place].kept = statement.error.is_none();
                    own = Some(place);
                }
                if all[place].explicit {
                    // A savepoint may bring it back.
                    all[place].kept = statement.after != TransactionStatus::Failed;
                }
                if command.writes() {
                    all[place].writes.push(&statement.sql);
                }
            }
        }
        if session.open.is_some() && statement.after == TransactionStatus::Idle {
            // It ended in a way that this does not know.
            if let Some(place) = session.open.take() {
                all[place].open = false;
                all[place].kept &= statement.error.is_none();
            }
        }
    }
    all
}

/// Whether a command ends a transaction, and whether its work stays then.
fn end(command: &Command) -> Option<bool> {
    let keeps = command.is(&["commit"]) || command.is(&["end"]);
    let undoes = command.is(&["abort"]) || (command.is(&["rollback"]) && !command.has("to"));
    (keeps || undoes).then_some(keeps)
}

/// A level that a command sets for the session (true) or for its transaction.
fn setting(command: &Command) -> Option<(bool, Isolation)> {
    let words = command.words();
    let says = |word: &str| words.contains(&word);
    let sets = command.is(&["set"]) || says("set_config");
    let level = || level(command);
    if sets && (says("characteristics") || says("default_transaction_isolation")) {
        return Some((true, level()?));
    }
    let here = says("transaction_isolation") || command.is(&["set", "transaction"]);
    (sets && here).then(level).flatten().map(|level| (false, level))
}

/// The level that a command names.
fn level(command: &Command) -> Option<Isolation> {
    let text = command.words().join(" ").to_lowercase();
    [
        ("serializable", Isolation::Serializable),
        ("repeatable read", Isolation::RepeatableRead),
        ("read committed", Isolation::ReadCommitted),
        ("read uncommitted", Isolation::ReadCommitted),
    ]
    .into_iter()
    .find(|(name, _)| text.contains(name))
    .map(|(_, level)| level)
}
