//! Notices when an exercise is saved.
//!
//! The file system's events only wake us; what tells a save is the file itself, looked at by its
//! path. So it does not matter whether an editor writes in place or renames a new file over the old
//! one, and where no events come (network file systems, containers, too many watchers) a look every
//! second finds the same, if later.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};

use notify_debouncer_mini::notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{Debouncer, new_debouncer};

use crate::exercise::files::Workbook;
use crate::exercise::{Exercise, exercises};
use crate::home::short_hash;

/// How long the events of one save may be apart: some editors truncate a file and then write it.
const QUIET: Duration = Duration::from_millis(40);

/// How often files are looked at when no event comes.
const POLL: Duration = Duration::from_secs(1);

/// The longest file that is read for a look, in bytes. A longer one is told by its time.
const LARGEST: u64 = 1024 * 1024;

/// What a file looked like.
struct Seen {
    modified: Option<SystemTime>,
    length: u64,
    /// Of the exercise in hand: there are file systems whose times are too coarse to tell.
    hash: Option<String>,
}

/// See the module.
pub(super) struct Saves {
    seen: BTreeMap<&'static str, Seen>,
    events: mpsc::Receiver<()>,
    looked: Instant,
    /// `None` where the system has no events for us.
    _watcher: Option<Debouncer<RecommendedWatcher>>,
}

impl Saves {
    /// From now on; with `poll` by looking alone.
    pub(super) fn new(workbook: &Workbook, hand: &Exercise, poll: bool) -> Saves {
        let (sender, events) = mpsc::channel();
        let dir = workbook.root().join("exercises");
        let watcher = if poll { None } else { watcher(&dir, sender) };
        let seen = BTreeMap::new();
        let mut saves = Saves { seen, events, looked: Instant::now(), _watcher: watcher };
        saves.look(workbook, hand);
        saves
    }

    /// The exercise that was saved since the last call; the one in hand before all others.
    pub(super) fn saved(
        &mut self,
        workbook: &Workbook,
        hand: &Exercise,
    ) -> Option<&'static Exercise> {
        let woken = self.events.try_iter().count() > 0;
        if !woken && self.looked.elapsed() < POLL {
            return None;
        }
        self.looked = Instant::now();
        let saved = self.look(workbook, hand);
        let own = saved.iter().find(|exercise| exercise.stem == hand.stem);
        own.or(saved.first()).copied()
    }

    /// Looks at all files, and says which have changed since the last look. One that is not there
    /// is being replaced, or will be missed by others.
    pub(super) fn look(&mut self, workbook: &Workbook, hand: &Exercise) -> Vec<&'static Exercise> {
        let mut saved = Vec::new();
        for exercise in exercises() {
            let path = workbook.path(exercise);
            let Some(now) = Seen::at(&path, exercise.stem == hand.stem) else { continue };
            match self.seen.get_mut(exercise.stem) {
                Some(before) if before.is_as(&now) => {
                    before.hash = now.hash.or(before.hash.take());
                }
                before => {
                    if before.is_some() {
                        saved.push(exercise);
                    }
                    self.seen.insert(exercise.stem, now);
                }
            }
        }
        saved
    }
}

impl Seen {
    fn at(path: &Path, read: bool) -> Option<Seen> {
        let data = fs::metadata(path).ok()?;
        let read = read && data.is_file() && data.len() <= LARGEST;
        let hash = if read { fs::read(path).ok().map(|bytes| short_hash(&bytes)) } else { None };
        Some(Seen { modified: data.modified().ok(), length: data.len(), hash })
    }

    fn is_as(&self, other: &Seen) -> bool {
        let known = self.hash.is_some() && other.hash.is_some();
        self.modified == other.modified
            && self.length == other.length
            && (!known || self.hash == other.hash)
    }
}

/// The folder and not the files: a file that is replaced takes its watch with it.
fn watcher(dir: &Path, events: mpsc::Sender<()>) -> Option<Debouncer<RecommendedWatcher>> {
    let wake = move |_| {
        // Nobody listens any more when the program ends.
        let _ = events.send(());
    };
    let mut debouncer = new_debouncer(QUIET, wake).ok()?;
    debouncer.watcher().watch(dir, RecursiveMode::Recursive).ok()?;
    Some(debouncer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_alone_finds_writes_and_renames_and_waits_for_what_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let workbook = Workbook::at(dir.path());
        let (hand, other) = (&exercises()[0], &exercises()[1]);
        let path = workbook.path(hand);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "a").unwrap();
        fs::write(workbook.path(other), "a").unwrap();
        let mut saves = Saves::new(&workbook, hand, true);
        let mut look = |hand| {
            saves.look(&workbook, hand).iter().map(|exercise| exercise.stem).collect::<Vec<_>>()
        };
        assert!(look(hand).is_empty());
        // Another text of the same length and time.
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        fs::write(&path, "b").unwrap();
        fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
        assert_eq!(look(hand), [hand.stem]);
        let new = path.with_extension("new");
        fs::write(&new, "longer").unwrap();
        fs::remove_file(&path).unwrap();
        assert!(look(hand).is_empty());
        fs::rename(&new, &path).unwrap();
        assert_eq!(look(hand), [hand.stem]);
        // To take another one in hand is no save of it.
        assert!(look(other).is_empty());
        fs::write(workbook.path(other), "more").unwrap();
        assert_eq!(look(hand), [other.stem]);
    }
}
