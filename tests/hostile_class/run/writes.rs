//! # Writing outside of its folder
//!
//! writes beside its folder (its own in bubblewrap) | GOT () | Permission denied
//! writes to /tmp (its own in bubblewrap) | GOT () | Permission denied
//! writes to /dev/shm | Read-only file system | Permission denied
//! writes to /var/tmp | No such file or directory | Permission denied
//! removes its own program | Device or resource busy | Permission denied
//! takes its program's mode away | Read-only file system | Permission denied
//! opens the instructor's home to all | No such file or directory | Permission denied
//! gives a file of its own to root | Invalid argument | Permission denied
//! sets the time of the instructor's file | No such file or directory | Permission denied
//! makes a hard link to what it may only read | Invalid cross-device link | Invalid cross-device link
//! makes a device | Operation not permitted | Operation not permitted
//! changes its root | Operation not permitted | Operation not permitted

use std::fs;
use std::io::Error;
use std::path::Path;

fn write(path: impl AsRef<Path>) -> Result<(), Error> {
    fs::write(path, "x")
}

fn attempts(_: &mut postgres::Client) {
    let me = std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
    let folder = std::env::current_dir().unwrap_or_default();
    attempt("writes beside its folder (its own in bubblewrap)", write(folder.join("../beside")));
    attempt("writes to /tmp (its own in bubblewrap)", write("/tmp/w@nonce@"));
    attempt("writes to /dev/shm", write("/dev/shm/w@nonce@"));
    attempt("writes to /var/tmp", write("/var/tmp/w@nonce@"));
    attempt("removes its own program", fs::remove_file(&me));
    let mode = std::os::unix::fs::PermissionsExt::from_mode;
    attempt("takes its program's mode away", fs::set_permissions(&me, mode(0)));
    attempt("opens the instructor's home to all", fs::set_permissions("@home@", mode(0o777)));
    let _ = write("mine");
    let owner = std::os::unix::fs::chown("mine", Some(0), Some(0));
    attempt("gives a file of its own to root", owner);
    use rustix::fs::{CWD, Timespec, Timestamps};
    let never = Timespec { tv_sec: 0, tv_nsec: 0 };
    let times = Timestamps { last_access: never, last_modification: never };
    let time = rustix::fs::utimensat(CWD, "@home@/secret", &times, rustix::fs::AtFlags::empty());
    attempt("sets the time of the instructor's file", time.map_err(Error::from));
    attempt("makes a hard link to what it may only read", fs::hard_link(&me, folder.join("me")));
    let device = rustix::fs::mknodat(
        CWD,
        folder.join("device").as_path(),
        rustix::fs::FileType::CharacterDevice,
        rustix::fs::Mode::RUSR,
        rustix::fs::makedev(1, 1),
    );
    attempt("makes a device", device.map_err(Error::from));
    attempt("changes its root", rustix::process::chroot(".").map_err(Error::from));
}
