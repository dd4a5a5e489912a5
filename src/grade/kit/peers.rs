//! The calls of a check that go on at once.

use std::sync::{Arc, Mutex};

use crate::postgres::tap::{Gate, Log};

/// What others may wait for: a call that goes on.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) name: String,
    pub(super) log: Log,
    pub(super) gate: Gate,
}

/// All calls of a check that go on, or did.
#[derive(Clone, Default)]
pub(super) struct Peers(pub(super) Arc<Mutex<Vec<Peer>>>);
