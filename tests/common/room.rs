//! Mounts that only the programs started among them see, and that are gone with the last of these:
//! a file system that is full or read-only, without one that stays behind.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A mount namespace of its own.
pub(crate) struct Room {
    /// Keeps the namespace there until its input ends, and does what that says.
    shell: Child,
    said: BufReader<ChildStdout>,
    is_root: bool,
}

/// The user stays who it is, since a server starts for nobody who is root, and may mount there.
const AS_ONESELF: [&str; 4] = ["--user", "--mount", "--map-current-user", "--keep-caps"];

/// Says after each line of its input that it is done.
const SHELL: &str = "while read -r line; do eval \"$line\" && echo done || exit; done";

#[expect(clippy::disallowed_methods, reason = "tests start programs as a shell would")]
impl Room {
    /// What a shell mounts there; `$0` is the path.
    ///
    /// Panics where neither root nor an unprivileged user namespace allows it: then the test has
    /// not been made, and may not count as passed.
    pub(crate) fn new(script: &str, path: &Path) -> Room {
        let is_root = rustix::process::geteuid().is_root();
        let mut shell = Command::new("unshare")
            .args(if is_root { &["--mount"][..] } else { &AS_ONESELF })
            .args(["sh", "-c", SHELL])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare, of util-linux");
        let said = BufReader::new(shell.stdout.take().unwrap());
        let mut room = Room { shell, said, is_root };
        room.mount(script);
        room
    }

    /// Does so once more.
    pub(crate) fn mount(&mut self, script: &str) {
        // Where there is no shell, nothing is said either.
        let _ = writeln!(self.shell.stdin.as_mut().unwrap(), "{script}");
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        assert_eq!(
            line, "done\n",
            "this test mounts something: run it as root, or where users may make namespaces"
        );
    }

    /// A file system in memory of so many KiB at a path.
    pub(crate) fn with_space(kibibytes: u32, path: &Path) -> Room {
        Room::new(&format!("mount -t tmpfs -o size={kibibytes}k,mode=755 tmpfs \"$0\""), path)
    }

    /// The same command in there, in the folder that it has.
    pub(crate) fn command(&self, outside: &Command) -> Command {
        let mut command = Command::new("nsenter");
        if !self.is_root {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.args(["--mount", "--target", &self.shell.id().to_string(), "--"]);
        // nsenter itself begins where it was, which is another file system under that name.
        command.args(["sh", "-c", "cd \"$0\" && exec \"$@\""]);
        command.arg(outside.get_current_dir().unwrap_or(Path::new("/")));
        command.arg(outside.get_program()).args(outside.get_args());
        for (name, value) in outside.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// How a path of theirs is reached from outside.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        let root = format!("/proc/{}/root", self.shell.id());
        Path::new(&root).join(path.strip_prefix("/").unwrap())
    }

    /// Leaves so many bytes of room on the file system of that folder, until what is returned is
    /// dropped.
    pub(crate) fn fill_but(&self, spare: u64, folder: &Path) -> Filler {
        use std::io::Write;
        let path = self.path(folder).join("filler");
        let mut file = fs::File::create(&path).unwrap();
        for size in [1 << 16, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        let full = file.metadata().unwrap().len();
        file.set_len(full.saturating_sub(spare)).unwrap();
        Filler(path)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// What fills a file system.
pub(crate) struct Filler(PathBuf);

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
