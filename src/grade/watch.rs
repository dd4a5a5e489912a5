//! What no limit of the system bounds: the memory of all processes of an answer together, what it
//! writes to its folder, and the size of its database.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::lock::locked;
use crate::postgres::database::Gauge;
use crate::process::Taken;

/// How often it looks.
const INTERVAL: Duration = Duration::from_millis(200);

/// The most memory that all processes of an answer may use, in bytes.
const MEMORY: u64 = 1 << 30;

/// With more processes and threads than these, which no honest answer has, others of the same user may
/// be short of them.
const MANY: u64 = 256;

/// How often an answer was seen with that many.
static CROWDS: AtomicU64 = AtomicU64::new(0);

/// Changes while any answer has so many processes that others may be short of them.
pub(crate) fn crowds() -> u64 {
    CROWDS.load(Ordering::Relaxed)
}

/// The most that its database may hold, in bytes.
const DATABASE: u64 = 512 << 20;

/// Looks at a run from time to time, and ends it when it takes too much.
pub(crate) struct Watch {
    watched: Arc<Mutex<Watched>>,
    /// Closed to end it.
    _ended: mpsc::Sender<()>,
}

struct Watched {
    folder: Option<(PathBuf, u64)>,
    /// By lane.
    databases: BTreeMap<u32, (Gauge, String)>,
    /// What it took too much of, in words.
    over: Option<String>,
}

impl Watch {
    /// Watches what a run has taken, and a folder that may hold so many bytes.
    pub(crate) fn start(
        taken: impl Fn() -> Taken + Send + 'static,
        folder: Option<(PathBuf, u64)>,
        stop: impl Fn() + Send + 'static,
    ) -> Watch {
        let watched =
            Arc::new(Mutex::new(Watched { folder, databases: BTreeMap::new(), over: None }));
        let (sender, ended) = mpsc::channel::<()>();
        let thread = Arc::clone(&watched);
        thread::spawn(move || {
            while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                let (folder, databases) = {
                    let watched = locked(&thread);
                    (watched.folder.clone(), watched.databases.clone())
                };
                let taken = taken();
                if taken.tasks > MANY {
                    CROWDS.fetch_add(1, Ordering::Relaxed);
                }
                if let Some(over) = over(taken.memory, folder.as_ref(), databases.values()) {
                    locked(&thread).over = Some(over);
                    stop();
                    break;
                }
            }
        });
        Watch { watched, _ended: sender }
    }

    /// The database that a lane of it works in from now on.
    pub(crate) fn database(&self, lane: u32, gauge: Gauge, name: &str) {
        locked(&self.watched).databases.insert(lane, (gauge, name.to_owned()));
    }

    /// What it took too much of, if it was ended for that.
    pub(crate) fn over(&self) -> Option<String> {
        locked(&self.watched).over.clone()
    }
}

fn over<'a>(
    memory: u64,
    folder: Option<&(PathBuf, u64)>,
    mut databases: impl Iterator<Item = &'a (Gauge, String)>,
) -> Option<String> {
    if memory > MEMORY {
        return Some(format!("used more than {} MiB of memory", MEMORY >> 20));
    }
    if let Some((folder, most)) = folder {
        match size(folder, *most) {
            Ok(size) if size <= *most => {}
            Ok(_) => return Some(format!("wrote more than {} MiB to its folder", most >> 20)),
            Err(_) => return Some("made a folder that cannot be looked into".to_owned()),
        }
    }
    let full = databases.any(|(gauge, name)| gauge.size(name).is_some_and(|size| size > DATABASE));
    full.then(|| format!("filled its database with more than {} MiB", DATABASE >> 20))
}

/// What a folder holds, in bytes; looks no further once that is too much. A file that is there counts
/// for something, however little is in it.
///
/// # Errors
///
/// If a part of it cannot be looked into: its mode is so, or no path is long enough to name it.
fn size(folder: &Path, most: u64) -> io::Result<u64> {
    let mut sum = 0;
    let mut left = vec![folder.to_owned()];
    while let Some(dir) = left.pop() {
        let Some(entries) = still_there(fs::read_dir(dir))? else { continue };
        for entry in entries {
            let Some(entry) = still_there(entry)? else { continue };
            // The entry itself: a link leads elsewhere.
            let Some(data) = still_there(entry.metadata())? else { continue };
            sum += data.len() + 4096;
            if sum > most {
                return Ok(sum);
            }
            if data.is_dir() {
                left.push(entry.path());
            }
        }
    }
    Ok(sum)
}

/// What was removed meanwhile is no longer of interest.
fn still_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
