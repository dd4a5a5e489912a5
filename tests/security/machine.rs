//! A home of its own, its server, and what `/proc` says of processes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Machine {
    home: TempDir,
}

/// A server that runs until this is dropped.
pub(crate) struct Running<'a> {
    machine: &'a Machine,
    pub(crate) url: String,
    pub(crate) password: String,
    pub(crate) port: u16,
}

impl Machine {
    pub(crate) fn new() -> Machine {
        // The server's user passes it, as it does a home.
        let home = tempfile::Builder::new().prefix("security-").tempdir().unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        fs::set_permissions(home.path(), open).unwrap();
        Machine { home }
    }

    /// The folder of the clusters.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    #[expect(clippy::disallowed_methods, reason = "tests start the program as a shell would")]
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pglings"));
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(words)
            .env("PGLINGS_HOME", self.home.path())
            .env("DATABASE_URL", "")
            .env_remove("PGLINGS_SERVER")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn server(&self) -> Running<'_> {
        let started = self.command(&["server", "start"]).output().unwrap();
        assert!(started.status.success(), "{started:?}");
        let url = self.command(&["server", "url"]).output().unwrap().stdout;
        let url = String::from_utf8(url).unwrap().trim().to_owned();
        let (login, place) = url.split_once('@').unwrap();
        let password = login.rsplit(':').next().unwrap().to_owned();
        let port = place.split(['/', ':']).nth(1).unwrap().parse().unwrap();
        assert!(password.len() >= 32);
        Running { machine: self, url, password, port }
    }

    /// Whether a command of another user succeeds, and all it says.
    #[expect(clippy::disallowed_methods, reason = "tests start programs as a shell would")]
    pub(crate) fn as_user(&self, uid: u32, words: &[&str]) -> (bool, String) {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(words[0]);
        let output = command.args(&words[1..]).uid(uid).gid(uid).current_dir("/").output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

impl Running<'_> {
    /// The server's processes.
    pub(crate) fn processes(&self) -> BTreeSet<u32> {
        let clusters = fs::read_dir(self.machine.data()).unwrap();
        let pids = clusters.filter_map(|cluster| {
            let file = cluster.unwrap().path().join("data/postmaster.pid");
            fs::read_to_string(file).ok()?.lines().next()?.parse().ok()
        });
        pids.flat_map(family).collect()
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let _ = self.machine.command(&["server", "stop"]).output();
    }
}

/// A process and all below it.
pub(crate) fn family(of: u32) -> BTreeSet<u32> {
    let mut family = BTreeSet::from([of]);
    let all: Vec<(u32, u32)> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
            Some((pid, parent(pid)?))
        })
        .collect();
    loop {
        let below: Vec<u32> = all
            .iter()
            .filter(|(pid, parent)| family.contains(parent) && !family.contains(pid))
            .map(|(pid, _)| *pid)
            .collect();
        if below.is_empty() {
            return family;
        }
        family.extend(below);
    }
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may hold anything.
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// Where a process listens: local addresses as `/proc/net/tcp` writes them.
pub(crate) fn listens(pid: u32) -> Vec<String> {
    let sockets: BTreeSet<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| socket(&link))
        .collect();
    let mut found = Vec::new();
    for table in ["tcp", "tcp6"] {
        let table = fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for line in table.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if let [_, local, _, "0A", _, _, _, _, _, inode, ..] = fields[..]
                && sockets.contains(inode)
            {
                found.push(local.to_owned());
            }
        }
    }
    found
}

fn socket(link: &Path) -> Option<String> {
    Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
}
