//! What runs, as the system tells it.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// Asks until it is so.
pub(crate) fn until(what: impl Fn() -> String, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{}", what());
        thread::sleep(Duration::from_millis(5));
    }
}

/// Kills a process. Returns whether it was there.
pub(crate) fn kill(pid: i32) -> bool {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).is_ok()
}

fn read(pid: i32, name: &str) -> String {
    let bytes = fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

fn all() -> Vec<i32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// Of a process that has not ended: its parent.
fn parent(pid: i32) -> Option<i32> {
    let stat = read(pid, "stat");
    let mut fields = stat[stat.rfind(')')? + 1..].split_ascii_whitespace();
    let state = fields.next()?;
    (!["Z", "X"].contains(&state)).then_some(())?;
    fields.next()?.parse().ok()
}

/// Those that work for a home: it stands in their command line or environment, or they run in it.
pub(crate) fn of_home(home: &Path) -> Vec<(i32, String)> {
    let text = home.to_string_lossy().into_owned();
    let is_of = |pid: &i32| {
        let cwd = fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
        let runs = read(*pid, "cmdline").contains(&text) || read(*pid, "environ").contains(&text);
        parent(*pid).is_some() && (runs || cwd.starts_with(home))
    };
    let own = i32::try_from(std::process::id()).unwrap();
    let found = all().into_iter().filter(|pid| *pid != own).filter(is_of);
    found.map(|pid| (pid, read(pid, "cmdline"))).collect()
}

/// The servers on a data folder. What one has forked looks like it until it has a name of its own.
pub(crate) fn postmasters(data: &Path) -> Vec<i32> {
    let text = format!(" -D {} ", data.display());
    let is_one = |pid: i32| {
        let command = read(pid, "cmdline");
        let program = command.split(' ').next().unwrap_or_default();
        program.ends_with("/postgres") && command.contains(&text) && parent(pid).is_some()
    };
    let found: Vec<i32> = all().into_iter().filter(|pid| is_one(*pid)).collect();
    let forked = |pid: &i32| parent(*pid).is_none_or(|parent| found.contains(&parent));
    let first: Vec<i32> = found.iter().copied().filter(|pid| !forked(pid)).collect();
    // One may have ended before the other began.
    first.into_iter().filter(|pid| is_one(*pid)).collect()
}

/// What a server has forked.
pub(crate) fn children(of: i32) -> Vec<i32> {
    all().into_iter().filter(|pid| parent(*pid) == Some(of)).collect()
}
