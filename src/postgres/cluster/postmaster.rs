//! Whether a server runs on a data folder, and which process it is.
//!
//! Its pid file says so, and may be wrong: after a crash of the machine its number may be that of
//! any other process, which `pg_ctl stop` would end in its place.

use std::fs;
use std::path::Path;

/// A server that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub(super) pid: i32,
    pub(super) port: u16,
}

/// The server that runs on a data folder.
pub(super) fn of(data: &Path) -> Option<Postmaster> {
    let bytes = fs::read(data.join("postmaster.pid")).ok()?;
    read(&String::from_utf8_lossy(&bytes)).filter(|found| works_in(found.pid, data))
}

/// Process and port stand in the first and the fourth line.
fn read(text: &str) -> Option<Postmaster> {
    let mut lines = text.lines().map(str::trim);
    let pid = lines.next()?.parse().ok().filter(|pid| *pid > 0)?;
    Some(Postmaster { pid, port: lines.nth(2)?.parse().ok()? })
}

/// Whether a process is a server of this folder. Each of its processes works in there.
#[cfg(target_os = "linux")]
fn works_in(pid: i32, data: &Path) -> bool {
    let data = data.canonicalize();
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|dir| data.is_ok_and(|data| dir == data))
}

/// Whether a process works in this folder, where there is no /proc.
#[cfg(all(unix, not(target_os = "linux")))]
fn works_in(pid: i32, data: &Path) -> bool {
    let Ok(data) = data.canonicalize() else { return false };
    let lsof = crate::process::Program::new("lsof").args(["-a", "-d", "cwd", "-Fn", "-p"]);
    lsof.arg(pid.to_string()).run(std::time::Duration::from_secs(10)).is_ok_and(|finished| {
        finished.stdout.text().lines().any(|line| line == format!("n{}", data.display()))
    })
}

/// Elsewhere the file has to be believed.
#[cfg(not(unix))]
fn works_in(_pid: i32, _data: &Path) -> bool {
    true
}

/// The processes of a server, which may live on for a while when it was killed.
#[cfg(target_os = "linux")]
pub(super) fn processes(data: &Path) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| is_postgres(*pid) && works_in(*pid, data)).collect()
}

/// Somebody may look around in the folder with a shell.
#[cfg(target_os = "linux")]
fn is_postgres(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.starts_with("postgres"))
}

/// Elsewhere they cannot be told, and end by themselves when they next look at their server.
#[cfg(not(target_os = "linux"))]
pub(super) fn processes(_data: &Path) -> Vec<i32> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_is_read_and_nothing_else_is() {
        let whole = "4711\n/data\n1700000000\n23456\n\n127.0.0.1\n  5432001   3\nready   \n";
        assert_eq!(read(whole), Some(Postmaster { pid: 4711, port: 23456 }));
        for text in ["", "4711", "4711\n/data\n17\n", "-4711\n/data\n17\n23456\n", "x\n\n\n1\n"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_number_of_somebody_else_is_no_server() {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("{}\n{}\n17\n23456\n", std::process::id(), folder.path().display());
        fs::write(folder.path().join("postmaster.pid"), file).unwrap();
        assert_eq!(cfg!(not(unix)), of(folder.path()).is_some());
    }
}
