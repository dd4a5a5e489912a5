//! Which submissions there are: whether a path is one or a folder of them, and what learning
//! systems do to the names of files.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::archive::{self, Kind};
use super::contents;
use super::gather::{Gather, Gathered};
use super::names::{self, Meant, short};
use super::{Limits, folder};
use crate::class::roster::{Roster, Whose};
use crate::error::{Error, PathContext, Result};
use crate::exercise::exercises;
use crate::exercise::submission::MANIFEST;

/// One submission, not read yet.
pub(super) struct Submission {
    /// Who it is of, if there is no roster.
    pub(super) id: String,
    /// The name that is in it, else the id.
    pub(super) name: String,
    /// What it is called.
    pub(super) source: String,
    /// What says whose it is, the best first.
    named: Vec<String>,
    /// The same as far as the learner chose it, so that it says less.
    within: Vec<String>,
    /// The folder, the archive, or the files.
    parts: Vec<Part>,
    /// Whether it may be of another than it is taken for.
    pub(super) unsure: bool,
}

struct Part {
    at: PathBuf,
    /// Its name without what the learning system added.
    shown: String,
}

impl Submission {
    /// Whose it is: the first of its names that fits anybody. With it, whether only a name says so
    /// that the learner chose, who may have chosen that of another.
    pub(super) fn whose(&self, roster: &Roster) -> (Whose, bool) {
        let first = |names: &[String]| {
            let mut fits = names.iter().map(|name| roster.whose(name));
            fits.find(|whose| *whose != Whose::Nobody)
        };
        match first(&self.named) {
            Some(whose) => (whose, false),
            None => (first(&self.within).unwrap_or(Whose::Nobody), true),
        }
    }

    /// Reads it.
    pub(super) fn read(&self, mut gather: Gather<'_>) -> Gathered {
        let [Part { at, shown }] = self.parts.as_slice() else {
            for part in &self.parts {
                folder::read(&mut gather, &part.at, &part.shown, 1);
            }
            return gather.finish(&self.source, None);
        };
        if fs::symlink_metadata(at).is_ok_and(|metadata| metadata.is_dir()) {
            folder::read(&mut gather, at, "", 0);
            return gather.finish(&self.source, None);
        }
        let opened =
            folder::open(at).and_then(|(file, time)| Ok((archive::kind(&file)?, file, time)));
        match opened {
            Ok((Kind::None, _, time)) if !archive::is_named_so(shown) => {
                folder::read(&mut gather, at, shown, 1);
                gather.finish(&self.source, time)
            }
            Ok((kind, file, time)) => {
                contents::read(&mut gather, kind, file, "", time);
                gather.finish(&self.source, time)
            }
            Err(error) => {
                gather.note(format!("{} cannot be opened: {error}.", short(&self.source)));
                gather.finish(&self.source, None)
            }
        }
    }
}

/// All submissions, in the order of their ids and names, and notes on what is none.
pub(super) fn submissions(
    paths: &[PathBuf],
    roster: Option<&Roster>,
    limits: Limits,
) -> Result<(Vec<Submission>, Vec<String>)> {
    let mut found = Found::default();
    // A path that is named twice is one.
    let whole: Result<BTreeSet<PathBuf>> = paths.iter().map(|path| real(path)).collect();
    for path in whole? {
        if path.is_dir() {
            let names = folder::list(&path, limits.entries).at("read", &path)?;
            let names: Vec<OsString> =
                names.into_iter().filter(|name| !names::is_hidden(&names::of_os(name))).collect();
            if !is_one(&path, &names, roster) {
                names.iter().for_each(|name| found.add(&path.join(name), false));
                continue;
            }
        }
        found.add(&path, true);
    }
    found.notes.sort();
    Ok((found.submissions.into_values().collect(), found.notes))
}

fn real(path: &Path) -> Result<PathBuf> {
    path.canonicalize()
        .map_err(|error| Error::Usage(format!("There is no {} to grade: {error}.", path.display())))
}

/// Whether a folder is one submission rather than a folder of them.
fn is_one(at: &Path, names: &[OsString], roster: Option<&Roster>) -> bool {
    let shown: Vec<String> = names.iter().map(|name| names::of_os(name)).collect();
    let is_folder = |name: &OsString| {
        fs::symlink_metadata(at.join(name)).is_ok_and(|metadata| metadata.is_dir())
    };
    let of_a_workbook = shown.iter().any(|name| {
        name == "exercises"
            || name == MANIFEST
            || exercises().iter().any(|one| one.folder == name)
            || matches!(names::meant(name), Some(Meant::Exactly(_)))
    });
    let name = file_name(at);
    if of_a_workbook || Lms::of(&name).is_some() {
        return true;
    }
    // `ada/pglings/…`: a clone in its learner's folder.
    if !names.is_empty() && shown.iter().all(|name| is_workbook(name)) {
        return true;
    }
    let whose = |name: &str| roster.map_or(Whose::Nobody, |roster| roster.whose(name));
    if matches!(whose(&name), Whose::One(_))
        && shown.iter().all(|name| whose(name) == Whose::Nobody)
    {
        return true;
    }
    let holds_submissions = names.iter().zip(&shown).any(|(name, shown)| {
        is_folder(name) || archive::is_named_so(shown) || loose(shown).is_some()
    });
    !holds_submissions && shown.iter().any(|name| names::meant(name).is_some())
}

/// Whether this is what a clone or the archive of `pglings submit` is called, whoever's it is.
fn is_workbook(name: &str) -> bool {
    name.to_lowercase().starts_with("pglings") || name == "exercises"
}

fn file_name(at: &Path) -> String {
    at.file_name().map(names::of_os).unwrap_or_default()
}

