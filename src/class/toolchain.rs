//! The compiler as a sandbox can have it: what stands below an exercise, and nothing of ours.
//!
//! The target folder holds graders and solutions too, so what an exercise is linked with is laid
//! out elsewhere: as hard links, which take no time and no room. How the compiler has to be called
//! is what cargo says when it compiles an exercise.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::error::{Context, Error, PathContext, Result};
use crate::exercise::files::Workbook;
use crate::home::{self, Home, User};
use crate::process::Program;

/// A first build compiles what exercises stand on, which takes minutes on a slow machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// More than cargo says of all packages, in bytes.
const KEPT: usize = 64 << 20;

/// What stands between cargo and the compiler: it notes the words of the call for the probe.
const RECORDER: &str = r#"#!/bin/sh
if [ "$3" = probe ]; then printf '%s\n' "$@" > "$PGLINGS_PROBE"; fi
exec "$@"
"#;

/// The compiler, and how it is called for an answer.
#[derive(Debug)]
pub struct Toolchain {
    /// The compiler.
    pub rustc: PathBuf,
    /// Edition, lints and libraries.
    pub args: Vec<String>,
    /// What it has to read.
    pub read: Vec<PathBuf>,
}

impl Toolchain {
    /// Builds what exercises stand on, if it is not there, and lays it out in a folder. If it is for
    /// another user who cannot reach the compiler, that is laid out too.
    pub fn prepare(workbook: &Workbook, desk: &Path, user: Option<User>) -> Result<Toolchain> {
        let record = desk.join("probe");
        let artifacts = build(workbook, &record)?;
        let words = fs::read_to_string(&record).at("read", &record)?;
        let words: Vec<&str> = words.lines().collect();
        let rustc = PathBuf::from(words.first().copied().unwrap_or_default());
        let libraries = desk.join("deps");
        folder(&libraries, user)?;
        for artifact in &artifacts {
            link(artifact, &libraries.join(artifact.file_name().unwrap_or_default()), user)?;
        }
        let args = arguments(&words, &libraries);
        let sysroot = sysroot(&rustc)?;
        let reachable = user.is_none_or(|user| home::reachable(&sysroot.join("lib/x"), user));
        let sysroot = if reachable { sysroot } else { lay_out(&rustc, &sysroot, desk, user)? };
        let rustc = sysroot.join("bin/rustc");
        Ok(Toolchain { rustc, args, read: vec![sysroot, libraries] })
    }
}

/// Has cargo build the probe. Returns the libraries below it.
fn build(workbook: &Workbook, record: &Path) -> Result<Vec<PathBuf>> {
    // Its path is part of what cargo tells builds apart by, so it stays the same.
    let recorder = Home::locate()?.cache.join("record-rustc");
    if fs::read(&recorder).ok().as_deref() != Some(RECORDER.as_bytes()) {
        // It gets its name when it can be run, since another run's cargo may be about to.
        let folder = recorder.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).at("create", folder)?;
        let mut draft = tempfile::Builder::new();
        let draft = draft.permissions(PermissionsExt::from_mode(0o755)).prefix("record-rustc-");
        let mut draft = draft.tempfile_in(folder).at("write in", folder)?;
        draft.write_all(RECORDER.as_bytes()).at("write", &recorder)?;
        let persisted = draft.into_temp_path().persist(&recorder);
        persisted.map_err(|error| error.error).at("write", &recorder)?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Both packages are named for the reason given in `grade::build`.
    let finished = Program::new(cargo)
        .args(["build", "--package", "pglings", "--package", "exercises", "--bin", "probe"])
        .args(["--message-format", "json"])
        .env("RUSTC_WORKSPACE_WRAPPER", &recorder)
        .env("PGLINGS_PROBE", record)
        .dir(workbook.root())
        .keep(KEPT)
        .run(LIMIT)?;
    if !finished.success() {
        let said = finished.stderr.text();
        return Err(Error::Content(format!(
            "cargo could not build what exercises stand on:\n{}",
            said.trim_end()
        )));
    }
    let text = finished.stdout.text();
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let files = messages.flat_map(|message| match message["reason"].as_str() {
        Some("compiler-artifact") => message["filenames"].as_array().cloned().unwrap_or_default(),
        _ => Vec::new(),
    });
    let files = files.filter_map(|file| file.as_str().map(PathBuf::from));
    let library = |file: &PathBuf| {
        file.extension().is_some_and(|extension| {
            ["rlib", "so", "dylib"].iter().any(|library| extension == *library)
        })
    };
    Ok(files.filter(library).collect())
}

/// What of the compiler's call for the probe holds for an answer.
fn arguments(words: &[&str], libraries: &Path) -> Vec<String> {
    let mut args = Vec::new();
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        let lints = ["--edition", "--forbid", "--deny", "--warn", "--allow", "--check-cfg"];
        if lints
            .iter()
            .any(|lint| word.strip_prefix(lint).is_some_and(|rest| rest.starts_with('=')))
        {
            args.push((*word).to_owned());
        } else if ["--check-cfg", "--cfg"].contains(word) {
            args.extend([(*word).to_owned(), words.next().copied().unwrap_or_default().to_owned()]);
        } else if *word == "--extern" {
            let library = words.next().copied().unwrap_or_default();
            if let Some((name, path)) = library.split_once('=') {
                let path = libraries.join(Path::new(path).file_name().unwrap_or_default());
                args.extend(["--extern".to_owned(), format!("{name}={}", path.display())]);
            }
        }
    }
    args.extend(["-L".to_owned(), format!("dependency={}", libraries.display())]);
    args
}

fn sysroot(rustc: &Path) -> Result<PathBuf> {
    let finished = Program::new(rustc).args(["--print", "sysroot"]).run(Duration::from_secs(60))?;
    Ok(PathBuf::from(finished.stdout.text().trim()))
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
