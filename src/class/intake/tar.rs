//! Reads a tar archive, packed or not, entry by entry.

use std::fs::File;
use std::io::{self, Read};

use chrono::DateTime;
use tar::{Archive, Entries, EntryType};

use super::archive::{self, Inside};
use super::gather::Gather;
use super::names::{self, short};

/// A stream has to be read as a whole. `Err` says why it cannot be, to follow its name.
pub(super) fn read(
    gather: &mut Gather<'_>,
    at: &Inside<'_>,
    stream: impl Read,
) -> Result<(), String> {
    let mut tar = Archive::new(gather.counted(stream));
    let entries = tar.entries().map_err(|error| error.to_string())?;
    each(gather, at, entries)
}

/// A file may be large: what is not wanted is not read.
pub(super) fn read_seekable(
    gather: &mut Gather<'_>,
    at: &Inside<'_>,
    file: File,
) -> Result<(), String> {
    let mut tar = Archive::new(gather.counted(file));
    let entries = tar.entries_with_seek().map_err(|error| error.to_string())?;
    each(gather, at, entries)
}

fn each<R: Read>(
    gather: &mut Gather<'_>,
    at: &Inside<'_>,
    entries: Entries<'_, R>,
) -> Result<(), String> {
    for entry in entries {
        let entry = entry.map_err(|error| match gather.is_spent() {
            true => {
                let most = gather.limits.bytes / (1024 * 1024);
                format!("unpacks to more than {most} MiB, and what comes after was not read")
            }
            false => format!("is damaged: {error}"),
        })?;
        let name = entry.path_bytes();
        if !gather.count(&names::shown(&name)) {
            return Ok(());
        }
        let Some(path) = at.path(gather, &name) else { continue };
        if let Some(what) = strange(entry.header().entry_type()) {
            gather.note(format!("{} is {what} and was passed over.", short(&path)));
            continue;
        }
        if entry.header().entry_type().is_dir() {
            continue;
        }
        let Some(wanted) = archive::wants(gather, &path) else { continue };
        let seconds = entry.header().mtime().ok().and_then(|seconds| i64::try_from(seconds).ok());
        let time = seconds.filter(|seconds| *seconds > 0);
        let time = time.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).or(at.time);
        let left = entry.size();
        gather.take(wanted, &path, time, Ok(Whole { entry, left }));
    }
    Ok(())
}

fn strange(kind: EntryType) -> Option<&'static str> {
    Some(match kind {
        EntryType::Symlink => "a symbolic link",
        EntryType::Link => "a hard link",
        EntryType::Char | EntryType::Block => "a device",
        EntryType::Fifo => "a named pipe",
        _ => return None,
    })
}

/// An entry that has to have all of its bytes: in an archive that was cut it just ends.
struct Whole<R> {
    entry: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.entry.read(into)?;
        if read == 0 && self.left > 0 && !into.is_empty() {
            return Err(io::Error::other("the archive ends too early"));
        }
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}
