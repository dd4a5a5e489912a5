//! Bubblewrap: a root, processes and a network of its own.

use std::ffi::OsString;
use std::fs;

use super::Room;
use super::room::SCRATCH;

/// The command with `bwrap` before it.
pub(super) fn around(command: Vec<OsString>, room: &Room) -> Vec<OsString> {
    let mut words: Vec<OsString> = Vec::new();
    let mut say = |word: &[&str]| words.extend(word.iter().map(OsString::from));
    say(&["bwrap", "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net"]);
    say(&["--unshare-uts", "--unshare-cgroup-try", "--die-with-parent"]);
    // What has our session has our terminal too, to write on and to type into.
    say(&["--new-session"]);
    say(&["--proc", "/proc", "--dev", "/dev", "--size", &SCRATCH.to_string(), "--tmpfs", "/tmp"]);
    for path in room.readable() {
        match fs::symlink_metadata(&path) {
            // `/lib` is a link to `usr/lib` on many systems, and has to be one inside.
            Ok(data) if data.is_symlink() => {
                let target = fs::read_link(&path).unwrap_or_default();
                let is_file = fs::metadata(&path).is_ok_and(|data| data.is_file());
                let (how, from) =
                    if is_file { ("--ro-bind", path.clone()) } else { ("--symlink", target) };
                words.extend([how.into(), from.into(), path.into()]);
            }
            Ok(_) => words.extend(["--ro-bind".into(), path.clone().into(), path.into()]),
            Err(_) => {}
        }
    }
    for path in &room.write {
        words.extend(["--bind".into(), path.into(), path.into()]);
    }
    // What is mounted on it stays as it is.
    words.extend(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir"].map(OsString::from));
    words.push(room.dir.clone().into());
    words.push("--".into());
    words.extend(command);
    words
}
