//! Ending all that a contained program has left, on Linux.
//!
//! A process may leave its group and its session, lose its parents and clear its environment, but
//! it cannot leave its ancestors: from the first contained program on, whatever loses its parent
//! below us becomes our own child ("subreaper"). So a child that we did not start is an orphan, and
//! orphans end with the next contained program that does. No answer may leave any.
//!
//! Two kinds of orphan stay. A server, which `pg_ctl` leaves on purpose, is told by its pid file.
//! Children that this process had before (as process 1 of a container, or started by the shell that
//! `exec`ed us) are none of our business. Everything else that we start has to go through
//! [`spawn`], or it would be taken for an orphan.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, getpid, kill_process, kill_process_group,
    set_child_subreaper, waitid, waitpid,
};

use super::{LINGER, MARK, Taken};

/// What is ours and is no orphan. Locked over each start and each look for orphans.
struct Ours {
    /// Those we started and have not waited for, and those that were there before.
    children: BTreeSet<i32>,
    /// The pid files of servers.
    servers: BTreeSet<PathBuf>,
    adopting: bool,
}

static OURS: Mutex<Ours> =
    Mutex::new(Ours { children: BTreeSet::new(), servers: BTreeSet::new(), adopting: false });

fn ours() -> MutexGuard<'static, Ours> {
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a child of ours. `contained` is whether its family is to end with it; `server` is the
/// pid file of a server that it starts or stops.
pub(super) fn spawn(
    command: &mut Command,
    contained: bool,
    server: Option<PathBuf>,
) -> io::Result<Child> {
    let mut ours = ours();
    if contained && !ours.adopting {
        ours.adopt();
    }
    ours.servers.extend(server);
    ours.reap_servers();
    let child = command.spawn()?;
    ours.children.insert(raw(child.id()));
    Ok(child)
}

/// Waits for a child's end.
pub(super) fn wait(mut child: Child) -> io::Result<ExitStatus> {
    let pid = raw(child.id());
    if let Some(pid) = Pid::from_raw(pid) {
        // Its number stays taken while it is ours: it is given up and forgotten in one.
        let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    }
    let mut ours = ours();
    let status = child.wait();
    ours.children.remove(&pid);
    status
}

/// Kills a contained program, all below it, whatever has its mark, and all orphans, until there is
/// none: one that is being killed may have started another.
pub(super) fn end(root: u32, mark: &str) {
    let variable = format!("{MARK}={mark}");
    let until = Instant::now() + LINGER;
    while ours().sweep(raw(root), variable.as_bytes()) && Instant::now() < until {
        thread::sleep(Duration::from_millis(1));
    }
}

/// What a process, all below it, and orphans with its mark have taken.
pub(super) fn taken(root: u32, mark: Option<&str>) -> Taken {
    let (processes, own) = (processes(), own());
    let mut roots = BTreeSet::from([raw(root)]);
    if let Some(variable) = mark.map(|mark| format!("{MARK}={mark}")) {
        let children = ours().children.clone();
        let orphans = processes.iter().filter(|process| {
            process.parent == own
                && !children.contains(&process.pid)
                && has_variable(process.pid, variable.as_bytes())
        });
        roots.extend(orphans.map(|process| process.pid));
    }
    let mut taken = Taken::default();
    for pid in below(&processes, roots) {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_ascii_whitespace().next()?.parse::<u64>().ok()
        };
        taken.memory += number("VmRSS:").unwrap_or_default() * 1024;
        taken.tasks += number("Threads:").unwrap_or_default();
    }
    taken
}

/// These processes and all below them.
fn below(processes: &[Process], mut roots: BTreeSet<i32>) -> BTreeSet<i32> {
    loop {
        let children = processes.iter().filter(|process| roots.contains(&process.parent));
        let children: Vec<i32> = children.map(|process| process.pid).collect();
        let before = roots.len();
        roots.extend(children);
        if roots.len() == before {
            return roots;
        }
    }
}

impl Ours {
    fn adopt(&mut self) {
        let own = own();
        let before = processes().into_iter().filter(|process| process.parent == own);
        self.children.extend(before.map(|process| process.pid));
        // Without it, the mark is what is left to find orphans by.
        if set_child_subreaper(Some(getpid())).is_ok() {
            thread::spawn(reap_orphans);
        }
        self.adopting = true;
    }

