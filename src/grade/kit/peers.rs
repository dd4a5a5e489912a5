//! The calls of a check that go on at once.

use std::sync::{Arc, Mutex};

use postgres::Client;

use super::Outcome;
use crate::lock::locked;
use crate::postgres::address::Address;
use crate::postgres::tap::{Gate, Log};

/// What others may wait for: a call that goes on.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) name: String,
    pub(super) log: Log,
    pub(super) gate: Gate,
}

impl Peer {
    /// The one of these that a process serves; none, if that is the check's.
    pub(super) fn of(peers: &[Peer], process: i32) -> Option<&Peer> {
        peers.iter().find(|peer| peer.log.processes().contains(&process))
    }
}

/// All calls of a check that go on, or did.
#[derive(Clone, Default)]
pub(super) struct Peers(pub(super) Arc<Mutex<Vec<Peer>>>, Arc<Mutex<Option<Client>>>);

impl Peers {
    /// Asks in a session of the grader's that is there for all of them.
    pub(super) fn ask<T>(
        &self,
        grader: &Address,
        question: impl FnOnce(&mut Client) -> Result<T, postgres::Error>,
    ) -> Outcome<Result<T, postgres::Error>> {
        let mut watch = locked(&self.1);
        let client = match watch.take() {
            Some(client) if !client.is_closed() => client,
            _ => grader.connect()?,
        };
        Ok(question(watch.insert(client)))
    }
}
