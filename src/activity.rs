//! Long work tells that it goes on, and whoever listens shows it.
//!
//! What takes long lies deep: a compiler, a download, `initdb`. So there is one listener for the
//! whole program, which the command line sets; without one all of this is silent.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Hears of long work. Several kinds may go on at once, each with a key of its own.
pub trait Listener: Send + Sync {
    /// Something to know, such as why it takes long: a line that stays.
    fn note(&self, text: &str);
    /// Work has begun, or is now at this.
    fn at(&self, key: u64, text: &str);
    /// It is over.
    fn over(&self, key: u64);
}

static LISTENER: OnceLock<Box<dyn Listener>> = OnceLock::new();
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Sets the listener. The first one stays.
pub fn listen(listener: Box<dyn Listener>) {
    let _ = LISTENER.set(listener);
}

/// Says a line that stays.
pub fn note(text: &str) {
    if let Some(listener) = LISTENER.get() {
        listener.note(text);
    }
}

/// Begins work: what is being done, in a few words. It is over when the guard is dropped.
#[must_use]
pub fn begin(text: &str) -> Work {
    let work = Work(NEXT.fetch_add(1, Ordering::Relaxed));
    work.at(text);
    work
}

/// See [`begin`].
#[derive(Debug)]
pub struct Work(u64);

impl Work {
    /// Says what it is at now.
    pub fn at(&self, text: &str) {
        if let Some(listener) = LISTENER.get() {
            listener.at(self.0, text);
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(listener) = LISTENER.get() {
            listener.over(self.0);
        }
    }
}