    /// A server of ours that died is told from one that runs only when it has been waited for.
    fn reap_servers(&self) {
        for pid in self.servers.iter().filter_map(|file| server(file)) {
            if !self.children.contains(&pid) {
                reap(pid);
            }
        }
    }

    /// Kills all there is, once. Returns whether there was anything.
    fn sweep(&self, root: i32, variable: &[u8]) -> bool {
        let own = own();
        let processes = processes();
        let servers: BTreeSet<i32> = self.servers.iter().filter_map(|file| server(file)).collect();
        let kept = |pid| self.children.contains(&pid) || servers.contains(&pid);
        let orphan = |process: &&Process| self.adopting && process.parent == own;
        let found = processes.iter().filter(|process| {
            orphan(process) && !kept(process.pid)
                || !process.ended && has_variable(process.pid, variable)
        });
        let mut doomed: BTreeSet<i32> = found.map(|process| process.pid).collect();
        // Once it has been waited for, its number may be anybody's.
        doomed.extend(self.children.get(&root));
        let doomed = below(&processes, doomed);
        let (doomed, others): (Vec<_>, Vec<_>) =
            processes.iter().partition(|process| doomed.contains(&process.pid));
        // A group is killed in one, so that none of it is born meanwhile.
        let groups = |all: &[&Process]| all.iter().map(|process| process.group).collect();
        let (mut groups, spared): (BTreeSet<i32>, BTreeSet<i32>) =
            (groups(&doomed), groups(&others));
        groups.retain(|group| !spared.contains(group));
        for group in groups.into_iter().filter_map(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let mut any = false;
        for process in doomed {
            // A child that we started has somebody who waits for it. One that looks ended may
            // have threads that live on; then there is nothing to reap yet.
            let gone = process.ended
                && (self.children.contains(&process.pid)
                    || process.parent == own && reap(process.pid));
            if !gone && let Some(pid) = Pid::from_raw(process.pid) {
                any = true;
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        any
    }
}

/// Takes note of the ends of orphans, as process 1 does for those that it gets: until then each
/// keeps its process number, of which there are few, and a program may leave thousands a second.
fn reap_orphans() {
    loop {
        // Not taking note of it yet: it may be a child that somebody waits for.
        let ended = waitid(WaitId::All, WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        if ended.is_ok() {
            let ours = ours();
            let own = own();
            for process in processes() {
                if process.ended && process.parent == own && !ours.children.contains(&process.pid) {
                    reap(process.pid);
                }
            }
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// A line of `/proc/*/stat`.
struct Process {
    pid: i32,
    parent: i32,
    group: i32,
    /// It has ended, and its parent has not waited for it.
    ended: bool,
}

fn processes() -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut pids: Vec<i32> = pids.collect();
    // The youngest first: one that lives shortly is looked at before it is gone.
    pids.sort_unstable_by_key(|pid| Reverse(*pid));
    pids.into_iter().filter_map(process).collect()
}

fn process(pid: i32) -> Option<Process> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may have anything in it.
    let name = stat.iter().rposition(|byte| *byte == b')')?;
    let mut fields = str::from_utf8(&stat[name + 1..]).ok()?.split_ascii_whitespace();
    let ended = matches!(fields.next()?, "Z" | "X");
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    Some(Process { pid, parent, group, ended })
}

/// One that has ended, and that nobody waited for, has no environment any more.
fn has_variable(pid: i32, variable: &[u8]) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|other| other == variable)
}

/// The process that a server's pid file names.
fn server(file: &Path) -> Option<i32> {
    fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
}

/// Takes note of the end of a child that we did not start. Returns whether it had ended.
fn reap(pid: i32) -> bool {
    // Never of any child: those that we started are waited for elsewhere.
    let Some(pid) = Pid::from_raw(pid).filter(|pid| pid.as_raw_nonzero().get() > 0) else {
        return false;
    };
    !matches!(waitpid(Some(pid), WaitOptions::NOHANG), Ok(None))
}

fn own() -> i32 {
    getpid().as_raw_nonzero().get()
}

fn raw(pid: u32) -> i32 {
    pid.cast_signed()
}

#[cfg(test)]
mod tests;
