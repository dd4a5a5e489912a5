//! Each test builds what comes in, in a folder of its own.

mod archives;
mod classes;
mod strange;

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Answer, Handed, Intake, LIMITS, Limits, read, with_limits};
use crate::class::course::Course;
use crate::exercise::exercise;

const INSERT: &str = "exercises/m1_raw_sql/07_insert.rs";

/// A folder that goes away with the test.
struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Place {
        Place { dir: tempfile::Builder::new().prefix("class-").tempdir().unwrap() }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn put(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Place {
        let at = self.at(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, bytes).unwrap();
        self
    }

    /// Sets the time of a file to this many seconds after the epoch.
    fn aged(&self, path: &str, seconds: u64) -> &Place {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        File::options().write(true).open(self.at(path)).unwrap().set_modified(time).unwrap();
        self
    }

    fn read(&self) -> Intake {
        read(&[self.dir.path().to_owned()], None, &Course::default()).unwrap()
    }

    /// The only learner.
    fn one(&self) -> Handed {
        only(self.read())
    }

    /// The only learner, with limits that are soon reached.
    fn one_within(&self, limits: Limits) -> Handed {
        let course = Course::default();
        let mut learners =
            with_limits(&[self.dir.path().to_owned()], None, &course, limits).unwrap();
        learners.next().unwrap()
    }
}

fn only(intake: Intake) -> Handed {
    assert_eq!(intake.notes, [""; 0]);
    let [one] = <[Handed; 1]>::try_from(intake.learners).unwrap();
    one
}

fn text(handed: &Handed) -> &str {
    match handed.answers.get("07_insert") {
        Some(Answer::Text(text)) => text,
        other => panic!("{other:?} {:?}", handed.notes),
    }
}

fn why(handed: &Handed) -> &str {
    match handed.answers.get("07_insert") {
        Some(Answer::Unusable(why)) => why,
        other => panic!("{other:?} {:?}", handed.notes),
    }
}

#[track_caller]
fn noted(handed: &Handed, note: &str) {
    assert!(handed.notes.iter().any(|one| one.contains(note)), "{note}: {:?}", handed.notes);
}

fn stub() -> String {
    exercise("insert").unwrap().stub()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(SimpleFileOptions::default(), files)
}

fn zip_with(options: SimpleFileOptions, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(*path, options.compression_method(CompressionMethod::Deflated)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A tar archive with what is written into the header of each entry.
fn tar(files: &[(&str, ::tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = ::tar::Builder::new(Vec::new());
    for (path, kind, bytes) in files {
        let mut header = ::tar::Header::new_gnu();
        // `set_path` refuses the paths that matter here.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        header.set_mtime(2_000_000);
        header.set_size(bytes.len() as u64);
        if kind.is_symlink() || kind.is_hard_link() {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        tar.append(&header, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

fn within(entries: usize, bytes: u64) -> Limits {
    Limits { entries, bytes, ..LIMITS }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
