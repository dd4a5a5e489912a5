//! Ctrl-C: whatever runs is told to stop, and everything is put away before the program ends.
//!
//! The first one ends what we wait for (a process, a session on the server), so that the command
//! returns by its ordinary way, destructors and all. SIGTERM and a closed terminal do the same.
//! A [`Cancel`] does it to the work of one thread, and the program goes on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static TERMINAL: Mutex<Terminal> = Mutex::new(Terminal::Ours);
/// The signal is handled in a thread, which may come to it when that program has ended.
const GRACE: Duration = Duration::from_secs(1);
static NEXT: AtomicU64 = AtomicU64::new(0);
static STOPPERS: Mutex<BTreeMap<u64, Stopper>> = Mutex::new(BTreeMap::new());

thread_local! {
    /// What cancels the work of this thread.
    static SCOPE: RefCell<Option<Cancel>> = const { RefCell::new(None) };
}

/// Who has the terminal, and with it Ctrl-C.
enum Terminal {
    Ours,
    Lent,
    Back(Instant),
}

struct Stopper {
    stop: Box<dyn Fn() + Send>,
    scope: Option<Cancel>,
}

/// Listens for Ctrl-C. Called once, by the program; a library user has a handler of their own.
pub fn listen() {
    // A handler that is set already is better than none.
    let _ = ctrlc::set_handler(|| match *terminal() {
        Terminal::Lent => {}
        Terminal::Back(since) if since.elapsed() < GRACE => {}
        Terminal::Ours | Terminal::Back(_) => raise(),
    });
}

/// Leaves Ctrl-C to a program that has our terminal, until the guard is dropped. SIGTERM cannot be
/// told from it, and is left to it too; a closed terminal is noticed by whoever reads it next.
#[must_use]
pub fn leave_to_others() -> Others {
    *terminal() = Terminal::Lent;
    Others(())
}

/// See [`leave_to_others`].
#[derive(Debug)]
pub struct Others(());

impl Drop for Others {
    fn drop(&mut self) {
        *terminal() = Terminal::Back(Instant::now());
    }
}

fn terminal() -> MutexGuard<'static, Terminal> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does what Ctrl-C does: whoever leaves need not wait for what still runs.
pub fn raise() {
    INTERRUPTED.store(true, Ordering::SeqCst);
    for stopper in stoppers().values() {
        (stopper.stop)();
    }
}

/// Whether Ctrl-C was pressed, or the work of this thread was cancelled, as an error.
pub fn check() -> Result<()> {
    let cancelled = SCOPE.with_borrow(|scope| scope.as_ref().is_some_and(Cancel::is_cancelled));
    if cancelled || INTERRUPTED.load(Ordering::SeqCst) { Err(Error::Interrupted) } else { Ok(()) }
}

/// Says how to stop what is being waited for, until the guard is dropped.
#[must_use]
pub fn on(stop: impl Fn() + Send + 'static) -> Guard {
    let key = NEXT.fetch_add(1, Ordering::Relaxed);
    let scope = SCOPE.with_borrow(Clone::clone);
    // Under the lock: a cancel comes either before this, and is seen here, or finds the stopper.
    let mut stoppers = stoppers();
    if scope.as_ref().is_some_and(Cancel::is_cancelled) {
        stop();
    }
    stoppers.insert(key, Stopper { stop: Box::new(stop), scope });
    Guard(key)
}

/// Work for another thread that whoever cancels the work of this one cancels too.
pub fn together<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let scope = SCOPE.with_borrow(Clone::clone);
    move || match scope {
        Some(cancel) => cancel.scope(work),
        None => work(),
    }
}

/// Stops the work of one thread, as Ctrl-C stops all. What that thread lets other threads do, such
/// as starting a server that others use too, goes on.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Does work on this thread that can be cancelled from another.
    pub fn scope<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = SCOPE.replace(Some(self.clone()));
        let result = work();
        SCOPE.set(before);
        result
    }

    /// Ends what the work waits for; its next [`check`] fails.
    pub fn cancel(&self) {
        let stoppers = stoppers();
        self.0.store(true, Ordering::SeqCst);
        let own = |stopper: &&Stopper| {
            stopper.scope.as_ref().is_some_and(|scope| Arc::ptr_eq(&scope.0, &self.0))
        };
        for stopper in stoppers.values().filter(own) {
            (stopper.stop)();
        }
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_cancel_stops_its_own_work_alone_and_whatever_begins_after_it() {
        let (cancel, other) = (Cancel::default(), Cancel::default());
        let (sender, stopped) = mpsc::channel();
        let say = |word: &'static str| {
            let sender = sender.clone();
            move || sender.send(word).unwrap()
        };
        let _own = cancel.scope(|| on(say("own")));
        let _other = other.scope(|| on(say("other")));
        let _none = on(say("none"));
        cancel.cancel();
        assert!(cancel.scope(check).is_err() && other.scope(check).is_ok() && check().is_ok());
        let _late = cancel.scope(|| on(say("late")));
        assert_eq!(stopped.try_iter().collect::<Vec<_>>(), ["own", "late"]);
        let there = cancel.scope(|| together(check));
        assert!(std::thread::spawn(there).join().unwrap().is_err() && together(check)().is_ok());
    }
}
