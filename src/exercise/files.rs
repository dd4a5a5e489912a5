//! The learner's files: where they are, whether they were begun, and how one is set back.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Exercise, stub};
use crate::error::{Error, PathContext, Result};
use crate::home;

/// The largest exercise that is looked at, in bytes. No answer needs more.
pub const LARGEST: u64 = 1024 * 1024;

/// The root of the workbook: the folder that holds `exercises/`.
#[derive(Debug, Clone)]
pub struct Workbook {
    root: PathBuf,
}

/// The state of a learner's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum File {
    /// As the stub has it, or not there.
    Untouched,
    /// With an answer, or part of one.
    Begun(String),
    /// Not a text file that could hold an answer; the reason in words.
    Unreadable(String),
}

impl Workbook {
    /// The workbook around the current folder, else the one that this program was built in.
    pub fn locate() -> Result<Workbook> {
        home::workbook().map(|root| Workbook { root })
    }

    /// The workbook in this folder.
    pub fn at(root: &Path) -> Workbook {
        Workbook { root: root.to_owned() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The learner's file.
    pub fn path(&self, exercise: &Exercise) -> PathBuf {
        self.root.join(exercise.path())
    }

    /// Reads the learner's file.
    pub fn read(&self, exercise: &Exercise) -> File {
        let unreadable = |why: String| File::Unreadable(format!("{} {why}", exercise.path()));
        let path = self.path(exercise);
        let file = match open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return match fs::symlink_metadata(&path) {
                    Ok(_) => unreadable("is a link to a file that is not there".to_owned()),
                    Err(_) => File::Untouched,
                };
            }
            Err(error) => return unreadable(format!("cannot be opened: {error}")),
        };
        match answer(exercise, file) {
            Err(why) => unreadable(why),
            Ok(None) => File::Untouched,
            Ok(Some(text)) => File::Begun(text),
        }
    }

    /// Writes the stub. What was there is kept beside it; returns where, if there was anything.
    pub fn reset(&self, exercise: &Exercise) -> Result<Option<PathBuf>> {
        let path = self.path(exercise);
        // Whole before anything is moved: on a full disk all stays as it is.
        let stub = draft(&path, exercise.stub().as_bytes())?;
        let kept = match self.read(exercise) {
            File::Untouched => None,
            File::Begun(_) | File::Unreadable(_) => Some(keep_copy(&path)?),
        };
        stub.persist(&path).map_err(|error| error.error).at("write", &path)?;
        Ok(kept)
    }
}

/// Reads what may be an answer, and never more than the largest one: none if it is the stub. `Err`
/// says why it cannot be one, to be read after the file's name.
pub fn answer(exercise: &Exercise, source: impl Read) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    if let Err(error) = source.take(LARGEST + 1).read_to_end(&mut bytes) {
        return Err(format!("cannot be read: {error}"));
    }
    if bytes.len() as u64 > LARGEST {
        return Err("is larger than 1 MiB, which no answer needs to be".to_owned());
    }
    match String::from_utf8(bytes) {
        Err(_) => Err("is not a text file (UTF-8)".to_owned()),
        Ok(text) if stub::same(&text, &exercise.stub()) => Ok(None),
        Ok(text) => Ok(Some(text)),
    }
}

/// Opens a file to be read, if it is a file: whoever opens a pipe waits for a writer, and a device
/// may have no end.
pub fn open(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::File::options();
    options.read(true);
    #[cfg(unix)]
    {
        let at_once = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, at_once);
    }
    let file = options.open(path)?;
    let kind = file.metadata()?.file_type();
    match () {
        () if kind.is_file() => Ok(file),
        () if kind.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
        () => Err(io::Error::other("it is a pipe or a device and no file")),
    }
}

/// Reads a file, if it is one and no longer than so many bytes.
pub fn read_within(most: u64, path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large"));
    }
    Ok(bytes)
}

/// Moves a file to the first free name `….N.bak` beside it.
fn keep_copy(path: &Path) -> Result<PathBuf> {
    for number in 1.. {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}.bak"));
        let copy = PathBuf::from(name);
        if fs::symlink_metadata(&copy).is_err() {
            fs::rename(path, &copy).at("move", path)?;
            return Ok(copy);
        }
    }
    Err(Error::Bug("there is no free name for a copy".to_owned()))
}

/// Writes a file beside its place and renames it, so that it is never there in part.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    draft(path, bytes)?.persist(path).map_err(|error| error.error).at("write", path)?;
    Ok(())
}

/// Writes what is to be a file beside its place. Dropped, it is gone.
fn draft(path: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir).at("create", dir)?;
    let mut draft = tempfile::Builder::new();
    #[cfg(unix)]
    draft.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut draft = draft.prefix(".pglings-").tempfile_in(dir).at("write in", dir)?;
    io::Write::write_all(&mut draft, bytes).at("write", path)?;
    Ok(draft)
}

#[cfg(test)]
mod tests;
