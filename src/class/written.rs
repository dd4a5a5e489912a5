//! The files of a gradebook, and which of those in its folder pglings has written.
//!
//! A folder is used again, for the next day's submissions or for other formats. What an earlier run
//! wrote there and this one does not, such as the results of a learner who has left, would be taken
//! for results of this run. It goes, if it is as it was written; what anybody else has put there or
//! changed stays.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{PathContext, Result};
use crate::exercise::files::{read_within, write_whole};

/// Its file, in the folder of the gradebook: lines as of `sha256sum`.
pub const NAME: &str = ".written";

/// More than any file of a gradebook has, in bytes.
const LARGEST: u64 = 1 << 30;

/// A hash and a path from the folder.
type Entry = (String, PathBuf);

/// Writes the files of a gradebook into a folder, and takes away those of an earlier one that are
/// not among them.
///
/// # Errors
///
/// If a file cannot be written: then each is the earlier one or the new one, and whole.
pub fn put(folder: &Path, files: &[(PathBuf, String)]) -> Result<()> {
    fs::create_dir_all(folder).at("create", folder)?;
    let list = folder.join(NAME);
    let earlier = read(&list);
    let entry = |(path, text): &(PathBuf, String)| (hash(text.as_bytes()), path.clone());
    let now: BTreeSet<Entry> = files.iter().map(entry).collect();
    // Before any of them is written, so that a run which ends here leaves none that nobody knows.
    write(&list, &earlier.union(&now).cloned().collect())?;
    for (path, text) in files {
        write_whole(&folder.join(path), text.as_bytes())?;
    }
    let paths: BTreeSet<&PathBuf> = files.iter().map(|(path, _)| path).collect();
    for (hash, path) in earlier.iter().filter(|(_, path)| !paths.contains(path)) {
        remove(folder, path, hash)?;
    }
    write(&list, &now)
}

/// Removes a file, if it is as it was written, and its folder, if nothing else is in that.
fn remove(folder: &Path, path: &Path, wanted: &str) -> Result<()> {
    let file = folder.join(path);
    let is_file = fs::symlink_metadata(&file).is_ok_and(|found| found.is_file());
    if is_file && read_within(LARGEST, &file).is_ok_and(|bytes| hash(&bytes) == wanted) {
        fs::remove_file(&file).at("remove", &file)?;
        if let Some(parent) = path.parent().filter(|parent| *parent != Path::new("")) {
            let _ = fs::remove_dir(folder.join(parent));
        }
    }
    Ok(())
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write(list: &Path, entries: &BTreeSet<Entry>) -> Result<()> {
    let line = |(hash, path): &Entry| format!("{hash}  {}\n", path.display());
    write_whole(list, entries.iter().map(line).collect::<String>().as_bytes())
}

/// What is listed. A line that is none, or that leads out of the folder, is passed over.
fn read(list: &Path) -> BTreeSet<Entry> {
    let bytes = read_within(LARGEST, list).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let entry = |line: &str| {
        let (hash, path) = line.split_once("  ")?;
        let path = PathBuf::from(path);
        let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        inside.then(|| (hash.to_owned(), path))
    };
    text.lines().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<(PathBuf, String)> {
        names.iter().map(|name| (PathBuf::from(name), format!("of {name}"))).collect()
    }

    #[test]
    fn what_an_earlier_run_wrote_goes_and_what_others_wrote_stays() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("graded");
        let at = |name: &str| folder.join(name);
        let gradebook = ["gradebook.json", "gradescope/ada.json", "gradescope/bob.json"];
        put(&folder, &files(&[&gradebook[..], &["csv/a.csv", "mine.csv", "was.csv"]].concat()))
            .unwrap();
        fs::write(at("gradescope/notes.txt"), "mine").unwrap();
        fs::write(at("mine.csv"), "mine now").unwrap();
        fs::remove_file(at("was.csv")).unwrap();
        fs::create_dir(at("was.csv")).unwrap();
        put(&folder, &files(&gradebook[..2])).unwrap();
        assert!(at("gradescope/ada.json").exists() && !at("gradescope/bob.json").exists());
        assert!(at("gradescope/notes.txt").exists() && at("was.csv").exists());
        assert_eq!(fs::read_to_string(at("mine.csv")).unwrap(), "mine now");
        assert!(!at("csv").exists(), "a folder that has nothing in it any more");
        // Nothing of it is ours any more, whatever becomes of it.
        fs::write(at("mine.csv"), "of mine.csv").unwrap();
        put(&folder, &files(&gradebook)).unwrap();
        assert!(at("mine.csv").exists());
    }

    #[test]
    fn no_list_leads_out_of_the_folder() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("graded");
        let other = outer.path().join("other.csv");
        fs::create_dir(&folder).unwrap();
        fs::write(&other, "a").unwrap();
        let line = |path: &Path| format!("{}  {}\n", hash(b"a"), path.display());
        let lines = ["../other.csv".into(), other.clone(), "./../other.csv".into()];
        let list: String = lines.iter().map(|path: &PathBuf| line(path)).collect();
        fs::write(folder.join(NAME), format!("\u{0}\n\n  \n{list}")).unwrap();
        put(&folder, &files(&["gradebook.json"])).unwrap();
        assert!(other.exists());
    }

    #[test]
    fn a_run_that_could_not_end_is_tidied_by_the_next() {
        let outer = tempfile::tempdir().unwrap();
        let at = |name: &str| outer.path().join(name);
        // A folder stands where the second file is to be.
        fs::create_dir_all(at("b.json/mine")).unwrap();
        assert!(put(outer.path(), &files(&["a.json", "b.json"])).is_err());
        assert!(at("a.json").exists());
        put(outer.path(), &files(&["c.json"])).unwrap();
        assert!(!at("a.json").exists() && at("b.json/mine").exists() && at("c.json").exists());
    }
}
