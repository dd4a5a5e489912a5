//! Lock files, waited for with a word, and not for ever; and locks within the program.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, PathContext, Result};
use crate::interrupt;

/// How long it is waited for in silence.
const QUIET: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(10);

/// Whom a lock is waited for, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    /// What its holder does, to be read after "another pglings".
    pub(crate) holder: &'static str,
    /// How long it may take.
    pub(crate) limit: Duration,
    /// Whether Ctrl-C ends it. Who puts things away is not to be kept from it.
    pub(crate) ends: bool,
    /// What it is if it takes longer.
    pub(crate) error: fn(String) -> Error,
}

/// What a mutex holds, also if somebody has panicked over it.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that is there to be locked.
pub(crate) fn lock_file(path: &Path) -> Result<File> {
    File::options().create(true).append(true).open(path).at("open", path)
}

/// Locks a file for ourselves. `say` hears whom we wait for, if it is not soon ours.
pub(crate) fn lock_alone(path: &Path, waiting: Waiting, say: &mut dyn FnMut(&str)) -> Result<File> {
    lock(path, File::try_lock, waiting, say)
}

/// Locks a file together with others who do so.
pub(crate) fn lock_shared(
    path: &Path,
    waiting: Waiting,
    say: &mut dyn FnMut(&str),
) -> Result<File> {
    lock(path, File::try_lock_shared, waiting, say)
}

fn lock(
    path: &Path,
    try_lock: fn(&File) -> Result<(), TryLockError>,
    waiting: Waiting,
    say: &mut dyn FnMut(&str),
) -> Result<File> {
    let file = lock_file(path)?;
    let began = Instant::now();
    let mut said = false;
    loop {
        match try_lock(&file) {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error).at("lock", path),
            Err(TryLockError::WouldBlock) => {}
        }
        if waiting.ends {
            interrupt::check()?;
        }
        let waited = began.elapsed();
        if waited >= waiting.limit {
            return Err((waiting.error)(format!(
                "Another pglings {} and does not come to an end: it has locked {}. \
                 End it and try again; `fuser` with that file tells which process it is.",
                waiting.holder,
                path.display()
            )));
        }
        if !said && waited >= QUIET {
            said = true;
            say(&format!("Waiting: another pglings {}…", waiting.holder));
        }
        thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_never_let_go_of_ends_in_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let (holder, limit) = ("starts a server", Duration::ZERO);
        let waiting = Waiting { holder, limit, ends: true, error: Error::NoServer };
        let held = lock_alone(&path, waiting, &mut |_| {}).unwrap();
        let error = lock_alone(&path, waiting, &mut |_| {}).unwrap_err();
        let text = error.to_string();
        assert_eq!(error.exit_code(), 3);
        assert!(text.contains("starts a server") && text.contains("a.lock"), "{text}");
        drop(held);
        lock_alone(&path, waiting, &mut |_| {}).unwrap();
    }
}
