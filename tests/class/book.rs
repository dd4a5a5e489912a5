//! One small class, graded once for all tests of the command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use pglings::exercise::exercise;
use pglings::sandbox::{Choice, Sandbox};

use crate::generator::{Class, MIXED, Packed, write};
use crate::world::{self, Ran};

/// How each of them hands in. One more is on the roster and hands in nothing.
const PACKED: [Packed; 6] =
    [Packed::Folder, Packed::Zip, Packed::TarGz, Packed::Moodle, Packed::Canvas, Packed::Folder];

/// All formats.
pub(crate) const FORMATS: &str = "html,csv,json,junit,gradescope,prairielearn,classroom50";

/// A class of all sorts, its submissions, and the gradebook that a run has made of it.
pub(crate) struct Book {
    pub(crate) class: Class,
    pub(crate) place: PathBuf,
    pub(crate) ran: Ran,
    _folder: tempfile::TempDir,
}

pub(crate) static BOOK: LazyLock<Book> = LazyLock::new(Book::new);

/// What is tested here is the gradebook, which has to come out on a machine without a sandbox, too;
/// `tests/sandbox.rs` tests those.
pub(crate) static SANDBOX: LazyLock<&str> = LazyLock::new(|| {
    let launcher = PathBuf::from(env!("CARGO_BIN_EXE_pglings"));
    if Sandbox::choose(Choice::Auto, launcher).is_ok() { "auto" } else { "none" }
});

impl Book {
    fn new() -> Book {
        let folder = world::folder();
        let place = folder.path().to_owned();
        let class = Class {
            seed: 7,
            learners: PACKED.len() + 1,
            exercises: ["3", "5", "7"].map(|number| exercise(number).unwrap()).to_vec(),
            kinds: MIXED.to_vec(),
            identical: 50,
        };
        for (learner, packed) in PACKED.iter().enumerate() {
            class.hand_in(learner, *packed, &place.join("submissions"));
        }
        write(&place.join("roster.csv"), class.roster().as_bytes());
        let course =
            "name = \"Databases\"\ndue = 2026-09-21T12:00:00Z\n[exercises]\n3 = 2\n5 = 1\n7 = 3\n";
        write(&place.join("course.toml"), course.as_bytes());
        let mut book = Book { class, place, ran: Ran::default(), _folder: folder };
        let out = book.out();
        book.ran = world::run(&mut book.grade(&out, &[]));
        book
    }

    /// The gradebook.
    pub(crate) fn out(&self) -> PathBuf {
        self.place.join("graded")
    }

    /// The command that made it, with another folder and more words.
    pub(crate) fn grade(&self, out: &Path, more: &[&str]) -> Command {
        self.grade_at(&world::home("home-class"), &self.place, out, more)
    }

    /// The same with another home and another folder for temporary files.
    pub(crate) fn grade_at(&self, home: &Path, place: &Path, out: &Path, more: &[&str]) -> Command {
        let mut command = world::pglings(home, place);
        command.arg("grade").arg(self.place.join("submissions"));
        command.arg("--roster").arg(self.place.join("roster.csv"));
        command.arg("--course").arg(self.place.join("course.toml"));
        command.args(["--sandbox", *SANDBOX, "--format", FORMATS, "--out"]).arg(out).args(more);
        command
    }

    /// A folder for a gradebook in which all answers are graded already.
    pub(crate) fn known(&self, name: &str) -> PathBuf {
        let out = self.place.join(name);
        fs::create_dir_all(&out).unwrap();
        fs::copy(self.out().join("verdicts.jsonl"), out.join("verdicts.jsonl")).unwrap();
        out
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        let text = fs::read(self.out().join("gradebook.json")).unwrap();
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{error}: {:?}", self.ran))
    }
}
