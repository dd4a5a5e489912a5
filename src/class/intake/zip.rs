//! Reads a zip archive entry by entry.

use std::fs::File;
use std::io::{self, BufReader};

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use zip::read::{Config, HasZipMetadata, ZipFile, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{ExtraField, ZipReadOptions};

use super::archive::{self, Inside};
use super::gather::Gather;
use super::names::{self, short};

/// `Err` says why it cannot be read, to follow its name.
pub(super) fn read(gather: &mut Gather<'_>, at: &Inside<'_>, file: File) -> Result<(), String> {
    let damaged = |error: ZipError| format!("is damaged: {}", words(&error));
    // Unlike `ZipArchive`, this keeps no list of the entries, of which there may be a million, and
    // hides none of two that have the same name.
    let mut zip = ZipIterable::try_new(BufReader::new(file), Config::default()).map_err(damaged)?;
    let files = zip.files().map_err(damaged)?;
    while let Some(entry) = files.next() {
        let entry = entry.map_err(damaged)?;
        let name = name(&entry);
        if !gather.count(&names::shown(&name)) {
            return Ok(());
        }
        let Some(path) = at.path(gather, &name) else { continue };
        if entry.is_symlink() {
            gather.note(format!("{} is a symbolic link and was not followed.", short(&path)));
            continue;
        }
        if entry.is_dir() {
            continue;
        }
        let Some(wanted) = archive::wants(gather, &path) else { continue };
        let (zone, encrypted, dos) = (gather.course.zone, entry.encrypted(), dos(&entry));
        match entry.with_reader(files.reader_mut(), ZipReadOptions::new()) {
            Ok(file) => {
                let time = time(&file, zone).or(at.time);
                gather.take(wanted, &path, time, Ok(gather.counted(file)));
            }
            Err(error) => {
                let why = match error {
                    _ if encrypted => "is encrypted".to_owned(),
                    error => format!("cannot be read: {}", words(&error)),
                };
                let time = dos.and_then(|time| in_zone(time, zone)).or(at.time);
                gather.take(wanted, &path, time, Err::<io::Empty, _>(why));
            }
        }
    }
    Ok(())
}

/// The name in UTF-8 if it is that, whether the archive says so or not.
fn name(entry: &ZipFileEntry<'_>) -> Vec<u8> {
    let raw = entry.name_raw();
    match (std::str::from_utf8(raw), entry.name()) {
        (Err(_), Ok(name)) => name.as_bytes().to_vec(),
        _ => raw.to_vec(),
    }
}

/// When a file was changed. Only some archives say it in UTC.
fn time(file: &ZipFile<'_, impl io::Read>, zone: FixedOffset) -> Option<DateTime<Utc>> {
    let utc = file.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(time) => time.mod_time(),
        _ => None,
    });
    match utc {
        Some(seconds) => DateTime::from_timestamp(i64::from(seconds), 0),
        None => dos(file).and_then(|time| in_zone(time, zone)),
    }
}

fn dos(of: &impl HasZipMetadata) -> Option<zip::DateTime> {
    // The first moment that there is stands for none, as in the archives of `pglings submit`.
    of.get_metadata().last_modified_time.filter(|time| *time != zip::DateTime::default())
}

fn in_zone(time: zip::DateTime, zone: FixedOffset) -> Option<DateTime<Utc>> {
    let day = NaiveDate::from_ymd_opt(
        i32::from(time.year()),
        u32::from(time.month()),
        u32::from(time.day()),
    )?;
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let time = day.and_hms_opt(u32::from(hour), u32::from(minute), u32::from(second))?;
    time.and_local_timezone(zone).single().map(|time| time.to_utc())
}

fn words(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            "it ends too early".to_owned()
        }
        error => error.to_string(),
    }
}
