//! `pglings grade` as an instructor calls it, with a folder for temporary files that is the test's own.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// More than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder that the users of sandboxes can enter.
pub(crate) fn folder() -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("pglings-test-grade-").tempdir().unwrap();
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

/// A home that stays from run to run, since what exercises stand on is built once for each.
pub(crate) fn home(name: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&home).unwrap();
    home
}

/// The program in the workbook. `place` has the folder for temporary files.
#[expect(clippy::disallowed_methods, reason = "tests start the program as a shell would")]
pub(crate) fn pglings(home: &Path, place: &Path) -> Command {
    let temporary = temporary(place);
    fs::create_dir_all(&temporary).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pglings"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .env("PGLINGS_HOME", home)
        .env("TMPDIR", temporary)
        .env("DATABASE_URL", "")
        .env_remove("PGLINGS_SERVER")
        .env("NO_COLOR", "1")
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn temporary(place: &Path) -> PathBuf {
    place.join("tmp")
}

/// The names in the folder for temporary files.
pub(crate) fn left_in(place: &Path) -> Vec<String> {
    let entries = fs::read_dir(temporary(place)).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// What a command came to.
#[derive(Debug, Default)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn run(command: &mut Command) -> Ran {
    end(command.spawn().unwrap())
}

/// Waits for its end.
pub(crate) fn end(mut child: Child) -> Ran {
    let mut stderr = child.stderr.take().unwrap();
    let read = thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stderr.read_to_end(&mut bytes);
        bytes
    });
    let mut stdout = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
    let status = child.wait().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: status.code(), stdout: text(stdout), stderr: text(read.join().unwrap()) }
}

/// Asks until it is so.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// How many verdicts are noted.
pub(crate) fn noted(out: &Path) -> usize {
    let journal = fs::read(out.join("verdicts.jsonl")).unwrap_or_default();
    journal.iter().filter(|byte| **byte == b'\n').count()
}

/// Every file of a gradebook, by its path. The journal is none of it.
pub(crate) fn files(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if ![".lock", "verdicts.jsonl"].contains(&entry.file_name().to_str().unwrap()) {
                let bytes = fs::read(&path).unwrap();
                found.insert(path.strip_prefix(out).unwrap().to_owned(), bytes);
            }
        }
    }
    found
}

/// The processes that have this text in their command line or environment.
pub(crate) fn processes(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let read = |name: &str| fs::read(entry.path().join(name)).unwrap_or_default();
        let command = String::from_utf8_lossy(&read("cmdline")).replace('\0', " ");
        let environment = String::from_utf8_lossy(&read("environ")).into_owned();
        if command.contains(text) || environment.contains(text) {
            found.push(format!("{} {command}", entry.file_name().to_string_lossy()));
        }
    }
    found
}
