//! What is graded already: a line for each answer, written when its verdict is there. A run that was
//! stopped, killed or has lost its server goes on from it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::gradebook::Graded;
use crate::error::{Context, Error, PathContext, Result};
use crate::exercise::files::write_whole;

/// Its file, in the folder that the gradebook is written to.
pub const NAME: &str = "verdicts.jsonl";

/// Verdicts as they come. Only one run at a time may write to it.
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    /// The file that is locked. Not the journal itself, which is written anew at the start.
    _lock: File,
}

/// A line of it.
#[derive(Serialize, Deserialize)]
struct Line {
    /// Which graders judged. Others may come to other verdicts.
    engine: String,
    key: String,
    graded: Graded,
}

impl Journal {
    /// Opens the journal of a folder. Returns what these graders have judged already.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written to, or another run writes to it.
    pub fn open(folder: &Path) -> Result<(Journal, BTreeMap<String, Graded>)> {
        fs::create_dir_all(folder).at("create", folder)?;
        let lock = folder.join(".lock");
        let locked = File::create(&lock).at("write", &lock)?;
        if locked.try_lock().is_err() {
            return Err(Error::Usage(format!(
                "another pglings writes to {}. Wait for it, or name another folder with --out.",
                folder.display()
            )));
        }
        let path = folder.join(NAME);
        let engine = engine()?;
        let known = read(&path, &engine);
        // What was cut off, and what other graders have judged, is not carried along.
        let mut text = String::new();
        for (key, graded) in &known {
            text.push_str(&line(&engine, key, graded));
        }
        write_whole(&path, text.as_bytes())?;
        let file = File::options().append(true).open(&path).at("write", &path)?;
        Ok((Journal { path, file: Mutex::new(file), _lock: locked }, known))
    }

    /// Notes a verdict. What is no fault of the answer is not noted: the next run tries again.
    pub fn note(&self, key: &str, graded: &Graded) -> Result<()> {
        if !graded.status.is_of_the_answer() {
            return Ok(());
        }
        let line = line(&engine()?, key, graded);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes()).at("write", &self.path)
    }
}

fn line(engine: &str, key: &str, graded: &Graded) -> String {
    let (engine, key, graded) = (engine.to_owned(), key.to_owned(), graded.clone());
    let mut line = serde_json::to_string(&Line { engine, key, graded }).unwrap_or_default();
    line.push('\n');
    line
}

fn read(path: &Path, engine: &str) -> BTreeMap<String, Graded> {
    let bytes = fs::read(path).unwrap_or_default();
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    lines.filter(|line| line.engine == engine).map(|line| (line.key, line.graded)).collect()
}

/// Tells the graders of one build from those of another.
fn engine() -> Result<String> {
    static ENGINE: Mutex<Option<String>> = Mutex::new(None);
    let mut known = ENGINE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(engine) = &*known {
        return Ok(engine.clone());
    }
    let path = std::env::current_exe().context("cannot tell which program this is")?;
    let data = fs::metadata(&path).at("look at", &path)?;
    let time =
        data.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let time = time.unwrap_or_default().as_nanos();
    let engine = format!("{} {} {time}", env!("CARGO_PKG_VERSION"), data.len());
    *known = Some(engine.clone());
    Ok(engine)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::grade::verdict::Status;

    fn graded(status: Status) -> Graded {
        Graded {
            exercise: "07_insert".to_owned(),
            text: "fn f() {}".to_owned(),
            status,
            checks: Vec::new(),
            message: String::new(),
            output: String::new(),
        }
    }

    /// Opens it as soon as nobody has it: a process that another test is just starting holds what was
    /// open in this one for a moment.
    fn open(folder: &Path) -> (Journal, BTreeMap<String, Graded>) {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            match Journal::open(folder) {
                Err(Error::Usage(_)) if Instant::now() < until => std::thread::yield_now(),
                opened => return opened.unwrap(),
            }
        }
    }

    #[test]
    fn whatever_a_journal_is_cut_to_the_whole_lines_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let (journal, known) = open(folder.path());
        assert!(known.is_empty());
        for key in ["a", "b"] {
            journal.note(key, &graded(Status::Passed)).unwrap();
        }
        journal.note("c", &graded(Status::NoServer)).unwrap();
        assert!(Journal::open(folder.path()).is_err(), "one run at a time");
        drop(journal);
        let whole = fs::read(&path).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for length in 0..=whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let (journal, known) = open(folder.path());
            // A line without its end is whole too.
            let lines = usize::from(length + 1 >= first) + usize::from(length + 1 >= whole.len());
            assert_eq!(known.len(), lines, "{length}");
            journal.note("d", &graded(Status::Failed)).unwrap();
            drop(journal);
            let again = open(folder.path()).1;
            assert_eq!(again.len(), lines + 1);
            assert_eq!(again["d"], graded(Status::Failed));
        }
    }

    #[test]
    fn what_other_graders_judged_is_judged_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        fs::write(&path, line("another", "a", &graded(Status::Passed))).unwrap();
        assert!(open(folder.path()).1.is_empty());
    }
}
