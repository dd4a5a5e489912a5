//! Long work tells that it goes on, and whoever listens shows it.
//!
//! What takes long lies deep: a compiler, a download, `initdb`. So there is one listener for the
//! whole program, which the command line sets; without one all of this is silent. Who has the whole
//! screen listens instead, for as long as it does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Hears of long work. Several kinds may go on at once, each with a key of its own. It may hear of
/// the end of work whose beginning another one heard.
pub trait Listener: Send + Sync {
    /// Something to know, such as why it takes long: a line that stays.
    fn note(&self, text: &str);
    /// Work has begun, or is now at this.
    fn at(&self, key: u64, text: &str);
    /// It is over.
    fn over(&self, key: u64);
}

/// The last one hears, the others wait.
static LISTENERS: Mutex<Vec<Arc<dyn Listener>>> = Mutex::new(Vec::new());
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Sets the listener, until another one listens instead.
pub fn listen(listener: Arc<dyn Listener>) {
    LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
}

/// Lets another one listen, until the guard is dropped.
#[must_use]
pub fn listen_instead(listener: Arc<dyn Listener>) -> Instead {
    listen(Arc::clone(&listener));
    Instead(listener)
}

/// See [`listen_instead`].
pub struct Instead(Arc<dyn Listener>);

impl Drop for Instead {
    fn drop(&mut self) {
        let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| !Arc::ptr_eq(listener, &self.0));
    }
}

/// Who hears now. Not called under the lock: what it does may take as long as it likes.
fn tell(what: impl FnOnce(&dyn Listener)) {
    let last = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).last().cloned();
    if let Some(listener) = last {
        what(&*listener);
    }
}

/// Says a line that stays.
pub fn note(text: &str) {
    tell(|listener| listener.note(text));
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
        tell(|listener| listener.at(self.0, text));
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        tell(|listener| listener.over(self.0));
    }
}
