//! Reads a submission from a folder: nothing but regular files is ever opened.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, FileType};
use std::io;
use std::path::Path;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::archive::{self, Kind};
use super::contents;
use super::gather::Gather;
use super::names::{self, short};

/// Reads the folder, or the one file, at this path. `path` is how it is shown, empty for the
/// submission itself.
pub(super) fn read(gather: &mut Gather<'_>, at: &Path, path: &str, depth: usize) {
    let kind = match fs::symlink_metadata(at) {
        Ok(metadata) => metadata.file_type(),
        Err(error) => return gather.note(gone(path, &error)),
    };
    if kind.is_dir() {
        folder(gather, at, path, depth);
    } else if kind.is_file() {
        file(gather, at, path, depth);
    } else {
        gather.note(format!("{} is {} and was not opened.", short(path), what(kind)));
    }
}

fn folder(gather: &mut Gather<'_>, at: &Path, path: &str, depth: usize) {
    if depth > gather.limits.depth {
        let deepest = gather.limits.depth;
        return gather.note(format!(
            "{} is more than {deepest} folders deep and was not looked into.",
            short(path)
        ));
    }
    let names = match list(at, gather.limits.entries) {
        Ok(names) => names,
        Err(error) => return gather.note(gone(path, &error)),
    };
    for name in names {
        let shown = names::of_os(&name);
        let inner = if path.is_empty() { shown.clone() } else { format!("{path}/{shown}") };
        if names::is_hidden(&shown) || (!gather.enters(&shown) && at.join(&name).is_dir()) {
            continue;
        }
        if !gather.count(&inner) {
            return;
        }
        read(gather, &at.join(name), &inner, depth + 1);
    }
}

/// The names in a folder in their order, and of too many the first ones.
pub(super) fn list(at: &Path, most: usize) -> io::Result<BTreeSet<OsString>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(at)? {
        names.insert(entry?.file_name());
        // One more than is looked at, so that it is seen that there are too many.
        if names.len() > most + 1 {
            names.pop_last();
        }
    }
    Ok(names)
}

fn file(gather: &mut Gather<'_>, at: &Path, path: &str, depth: usize) {
    // Any file that lies on top may be an archive, whatever its name; a clone has too many others.
    let sniffed = archive::is_named_so(path) || (depth <= 1 && archive::may_be(path));
    let wanted = gather.wants(path);
    if wanted.is_none() && !sniffed {
        return;
    }
    let (file, time) = match open(at) {
        Ok(opened) => opened,
        Err(error) => match wanted {
            Some(wanted) => {
                let why = format!("cannot be opened: {error}");
                return gather.take(wanted, path, None, Err::<io::Empty, _>(why));
            }
            None => return gather.note(gone(path, &error)),
        },
    };
    match wanted {
        Some(wanted) => gather.take(wanted, path, time, Ok(gather.counted(file))),
        None => match archive::kind(&file) {
            Ok(Kind::None) if !archive::is_named_so(path) => {}
            Ok(kind) => contents::read(gather, kind, file, path, time),
            Err(error) => gather.note(gone(path, &error)),
        },
    }
}

/// Opens a regular file and nothing else, also if it has become something else meanwhile: a link is
/// not followed, and a pipe does not keep us waiting.
pub(super) fn open(at: &Path) -> io::Result<(File, Option<DateTime<Utc>>)> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    let file = options.open(at)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    Ok((file, metadata.modified().ok().and_then(|time| to_the_second(time.into()))))
}

/// Archives know no parts of a second, so nothing does.
fn to_the_second(time: DateTime<Utc>) -> Option<DateTime<Utc>> {
    time.duration_trunc(TimeDelta::seconds(1)).ok()
}

fn gone(path: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("{} went away while it was read.", short(path)),
        _ => format!("{} cannot be read: {error}.", if path.is_empty() { "It" } else { path }),
    }
}

/// What is no file and no folder.
pub(super) fn what(kind: FileType) -> &'static str {
    if kind.is_symlink() {
        return "a symbolic link";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "a device";
        }
    }
    "no regular file"
}
