//! What a learner hands in: an archive of the exercises that were begun, with a manifest.
//!
//! The same answers make the same bytes, whenever and wherever they are packed. The files have the
//! paths that they have in the workbook, so that a grader may as well take the unpacked folder.

use std::io::{Cursor, Read, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::Exercise;
use crate::error::{Error, Result};

/// The name of the manifest in the archive.
pub const MANIFEST: &str = "pglings.json";
/// What the manifest says that it is.
const FORMAT: &str = "pglings-submission";
/// The version of the format. A reader refuses a later one.
const VERSION: u32 = 1;
/// More than any archive of ours unpacks to, for each of its files, in bytes.
const LARGEST: u64 = 1024 * 1024;

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    exercises: Vec<Entry>,
}

/// One exercise of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its file name, such as `07_insert`.
    pub name: String,
    /// Its path in the archive and in the workbook.
    pub path: String,
    /// SHA-256 of its file, in hexadecimal digits.
    pub sha256: String,
}

/// Packs answers, in the order of the workbook.
pub fn pack(answers: &[(&Exercise, String)]) -> Result<Vec<u8>> {
    let entry = |(exercise, text): &(&Exercise, String)| Entry {
        name: exercise.stem.to_owned(),
        path: exercise.path(),
        sha256: sha256(text.as_bytes()),
    };
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        exercises: answers.iter().map(entry).collect(),
    };
    let mut json = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    json.push('\n');
    let answers = answers.iter().map(|(exercise, text)| (exercise.path(), text.as_str()));
    let files = std::iter::once((MANIFEST.to_owned(), json.as_str())).chain(answers);
    write(files).map_err(|error| Error::Bug(format!("the archive cannot be made: {error}")))
}

fn write<'a>(
    files: impl Iterator<Item = (String, &'a str)>,
) -> Result<Vec<u8>, zip::result::ZipError> {
    // The time and the mode of the files would make other bytes of the same answers.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in files {
        zip.start_file(path, options)?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Reads an archive: each exercise with its text. `Err` is a sentence that says why it is none of
/// ours, or not whole.
pub fn read(bytes: &[u8]) -> Result<Vec<(Entry, String)>, String> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "it is no zip archive")?;
    let entries = manifest(&file(&mut zip, MANIFEST)?)?;
    let exercise = |entry: Entry| {
        let text = file(&mut zip, &entry.path)?;
        if !entry.is_of(&text) {
            return Err(format!("{} is not the file that was packed", entry.path));
        }
        Ok((entry, text))
    };
    entries.into_iter().map(exercise).collect()
}

/// Reads a manifest: what was packed. `Err` is a sentence that says why it is none of ours.
pub fn manifest(json: &str) -> Result<Vec<Entry>, String> {
    let manifest: Manifest =
        serde_json::from_str(json).map_err(|_| format!("its {MANIFEST} cannot be read"))?;
    if manifest.format != FORMAT {
        return Err(format!("its {MANIFEST} is not one of pglings"));
    }
    if manifest.version > VERSION {
        return Err(format!("it is of version {}, which is newer", manifest.version));
    }
    Ok(manifest.exercises)
}

impl Entry {
    /// Whether this is the text that was packed.
    pub fn is_of(&self, text: &str) -> bool {
        sha256(text.as_bytes()) == self.sha256
    }
}

fn file(zip: &mut ZipArchive<Cursor<&[u8]>>, path: &str) -> Result<String, String> {
    let file = zip.by_name(path).map_err(|_| format!("it has no {path}"))?;
    let mut text = String::new();
    let read = file.take(LARGEST + 1).read_to_string(&mut text);
    match read {
        Ok(length) if length as u64 <= LARGEST => Ok(text),
        _ => Err(format!("its {path} cannot be read")),
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exercise::exercises;

    fn answers() -> Vec<(&'static Exercise, String)> {
        exercises().iter().take(2).map(|one| (one, format!("// {}\r\n\u{e9}", one.name))).collect()
    }

    #[test]
    fn what_is_packed_is_read_again() {
        let bytes = pack(&answers()).unwrap();
        let read = read(&bytes).unwrap();
        for ((exercise, text), (entry, again)) in answers().iter().zip(&read) {
            assert_eq!((exercise.stem, text), (entry.name.as_str(), again));
            assert_eq!(entry.path, exercise.path());
        }
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn what_was_changed_or_is_no_submission_is_refused() {
        assert_eq!(read(b"nothing").unwrap_err(), "it is no zip archive");
        let other = write([("a.txt".to_owned(), "a")].into_iter()).unwrap();
        assert_eq!(read(&other).unwrap_err(), "it has no pglings.json");
        let json = r#"{"format": "pglings-submission", "version": 1, "exercises":
            [{"name": "a", "path": "a.txt", "sha256": "00"}]}"#;
        let files = [(MANIFEST.to_owned(), json), ("a.txt".to_owned(), "a")];
        let forged = write(files.into_iter()).unwrap();
        assert_eq!(read(&forged).unwrap_err(), "a.txt is not the file that was packed");
        let files = [(MANIFEST.to_owned(), json.replace(": 1,", ": 2,"))];
        let later = write(files.iter().map(|(path, text)| (path.clone(), text.as_str()))).unwrap();
        assert_eq!(read(&later).unwrap_err(), "it is of version 2, which is newer");
    }
}