#[derive(Default)]
struct Found {
    /// By id and by what it is called.
    submissions: BTreeMap<(String, String), Submission>,
    notes: Vec<String>,
}

impl Found {
    /// Adds what lies here. `alone`: it was named, and is not one of many in a folder.
    fn add(&mut self, at: &Path, alone: bool) {
        let name = file_name(at);
        let kind = match fs::symlink_metadata(at) {
            Ok(metadata) => metadata.file_type(),
            Err(error) => {
                return self.notes.push(format!("{} cannot be read: {error}.", short(&name)));
            }
        };
        let part = |shown: &str| Part { at: at.to_owned(), shown: shown.to_owned() };
        if !kind.is_dir() && !kind.is_file() {
            let what = folder::what(kind);
            return self.notes.push(format!("{} is {what} and was passed over.", short(&name)));
        }
        if let Some(lms) = Lms::of(&name).or_else(|| kind.is_file().then(|| loose(&name))?) {
            let shown = if lms.file.is_empty() { &name } else { &lms.file };
            let part = part(shown);
            // All that the system has of a learner is one submission, in however many files.
            let key = (lms.id.clone(), lms.id.clone());
            let one = self.submissions.entry(key).or_insert_with(|| Submission {
                id: lms.id,
                name: lms.name,
                source: name.clone(),
                named: vec![lms.named],
                within: vec![lms.file.clone()],
                parts: Vec::new(),
                unsure: false,
            });
            if !one.parts.is_empty() {
                one.source = format!("{} and what belongs to it", one.id);
            }
            return one.parts.push(part);
        }
        let is_archive = || {
            archive::is_named_so(&name)
                || archive::may_be(&name)
                    && folder::open(at).is_ok_and(|(file, _)| {
                        archive::kind(&file).is_ok_and(|kind| kind != Kind::None)
                    })
        };
        if kind.is_file() && !is_archive() && !(alone && names::meant(&name).is_some()) {
            return self.notes.push(format!(
                "{} is no folder and no archive and was passed over.",
                short(&name)
            ));
        }
        let mut id = if kind.is_dir() { name.as_str() } else { stem(&name) }.to_owned();
        let mut named = vec![name.clone()];
        if alone {
            let above = at.parent().map(file_name).unwrap_or_default();
            if is_workbook(&id) && !above.is_empty() {
                id.clone_from(&above);
            }
            named.push(above);
        }
        // An export in which the folders are numbered has the names one level deeper.
        let inner = match kind.is_dir() {
            true => folder::list(at, 100).unwrap_or_default(),
            false => BTreeSet::new(),
        };
        let submission = Submission {
            name: id.clone(),
            source: name.clone(),
            named,
            within: inner.iter().map(|name| names::of_os(name)).collect(),
            parts: vec![part(&name)],
            unsure: false,
            id: id.clone(),
        };
        // Two of the same name from two folders are told apart by where they are.
        let mut key = (id, name);
        while self.submissions.contains_key(&key) {
            key.1.push('+');
        }
        self.submissions.insert(key, submission);
    }
}

/// A file name without its end.
fn stem(name: &str) -> &str {
    archive::stem(name).or_else(|| Some(name.rsplit_once('.')?.0)).unwrap_or(name)
}

/// What a learning system puts into the name of a file.
struct Lms {
    id: String,
    name: String,
    /// What says whose it is.
    named: String,
    /// What the learner called it; empty for a folder.
    file: String,
}

impl Lms {
    fn of(name: &str) -> Option<Lms> {
        Lms::moodle(name).or_else(|| Lms::canvas(name))
    }

    /// `Ada Lovelace_123_assignsubmission_file`, a folder or the beginning of a file's name. The
    /// number is the system's and no id that a roster has.
    fn moodle(name: &str) -> Option<Lms> {
        let (who, what) = name.split_once("_assignsubmission_")?;
        let (person, number) = who.rsplit_once('_')?;
        number.parse::<u64>().ok()?;
        let file = what.split_once('_').map_or("", |(_, file)| file);
        Some(Lms {
            id: who.to_owned(),
            name: person.to_owned(),
            named: person.to_owned(),
            file: file.to_owned(),
        })
    }

    /// `lovelaceada_LATE_12345_67890_07_insert.rs`: the name, the learner's number, the file's
    /// number and its name.
    fn canvas(name: &str) -> Option<Lms> {
        let (person, rest) = name.split_once('_')?;
        let rest = rest.strip_prefix("LATE_").unwrap_or(rest);
        let mut parts = rest.splitn(3, '_');
        let (learner, upload, file) = (parts.next()?, parts.next()?, parts.next()?);
        learner.parse::<u64>().ok()?;
        upload.parse::<u64>().ok()?;
        if person.is_empty() || file.is_empty() {
            return None;
        }
        Some(Lms {
            id: format!("{person}_{learner}"),
            name: person.to_owned(),
            named: format!("{person} {learner}"),
            file: file.to_owned(),
        })
    }
}

/// `ada_07_insert.rs`: one exercise, with its learner in the name.
fn loose(name: &str) -> Option<Lms> {
    let at = exercises().iter().filter_map(|one| name.rfind(one.stem)).max()?;
    let file = name.get(at..)?;
    let who = name[..name.len() - file.len()].trim_end_matches(['_', '-', ' ', '.']);
    let meant = matches!(names::meant(file), Some(Meant::Exactly(_) | Meant::Nearly(_)));
    (meant && !who.is_empty()).then(|| Lms {
        id: who.to_owned(),
        name: who.to_owned(),
        named: who.to_owned(),
        file: file.to_owned(),
    })
}
