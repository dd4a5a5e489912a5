//! Classes made up for tests and for the benchmark: the same seed makes the same submissions.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use pglings::exercise::{Exercise, submission};
use sha2::{Digest, Sha256};

/// What a learner may have for an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The solution.
    Solved,
    /// The stub.
    Unsolved,
    /// An answer that compiles and that a check catches.
    Wrong,
    /// An answer that does not compile.
    NotCompiling,
    /// No file.
    Missing,
}

/// What a class of all sorts is made of: one of these for each answer.
pub(crate) const MIXED: [Kind; 6] =
    [Kind::Solved, Kind::Wrong, Kind::Solved, Kind::NotCompiling, Kind::Unsolved, Kind::Missing];

/// A class.
#[derive(Clone)]
pub(crate) struct Class {
    pub(crate) seed: u64,
    pub(crate) learners: usize,
    pub(crate) exercises: Vec<&'static Exercise>,
    /// What the answers are chosen from.
    pub(crate) kinds: Vec<Kind>,
    /// How many of a hundred answers are as they were found. Each other one ends with its learner's
    /// name, so that nobody else has it.
    pub(crate) identical: u64,
}

/// How a submission is handed in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Packed {
    /// A folder like that of a workbook.
    Folder,
    /// What `pglings submit` writes.
    Zip,
    /// The folder in a tar archive, packed.
    TarGz,
    /// A folder of Moodle's with the archive in it.
    Moodle,
    /// A file each, named by Canvas.
    Canvas,
}

const FIRST: [&str; 8] = ["Ada", "Grace", "Edsger", "Barbara", "Alan", "Zoë", "Linus", "Mary"];
const LAST: [&str; 6] = ["Lovelace", "Hopper", "O'Neil", "Turing", "García", "Li"];

impl Class {
    /// The id of a learner.
    pub(crate) fn id(learner: usize) -> String {
        format!("s{learner:03}")
    }

    /// A name that no other learner of the first thousands has.
    pub(crate) fn name(learner: usize) -> String {
        let (first, rest) = (FIRST[learner % FIRST.len()], learner / FIRST.len());
        let middle = match rest / LAST.len() {
            0 => String::new(),
            other => format!("B{other} "),
        };
        format!("{first} {middle}{}", LAST[rest % LAST.len()])
    }

    /// All of them, as a roster.
    pub(crate) fn roster(&self) -> String {
        let line = |learner| format!("{},{}\n", Class::id(learner), Class::name(learner));
        std::iter::once("id,name\n".to_owned()).chain((0..self.learners).map(line)).collect()
    }

    /// A number below `of`, the same for the same question.
    fn pick(&self, learner: usize, exercise: &Exercise, what: &str, of: u64) -> u64 {
        let question = format!("{} {learner} {} {what}", self.seed, exercise.stem);
        let hash = Sha256::digest(question.as_bytes());
        hash.iter().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte)) % of.max(1)
    }

    /// What a learner has for an exercise.
    pub(crate) fn kind(&self, learner: usize, exercise: &Exercise) -> Kind {
        let at = self.pick(learner, exercise, "kind", self.kinds.len() as u64);
        self.kinds[usize::try_from(at).unwrap_or_default()]
    }

    /// The files of a learner, in the order of the exercises.
    pub(crate) fn answers(&self, learner: usize) -> Vec<(&'static Exercise, String)> {
        let text = |exercise: &&'static Exercise| {
            let any = self.pick(learner, exercise, "which", u64::MAX);
            let which = usize::try_from(any % 1000).unwrap_or_default();
            let mut text = match self.kind(learner, exercise) {
                Kind::Solved => exercise.solution.to_owned(),
                Kind::Unsolved => exercise.stub(),
                Kind::Wrong => wrong(exercise, which),
                Kind::NotCompiling => not_compiling(exercise, which),
                Kind::Missing => return None,
            };
            if self.pick(learner, exercise, "identical", 100) >= self.identical {
                text.push_str(&format!("\n// by {}\n", Class::name(learner)));
            }
            Some((*exercise, text))
        };
        self.exercises.iter().filter_map(text).collect()
    }

    /// Writes what a learner hands in into a folder of submissions.
    pub(crate) fn hand_in(&self, learner: usize, packed: Packed, to: &Path) {
        let answers = self.answers(learner);
        let (id, name) = (Class::id(learner), Class::name(learner));
        match packed {
            Packed::Folder => {
                for (exercise, text) in &answers {
                    write(&to.join(&id).join(exercise.path()), text.as_bytes());
                }
                // Someone who has begun nothing hands in a folder all the same.
                fs::create_dir_all(to.join(&id).join("exercises")).unwrap();
            }
            Packed::Zip => {
                write(&to.join(format!("{id}.zip")), &submission::pack(&answers).unwrap());
            }
            Packed::TarGz => write(&to.join(format!("{id}.tar.gz")), &tar_gz(&answers)),
            Packed::Moodle => {
                let folder = to.join(format!("{name}_{}_assignsubmission_file", 4000 + learner));
                let archive = submission::pack(&answers).unwrap();
                write(&folder.join("pglings-submission.zip"), &archive);
            }
            Packed::Canvas => {
                let who = name.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "");
                for (at, (exercise, text)) in answers.iter().enumerate() {
                    let file = format!("{who}_{}_{}_{}.rs", 4000 + learner, 90 + at, exercise.stem);
                    write(&to.join(file), text.as_bytes());
                }
            }
        }
    }
}

