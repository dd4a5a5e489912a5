//! What an answer may take of the machine.

use serde::{Deserialize, Serialize};

/// The most that an answer may take. 0 is no limit.
///
/// An answer cannot raise them, unless root runs it. Root is also exempt from the limit on tasks:
/// there, what an answer starts is bounded by its deadline alone, at which all of it is ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Address space of one process, in bytes.
    pub memory: u64,
    /// Size of one file that it writes, in bytes.
    pub file: u64,
    /// Processes and threads, beside those that the same user runs already. Only on Linux.
    pub tasks: u64,
}

#[cfg(unix)]
impl Limits {
    fn resources(&self) -> impl Iterator<Item = (rustix::process::Resource, u64)> {
        use rustix::process::Resource::{As, Core, Fsize};
        // A core file would be written into the workbook.
        let given = [(As, self.memory), (Fsize, self.file)].into_iter();
        given.filter(|(_, most)| *most > 0).chain([(Core, 0)])
    }
}

#[cfg(unix)]
fn both(most: u64) -> rustix::process::Rlimit {
    rustix::process::Rlimit { current: Some(most), maximum: Some(most) }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::sync::RwLock;
    use std::thread;

    use rustix::process::{Pid, Resource, Rlimit, getrlimit, getuid, prlimit};

    use super::{Limits, both};

    /// As many threads as no honest answer starts.
    const ROOM: usize = 64;

    impl Limits {
        /// Sets the limits of another process, or of this one. Of another, not that on tasks, which
        /// has to be tried.
        pub fn set(&self, pid: Option<u32>) {
            let other = pid.and_then(|pid| Pid::from_raw(pid.cast_signed()));
            if other.is_some() == pid.is_some() {
                for (resource, most) in self.resources() {
                    // Without a limit the answer still runs; the machine's own is what is left.
                    let _ = prlimit(other, resource, both(most));
                }
            }
            if pid.is_none() && self.tasks > 0 && !getuid().is_root() {
                self.limit_tasks();
            }
        }

        /// Sets the limits of this process, which is about to become another user's.
        pub fn set_for(&self, user: Option<u32>) {
            self.set(None);
            if let Some(user) = user.filter(|_| self.tasks > 0) {
                let _ = prlimit(None, Resource::Nproc, both(tasks_of(user) + self.tasks));
            }
        }

        /// The system counts what it does not show us too, such as what the same user runs in
        /// other containers. So the limit is taken back if there is no room to work in it.
        fn limit_tasks(&self) {
            let before = getrlimit(Resource::Nproc);
            let most = tasks_of(getuid().as_raw()) + self.tasks;
            if before.current.is_some_and(|current| current <= most) {
                return;
            }
            let soft = Rlimit { current: Some(most), maximum: before.maximum };
            if prlimit(None, Resource::Nproc, soft).is_err() {
                return;
            }
            let lasting = if room() { both(most) } else { before };
            let _ = prlimit(None, Resource::Nproc, lasting);
        }
    }

    /// Whether threads can be started.
    fn room() -> bool {
        // Each waits until this is over, so that all of them are there at once.
        let over = RwLock::new(());
        thread::scope(|scope| {
            let _wait = over.write();
            let start = || thread::Builder::new().spawn_scoped(scope, || drop(over.read()));
            (0..ROOM).all(|_| start().is_ok())
        })
    }

    /// How many processes and threads a user has, as far as we see them.
    fn tasks_of(user: u32) -> u64 {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let mine = entries.filter(|entry| entry.metadata().is_ok_and(|data| data.uid() == user));
        mine.filter_map(|entry| threads(&fs::read(entry.path().join("stat")).ok()?)).sum()
    }

    /// The twentieth field; the second, a name in parentheses, may have anything in it.
    fn threads(stat: &[u8]) -> Option<u64> {
        let name = stat.iter().rposition(|byte| *byte == b')')?;
        str::from_utf8(&stat[name + 1..]).ok()?.split_ascii_whitespace().nth(17)?.parse().ok()
    }
}

#[cfg(not(target_os = "linux"))]
impl Limits {
    /// Sets the limits of this process. Those of another cannot be set here.
    pub fn set(&self, pid: Option<u32>) {
        #[cfg(unix)]
        if pid.is_none() {
            for (resource, most) in self.resources() {
                // Without a limit the answer still runs; the machine's own is what is left.
                let _ = rustix::process::setrlimit(resource, both(most));
            }
        }
        #[cfg(not(unix))]
        let _ = pid;
    }

    /// Sets the limits of this process. Those of another user are not known here.
    pub fn set_for(&self, _user: Option<u32>) {
        self.set(None);
    }
}
