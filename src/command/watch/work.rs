//! Long work, for the line that says what goes on.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::activity::Listener;

/// What is heard of long work.
#[derive(Default)]
pub(super) struct Work(Mutex<Heard>);

#[derive(Default)]
struct Heard {
    note: Option<String>,
    at: BTreeMap<u64, String>,
}

impl Work {
    /// Why it takes long.
    pub(super) fn why(&self) -> Option<String> {
        self.heard().note.clone()
    }

    /// What it is at now.
    pub(super) fn at_now(&self) -> Option<String> {
        self.heard().at.values().next_back().cloned()
    }

    /// What was said of work before.
    pub(super) fn forget(&self) {
        self.heard().note = None;
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener for Work {
    fn note(&self, text: &str) {
        // Which server was found takes no time any more.
        let note = Some(text.to_owned()).filter(|text| !text.starts_with("Server: "));
        self.heard().note = note;
    }

    fn at(&self, key: u64, text: &str) {
        self.heard().at.insert(key, text.to_owned());
    }

    fn over(&self, key: u64) {
        self.heard().at.remove(&key);
    }
}
