//! What is in an archive, by whichever reader it takes.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;

use super::archive::{Inside, Kind};
use super::gather::Gather;
use super::names::short;
use super::{tar, zip};

/// Reads an archive. `path` is how it is shown, empty for the submission itself.
pub(super) fn read(
    gather: &mut Gather<'_>,
    kind: Kind,
    file: File,
    path: &str,
    time: Option<DateTime<Utc>>,
) {
    let at = Inside { archive: path, time };
    // The readers of archives are other people's; what makes one panic is one learner's matter.
    let read = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Zip => zip::read(gather, &at, file),
        Kind::Tar => tar::read_seekable(gather, &at, file),
        Kind::Gzip => tar::read(gather, &at, MultiGzDecoder::new(BufReader::new(file))),
        Kind::Other(name) => Err(format!("is a {name} archive, which is not read: a zip is")),
        Kind::None => Err("is no archive, or a damaged one".to_owned()),
    }));
    let name = if path.is_empty() { "The archive" } else { path };
    match read {
        Ok(Ok(())) => {}
        Ok(Err(why)) => gather.note(format!("{} {why}.", short(name))),
        Err(_) => gather.note(format!("{} is damaged and cannot be read.", short(name))),
    }
}
