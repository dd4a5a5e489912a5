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
    /// What it is at, and why it takes long.
    pub(super) fn words(&self) -> Vec<String> {
        let heard = self.heard();
        heard.note.iter().chain(heard.at.values().next_back()).cloned().collect()
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
