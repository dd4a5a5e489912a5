//! The compiler as it is called for an answer: what cargo would do for it, without cargo.
//!
//! Cargo takes a third of a second to find out that nothing but the answer has changed, and most of
//! what rustc takes for an answer is the link with all that it stands on. So cargo is asked once how
//! it calls the compiler for an exercise, the harness with all below it is made into a shared
//! library, and both are kept in the target folder. From then on the compiler is called directly. What
//! was kept is made anew when anything that it depends on has changed: see `stamp`.

mod cargo;
mod linked;
mod stamp;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::stamp::Stamp;
use crate::activity;
use crate::error::{Error, PathContext, Result};
use crate::exercise::files::{Workbook, write_whole};
use crate::lock::{Waiting, lock_alone, lock_shared};
use crate::process::Program;

/// The compiler, and how it is called for an answer. While it is there, nobody makes it anew.
pub struct Toolchain {
    record: Record,
    place: PathBuf,
    libraries: PathBuf,
    _lock: File,
}

/// What is kept of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    /// What it was made of.
    inputs: Stamp,
    /// What was made.
    outputs: Stamp,
    rustc: PathBuf,
    /// Where the standard library is, as a shared library too.
    runtime: PathBuf,
    /// Edition, lints, and what the user wants of every call.
    flags: Vec<String>,
    /// The crates that an answer may name, and the file of each.
    externs: Vec<(String, String)>,
    /// What cargo tells a program of its package.
    env: BTreeMap<String, String>,
    /// Whether an answer is linked with a shared library.
    shared: bool,
}

/// Where a compiler finds what it links an answer with, and where that finds it when it starts.
pub(crate) struct Layout<'a> {
    /// All that stands below an answer.
    pub(crate) libraries: &'a Path,
    /// The standard library.
    pub(crate) runtime: &'a Path,
}

const COMPILING: Waiting = Waiting {
    holder: "compiles the same exercise",
    limit: Duration::from_secs(2 * 60),
    ends: true,
    error: Error::Usage,
};

/// How often it is made, or found to be of no use, before that is told.
const ATTEMPTS: usize = 5;

/// The file that says how, and the folder of what an answer is linked with.
const RECORD: &str = "record.json";
const LIBRARIES: &str = "libraries";

const MAKING: Waiting = Waiting {
    holder: "compiles what exercises stand on",
    limit: Duration::from_secs(30 * 60),
    ends: true,
    error: Error::Usage,
};

impl Toolchain {
    /// The one that is kept for this workbook, made anew if it is not what it would be now.
    ///
    /// # Errors
    ///
    /// When cargo or the compiler cannot make what an answer stands on, or on Ctrl-C.
    pub fn of(workbook: &Workbook) -> Result<Toolchain> {
        let place = place(workbook);
        fs::create_dir_all(&place).at("create", &place)?;
        let lock = place.join("lock");
        // Between the lock of whoever makes it and that of whoever uses it, another may come.
        for _ in 0..ATTEMPTS {
            let inputs = Stamp::of_inputs(workbook);
            let held = lock_shared(&lock, MAKING, &mut activity::note)?;
            let why = match Record::read(&place, &inputs) {
                Ok(record) => {
                    let libraries = place.join(LIBRARIES);
                    return Ok(Toolchain { record, place, libraries, _lock: held });
                }
                Err(why) => why,
            };
            drop(held);
            let _alone = lock_alone(&lock, MAKING, &mut activity::note)?;
            if Record::read(&place, &Stamp::of_inputs(workbook)).is_err() {
                if let Some(why) = why {
                    activity::note(&format!("{why}, so what exercises stand on is made anew."));
                }
                linked::make(workbook, &place)?;
            }
        }
        Err(Error::Content(format!(
            "what exercises stand on changes each time when it is made: look for what else builds in {}",
            place.display()
        )))
    }

    /// The compiler itself, and not what stands for it on `PATH`.
    pub(crate) fn rustc(&self) -> &Path {
        &self.record.rustc
    }

    /// The folder that the compiler and its standard library are in.
    pub(crate) fn sysroot(&self) -> &Path {
        // It was found as `bin/rustc` there.
        self.record.rustc.ancestors().nth(2).unwrap_or(&self.record.rustc)
    }

