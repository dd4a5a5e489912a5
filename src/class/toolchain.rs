//! The compiler as a sandbox can have it: what stands below an exercise, and nothing of ours.
//!
//! The target folder holds graders and solutions too, so what an exercise is linked with is laid
//! out elsewhere: as hard links, which take no time and no room.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Context, PathContext, Result};
use crate::exercise::files::Workbook;
use crate::grade::toolchain::{self, Layout};
use crate::home::{self, User};
use crate::process::Program;

/// The compiler, and how it is called for an answer.
pub struct Toolchain {
    /// The compiler.
    pub rustc: PathBuf,
    /// What it has to read.
    pub read: Vec<PathBuf>,
    of_workbook: toolchain::Toolchain,
    libraries: PathBuf,
    runtime: PathBuf,
}

impl Toolchain {
    /// Builds what exercises stand on, if it is not there, and lays it out in a folder. If it is for
    /// another user who cannot reach the compiler, that is laid out too.
    pub fn prepare(workbook: &Workbook, desk: &Path, user: Option<User>) -> Result<Toolchain> {
        let of_workbook = toolchain::Toolchain::of(workbook)?;
        let (kept, sysroot) = (of_workbook.layout(), of_workbook.sysroot());
        let libraries = desk.join("deps");
        link_all(kept.libraries, &libraries, user)?;
        let reachable = user.is_none_or(|user| home::reachable(&sysroot.join("lib/x"), user));
        let place = match reachable {
            true => sysroot.to_owned(),
            false => lay_out(of_workbook.rustc(), sysroot, desk, user)?,
        };
        let runtime = place.join(kept.runtime.strip_prefix(sysroot).unwrap_or(kept.runtime));
        let (rustc, read) = (place.join("bin/rustc"), vec![place, libraries.clone()]);
        Ok(Toolchain { rustc, read, of_workbook, libraries, runtime })
    }

    /// The words of a call that compiles the program `name`, whose first file is `root`.
    pub(super) fn words(&self, name: &str, root: &Path, program: &Path) -> Vec<OsString> {
        let layout = Layout { libraries: &self.libraries, runtime: &self.runtime };
        let mut words = self.of_workbook.words(&layout, name, root, program);
        // Nobody will debug it.
        words.push("-Cdebuginfo=0".into());
        words
    }

    /// Tells the compiler of the package that an answer belongs to, whose manifest is in this folder.
    pub(super) fn tell(&self, rustc: Program, name: &str, manifest: &Path) -> Program {
        self.of_workbook.tell(rustc, name, manifest)
    }

    /// What a program has to read to start.
    pub(super) fn started_with(&self) -> Vec<PathBuf> {
        match self.of_workbook.is_shared() {
            true => vec![self.libraries.clone(), self.runtime.clone()],
            false => Vec::new(),
        }
    }
}

/// Lays out a compiler and its standard library in a folder that another user can reach.
fn lay_out(rustc: &Path, sysroot: &Path, desk: &Path, user: Option<User>) -> Result<PathBuf> {
    let version = Program::new(rustc).arg("-vV").run(Duration::from_secs(60))?.stdout.text();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let place = desk.join("sysroot");
    let target = format!("lib/rustlib/{host}");
    for inner in ["", "bin", "lib", "lib/rustlib"] {
        folder(&place.join(inner), user)?;
    }
    link(&sysroot.join("bin/rustc"), &place.join("bin/rustc"), user)?;
    for entry in entries(&sysroot.join("lib"))? {
        if entry.is_file() {
            let to = place.join("lib").join(entry.file_name().unwrap_or_default());
            link(&entry, &to, user)?;
        }
    }
    link_all(&sysroot.join(&target), &place.join(&target), user)?;
    Ok(place)
}

fn link_all(from: &Path, to: &Path, user: Option<User>) -> Result<()> {
    folder(to, user)?;
    for entry in entries(from)? {
        let to = to.join(entry.file_name().unwrap_or_default());
        if entry.is_dir() {
            link_all(&entry, &to, user)?;
        } else {
            link(&entry, &to, user)?;
        }
    }
    Ok(())
}

/// Makes a folder, which another user can enter whatever our umask is.
fn folder(path: &Path, user: Option<User>) -> Result<()> {
    fs::create_dir(path).at("create", path)?;
    match user {
        Some(_) => home::own(path, None, 0o755),
        None => Ok(()),
    }
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).at("read", dir)?;
    entries.map(|entry| Ok(entry.at("read", dir)?.path())).collect()
}

/// The same file under another name; a copy if that is on another file system, or if the file is
/// closed to the other user.
fn link(from: &Path, to: &Path, user: Option<User>) -> Result<()> {
    let mode = fs::metadata(from).at("look at", from)?.permissions().mode();
    let open = user.is_none() || mode & 0o004 != 0;
    if to.exists() || (open && fs::hard_link(from, to).is_ok()) {
        return Ok(());
    }
    fs::copy(from, to).context(format!("cannot copy {} to {}", from.display(), to.display()))?;
    let mode = if mode & 0o100 != 0 { 0o755 } else { 0o644 };
    home::own(to, None, mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_user_can_read_what_only_ours_could() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("from")).unwrap();
        for (name, mode) in [("closed", 0o600), ("program", 0o700), ("open", 0o644)] {
            fs::write(at("from").join(name), name).unwrap();
            home::own(&at("from").join(name), None, mode).unwrap();
        }
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        link_all(&at("from"), &at("to"), Some(User { uid: 1, gid: 1 })).unwrap();
        assert_eq!(mode(at("to")), 0o755);
        let modes = ["closed", "program", "open"].map(|name| mode(at("to").join(name)));
        assert_eq!(modes, [0o644, 0o755, 0o644]);
        assert_eq!(mode(at("from/closed")), 0o600, "ours stays as it was");
    }
}
