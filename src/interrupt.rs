//! Ctrl-C: whatever runs is told to stop, and everything is put away before the program ends.
//!
//! The first one ends what we wait for (a process, a session on the server), so that the command
//! returns by its ordinary way, destructors and all. SIGTERM and a closed terminal do the same.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static NEXT: AtomicU64 = AtomicU64::new(0);
static STOPPERS: Mutex<BTreeMap<u64, Stopper>> = Mutex::new(BTreeMap::new());

type Stopper = Box<dyn Fn() + Send>;

/// Listens for Ctrl-C. Called once, by the program; a library user has a handler of their own.
pub fn listen() {
    // A handler that is set already is better than none.
    let _ = ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        for stop in stoppers().values() {
            stop();
        }
    });
}

/// Whether Ctrl-C was pressed, as an error.
pub fn check() -> Result<()> {
    if INTERRUPTED.load(Ordering::SeqCst) { Err(Error::Interrupted) } else { Ok(()) }
}

/// Says how to stop what is being waited for, until the guard is dropped.
#[must_use]
pub fn on(stop: impl Fn() + Send + 'static) -> Guard {
    let key = NEXT.fetch_add(1, Ordering::Relaxed);
    stoppers().insert(key, Box::new(stop));
    Guard(key)
}

/// See [`on`].
#[derive(Debug)]
pub struct Guard(u64);

impl Drop for Guard {
    fn drop(&mut self) {
        stoppers().remove(&self.0);
    }
}

fn stoppers() -> MutexGuard<'static, BTreeMap<u64, Stopper>> {
    STOPPERS.lock().unwrap_or_else(PoisonError::into_inner)
}
