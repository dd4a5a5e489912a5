//! The folder that answers are compiled and run in, gone when grading ends; and after a run that was
//! killed, when the next one begins.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Context, PathContext, Result};
use crate::process::Program;

/// What its name begins with.
pub const PREFIX: &str = "pglings-class-";

/// The file in it that is locked for as long as its run lives.
const LOCK: &str = ".lock";

/// How long the removal of what is hard to remove may take.
const REMOVAL: Duration = Duration::from_secs(60);

/// A folder in the folder for temporary files. Dropping it removes all that is in it.
#[derive(Debug)]
pub struct Desk {
    path: PathBuf,
    _lock: File,
}

impl Desk {
    /// Sweeps up after runs that were killed, and makes a folder.
    pub fn new() -> Result<Desk> {
        Desk::within(&std::env::temp_dir())
    }

    fn within(place: &Path) -> Result<Desk> {
        sweep(place);
        // It gets the name by which it is swept when it is locked, so that no other run finds it in
        // between.
        let new = tempfile::Builder::new().prefix(&format!(".{PREFIX}")).tempdir_in(place);
        let new = new.context(format!("cannot make a folder in {}", place.display()))?;
        let lock = new.path().join(LOCK);
        let file = File::create(&lock).at("write", &lock)?;
        // Who could open it could lock it.
        fs::set_permissions(&lock, Permissions::from_mode(0o600)).at("close", &lock)?;
        file.lock().at("lock", &lock)?;
        let name = new.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = place.join(name.trim_start_matches('.'));
        fs::rename(new.path(), &path).at("create", &path)?;
        let _ = new.keep();
        let desk = Desk { path, _lock: file };
        // The users of all places have to be able to enter it, and see nothing.
        fs::set_permissions(&desk.path, Permissions::from_mode(0o711)).at("open", &desk.path)?;
        Ok(desk)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes a folder that answers have written in. What cannot be removed is left for the next
/// sweep: an answer is not to stop the grading of others.
pub(super) fn remove(dir: &Path) {
    if fs::remove_dir_all(dir).is_ok() {
        return;
    }
    // Its folders may be deeper than we have files to open, and forbid their owner to look. These
    // programs change folders on their way, and follow no links.
    for (program, word) in [("chmod", "u+rwx"), ("rm", "-f")] {
        let _ = Program::new(program).args(["-R", word, "--"]).arg(dir).run(REMOVAL);
    }
}

/// Removes the desks of runs that are no more.
fn sweep(place: &Path) {
    let owner = rustix::process::geteuid().as_raw();
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        // Everybody may write here, so a folder of that name may be anybody's.
        let ours = entry.metadata().is_ok_and(|data| data.is_dir() && data.uid() == owner);
        if !ours || !name.to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let lock = File::open(entry.path().join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            remove(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn desks_of_runs_that_are_no_more_are_swept() {
        let place = tempfile::tempdir().unwrap();
        let alive = Desk::within(place.path()).unwrap();
        let killed = Desk::within(place.path()).unwrap();
        // What a killed run leaves: all of it, and the lock is nobody's.
        let left = killed.path().to_owned();
        let Desk { path: _, _lock: lock } = &killed;
        lock.unlock().unwrap();
        let closed = left.join("place-0/closed");
        fs::create_dir_all(closed.join("deeper")).unwrap();
        fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
        fs::create_dir(place.path().join("pglings-class-of-another-kind")).unwrap();
        let next = Desk::within(place.path()).unwrap();
        assert!(!left.exists());
        assert!(alive.path().join(LOCK).exists() && next.path().join(LOCK).exists());
        let mode = fs::metadata(next.path()).unwrap().mode() & 0o777;
        assert_eq!(mode, 0o711);
        drop((alive, next));
        let names: Vec<_> = fs::read_dir(place.path()).unwrap().flatten().collect();
        assert_eq!(names.len(), 1, "{names:?}");
    }
}