/// With one time for all, since a gradebook says when a submission was last changed.
pub(crate) fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    fs::File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
}

fn tar_gz(answers: &[(&Exercise, String)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (exercise, text) in answers {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(1_790_000_000);
        let path = format!("pglings-main/{}", exercise.path());
        tar.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// Slips in SQL.
const SLIPS: [(&str, &str); 10] = [
    (" RETURNING id", " RETURNING 0 AS id"),
    (" DESC", " ASC"),
    ("LEFT JOIN", "JOIN"),
    (">= $", "> $"),
    ("<= $", "< $"),
    ("COUNT(", "1 + COUNT("),
    (" NOT NULL", ""),
    (" UNIQUE", ""),
    ("SERIALIZABLE", "READ COMMITTED"),
    ("ORDER BY ", "ORDER BY random(), "),
];

/// A wrong answer of the workbook that needs no other file, or else the solution with a slip.
fn wrong(exercise: &Exercise, which: usize) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong");
    let folder = folder.join(exercise.folder).join(exercise.stem);
    let mut files: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    let texts = files.iter().filter_map(|file| fs::read_to_string(file).ok());
    let texts: Vec<String> = texts.filter(|text| !text.contains("#[path")).collect();
    if !texts.is_empty() {
        return texts[which % texts.len()].clone();
    }
    let slipped = |(from, to): &(&str, &str)| slip(exercise.solution, from, to);
    let texts: Vec<String> = SLIPS.iter().filter_map(slipped).collect();
    match texts.len() {
        0 => half(exercise),
        count => texts[which % count].clone(),
    }
}

fn slip(text: &str, from: &str, to: &str) -> Option<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let code = |line: &&mut String| !line.trim_start().starts_with("//") && line.contains(from);
    let line = lines.iter_mut().find(code)?;
    *line = line.replacen(from, to, 1);
    Some(lines.join("\n") + "\n")
}

/// The solution up to the last of what is to do.
fn half(exercise: &Exercise) -> String {
    let (mark, end) = ("// todo: ", "// end");
    let parts = exercise.solution.rsplit_once(mark).and_then(|(before, rest)| {
        let (what, rest) = rest.split_once('\n')?;
        Some((before, what, rest.split_once(end)?.1))
    });
    match parts {
        Some((before, what, after)) => format!("{before}todo!({what:?}){after}"),
        None => exercise.stub(),
    }
}

/// What a compiler refuses: a file that ends too early, a wrong type, a name that nobody knows.
fn not_compiling(exercise: &Exercise, which: usize) -> String {
    let text = exercise.solution;
    match which % 3 {
        0 => text[..text.floor_char_boundary(text.len() * 2 / 3)].to_owned(),
        1 => format!("{text}\nfn slip() -> i32 {{\n    \"not a number\"\n}}\n"),
        _ => format!("{text}\nfn slip() -> String {{\n    nobody_knows_this(1)\n}}\n"),
    }
}
