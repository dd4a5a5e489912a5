//! A folder for an answer to write in, and for the grader to look into.
//!
//! Whatever an answer leaves there is read with care: a link may lead to what only the grader may
//! see, a pipe may never end, and a file may be endless.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Outcome, wrong};
use crate::error::{PathContext, Result};
use crate::home::{self, User};

/// The most that is read of a file, in bytes.
const LARGEST: u64 = 16 << 20;

/// A folder of one check. Dropping it removes it.
pub struct Folder {
    dir: TempDir,
    user: Option<User>,
}

impl Folder {
    /// In the folder that the answer may write in, or else among the temporary ones.
    pub(crate) fn new(scratch: Option<&Path>, user: Option<User>) -> Result<Folder> {
        let place = scratch.map_or_else(std::env::temp_dir, Path::to_owned);
        let dir = TempDir::new_in(&place).at("make a folder in", &place)?;
        home::own(dir.path(), user, 0o700)?;
        Ok(Folder { dir, user })
    }

    /// Where a file of this name is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Makes a file, before the answer is called.
    pub fn write(&self, name: &str, text: &str) -> Outcome {
        let path = self.path(name);
        let file = File::create_new(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).at("write", &path)?;
        Ok(home::own(&path, self.user, 0o600)?)
    }

    /// What stands in a file that the answer has written; none if it is not there.
    pub fn read(&self, name: &str) -> Outcome<Option<String>> {
        let path = self.path(name);
        if fs::symlink_metadata(&path).is_err() {
            return Ok(None);
        }
        let Ok(file) = open(self.dir.path(), name) else {
            return wrong(format!("{name} cannot be opened: it has to be a plain file."));
        };
        let mut bytes = Vec::new();
        if file.take(LARGEST + 1).read_to_end(&mut bytes).is_err() {
            return wrong(format!("{name} cannot be read."));
        }
        if bytes.len() as u64 > LARGEST {
            return wrong(format!("{name} is larger than {} MiB.", LARGEST >> 20));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => wrong(format!("{name} is not text (UTF-8).")),
        }
    }
}

/// Opens a plain file in a folder, by way of no link: not even the folder itself may have become one.
#[cfg(target_os = "linux")]
fn open(dir: &Path, name: &str) -> std::io::Result<File> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
    let here = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::PATH | OFlags::CLOEXEC;
    let dir = openat(CWD, dir, here, Mode::empty())?;
    // A pipe without a writer would be waited for.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let links = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::BENEATH;
    plain(File::from(openat2(dir, name, flags, Mode::empty(), links)?))
}

#[cfg(not(target_os = "linux"))]
fn open(dir: &Path, name: &str) -> std::io::Result<File> {
    let path = dir.join(name);
    if !fs::symlink_metadata(&path)?.is_file() {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    plain(File::open(path)?)
}

fn plain(file: File) -> std::io::Result<File> {
    if file.metadata()?.is_file() { Ok(file) } else { Err(std::io::ErrorKind::InvalidInput.into()) }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::grade::kit::Stop;

    #[test]
    fn links_pipes_and_folders_are_not_read() {
        let folder = Folder::new(None, None).unwrap();
        assert!(folder.read("nothing").unwrap().is_none());
        folder.write("a", "text").unwrap();
        assert_eq!(folder.read("a").unwrap().as_deref(), Some("text"));
        symlink("/etc/passwd", folder.path("link")).unwrap();
        symlink("a", folder.path("near")).unwrap();
        fs::create_dir(folder.path("dir")).unwrap();
        let pipe = crate::process::Program::new("mkfifo").arg(folder.path("pipe"));
        assert!(pipe.run(std::time::Duration::from_secs(10)).unwrap().success());
        for name in ["link", "near", "dir", "pipe"] {
            assert!(matches!(folder.read(name), Err(Stop::Wrong(_))), "{name}");
        }
    }
}