    /// Where all of it is.
    pub(crate) fn layout(&self) -> Layout<'_> {
        Layout { libraries: &self.libraries, runtime: &self.record.runtime }
    }

    /// Whether an answer needs both folders of the layout to start.
    pub(crate) fn is_shared(&self) -> bool {
        self.record.shared
    }

    /// What the compiler keeps of a program, for the next time.
    pub(super) fn incremental(&self) -> PathBuf {
        self.place.join("incremental")
    }

    /// Where the program of an exercise is made, and who makes it, alone until that is dropped. The place
    /// is always the same: to the compiler, the same program in another place is another program, of which
    /// it has kept nothing.
    pub(super) fn bench(&self, stem: &str) -> Result<(PathBuf, File)> {
        let bench = self.programs()?.join(stem);
        fs::create_dir_all(&bench).at("create", &bench)?;
        let alone = lock_alone(&bench.join("lock"), COMPILING, &mut activity::note)?;
        Ok((bench, alone))
    }

    /// Where a program is that is run once. What a process that was killed has left is removed.
    pub(super) fn desk(&self) -> Result<tempfile::TempDir> {
        let programs = self.programs()?;
        let left = |entry: &fs::DirEntry| {
            let modified = entry.metadata().and_then(|found| found.modified());
            let old = modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > LEFT));
            old && entry.file_name().to_string_lossy().starts_with(RUN)
        };
        for entry in fs::read_dir(&programs).at("read", &programs)?.flatten().filter(left) {
            let _ = fs::remove_dir_all(entry.path());
        }
        let made = tempfile::Builder::new().prefix(RUN).tempdir_in(&programs);
        made.at("write in", &programs)
    }

    fn programs(&self) -> Result<PathBuf> {
        let programs = self.place.join("programs");
        fs::create_dir_all(&programs).at("create", &programs)?;
        Ok(programs)
    }

    /// Tells the compiler of the package that an answer belongs to, whose manifest is in this folder.
    pub(crate) fn tell(&self, rustc: Program, name: &str, manifest: &Path) -> Program {
        let own = [("CARGO_CRATE_NAME", name), ("CARGO_BIN_NAME", name)];
        let told = self.record.env.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let told = told.chain(own).fold(rustc, |rustc, (name, value)| rustc.env(name, value));
        told.env("CARGO_MANIFEST_DIR", manifest)
    }

    /// The words of a call that compiles the program `name`, whose first file is `root`.
    pub(crate) fn words(
        &self,
        layout: &Layout<'_>,
        name: &str,
        root: &Path,
        program: &Path,
    ) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec![root.into()];
        words.extend(
            ["--crate-name", name, "--crate-type", "bin", "--emit", "link"].map(Into::into),
        );
        words.extend(["--error-format=json", "--json=diagnostic-rendered-ansi"].map(Into::into));
        words.extend(["-o".into(), program.into()]);
        words.extend(self.record.words(layout));
        words
    }
}

/// What a folder begins with of a program that runs. Older than this, it is nobody's any more: no answer
/// runs so long.
const RUN: &str = "run-";
const LEFT: Duration = Duration::from_secs(60 * 60);

/// The folder of what is kept.
fn place(workbook: &Workbook) -> PathBuf {
    let named =
        ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"].into_iter().find_map(std::env::var_os);
    // Where cargo's own folder is named by a file of its own, this one is beside the exercises.
    let target = named.map_or_else(|| "target".into(), PathBuf::from);
    let name = if linked::wants_static() { "answers-static" } else { "answers" };
    workbook.root().join(target).join(name)
}

impl Record {
    /// What is kept, if it is what would be made now. `Err` says why not, if there is anything.
    fn read(place: &Path, inputs: &Stamp) -> Result<Record, Option<String>> {
        let text = fs::read(place.join(RECORD)).map_err(|_| None)?;
        let record: Record = serde_json::from_slice(&text).map_err(|_| None)?;
        if let Some(why) = record.inputs.differs(inputs) {
            return Err(Some(why));
        }
        let named = std::env::var_os("RUSTUP_TOOLCHAIN");
        if let Some(why) = stamp::other_toolchain(named.as_deref(), &record.rustc) {
            return Err(Some(why));
        }
        let outputs = Stamp::of_outputs(&record.rustc, &place.join(LIBRARIES));
        match record.outputs.differs(&outputs) {
            Some(why) => Err(Some(why)),
            None => Ok(record),
        }
    }

    fn write(&self, place: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::Bug(format!("the record of a compiler: {error}")))?;
        write_whole(&place.join(RECORD), &text)
    }

    /// What every call has: flags, and what to link with.
    fn words(&self, layout: &Layout<'_>) -> Vec<OsString> {
        let mut words: Vec<OsString> = self.flags.iter().map(Into::into).collect();
        for (name, file) in &self.externs {
            let mut library = OsString::from(format!("{name}="));
            library.push(layout.libraries.join(file));
            words.extend(["--extern".into(), library]);
        }
        let mut below = OsString::from("dependency=");
        below.push(layout.libraries);
        words.extend(["-L".into(), below]);
        if self.shared {
            words.extend(["-C".into(), "prefer-dynamic".into()]);
            for folder in [layout.libraries, layout.runtime] {
                // A comma in a path would part the words of `-Wl`.
                for word in [
                    "-Xlinker".as_ref(),
                    "-rpath".as_ref(),
                    "-Xlinker".as_ref(),
                    folder.as_os_str(),
                ] {
                    let mut argument = OsString::from("link-arg=");
                    argument.push(word);
                    words.extend(["-C".into(), argument]);
                }
            }
        }
        words
    }
}
