//! Archives: told by what is in them, read where they are, never unpacked.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use chrono::{DateTime, Utc};

use super::gather::{Gather, Wanted};
use super::names::{self, short};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Zip,
    Tar,
    Gzip,
    /// An archive that we do not read.
    Other(&'static str),
    /// No archive.
    None,
}

/// Names that archives have.
const NAMED: [&str; 9] =
    [".zip", ".tar", ".tar.gz", ".tgz", ".gz", ".7z", ".rar", ".tar.xz", ".tar.bz2"];

/// Documents that are zip archives inside.
const DOCUMENTS: [&str; 8] = [".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".jar", ".apk"];

/// Whether a file of this name is taken for an archive if it is one.
pub(super) fn may_be(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    !DOCUMENTS.iter().any(|end| lower.ends_with(end))
}

/// Whether an archive is named so.
pub(super) fn is_named_so(name: &str) -> bool {
    stem(name).is_some()
}

/// What a file in an archive is to us; none if it need not be read.
pub(super) fn wants(gather: &mut Gather<'_>, path: &str) -> Option<Wanted> {
    let wanted = gather.wants(path);
    if wanted.is_none() && is_named_so(path) {
        let path = short(path);
        gather.note(format!("{path} is an archive within an archive and was not opened."));
    }
    wanted
}

/// The name of an archive without what tells that it is one.
pub(super) fn stem(name: &str) -> Option<&str> {
    let lower = name.to_ascii_lowercase();
    let ends = NAMED.iter().filter(|end| lower.len() > end.len() && lower.ends_with(**end));
    ends.map(|end| end.len()).max().map(|length| &name[..name.len() - length])
}

/// What a file is, by its first bytes.
pub(super) fn kind(mut file: &File) -> io::Result<Kind> {
    let mut start = Vec::new();
    file.take(512).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    let starts = |sign: &[u8]| start.starts_with(sign);
    Ok(if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") || starts(b"PK\x07\x08") {
        Kind::Zip
    } else if start.get(257..262) == Some(b"ustar".as_slice()) {
        Kind::Tar
    } else if starts(b"\x1f\x8b") {
        Kind::Gzip
    } else if starts(b"7z\xbc\xaf\x27\x1c") {
        Kind::Other("7z")
    } else if starts(b"Rar!") {
        Kind::Other("RAR")
    } else if starts(b"\xfd7zXZ\0") {
        Kind::Other("xz")
    } else if starts(b"BZh") {
        Kind::Other("bzip2")
    } else if starts(b"\x28\xb5\x2f\xfd") {
        Kind::Other("zstd")
    } else {
        Kind::None
    })
}

/// An archive that is being read.
pub(super) struct Inside<'a> {
    pub(super) archive: &'a str,
    /// When the archive was made, as far as is known.
    pub(super) time: Option<DateTime<Utc>>,
}

impl Inside<'_> {
    /// How an entry is shown; none if it is of no interest. Its name goes nowhere: it is only read,
    /// to see which exercise it is.
    pub(super) fn path(&self, gather: &mut Gather<'_>, name: &[u8]) -> Option<String> {
        let name = names::shown(name).replace('\\', "/");
        let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let (last, folders) = parts.split_last()?;
        if parts.contains(&"..") {
            gather.note(format!("{} leads out of its archive and was passed over.", short(&name)));
            return None;
        }
        if names::is_hidden(last) || folders.iter().any(|folder| !gather.enters(folder)) {
            return None;
        }
        if name.starts_with('/') || parts[0].ends_with(':') {
            gather.note(format!("{} has a path from the root; only its end counts.", short(&name)));
        }
        let path = parts.join("/");
        Some(if self.archive.is_empty() { path } else { format!("{}/{path}", self.archive) })
    }
}
