//! Which modules and lessons there are. The list of lessons is made by `build.rs` from the files
//! in `lessons/`.

pub use super::modules::{MODULES, Module};
use super::source::Source;
use super::step::Definition;

/// One lesson.
#[derive(Debug, Clone, Copy)]
pub struct Lesson {
    /// The number of its module.
    pub module: u32,
    /// The module's folder.
    pub folder: &'static str,
    /// From 1, through all modules.
    pub number: u32,
    /// `insert`.
    pub name: &'static str,
    /// `07_insert`: the name of its files.
    pub stem: &'static str,
    /// The text of its file.
    pub source: &'static str,
    /// What it is made of.
    pub definition: fn() -> Definition,
}

impl Lesson {
    /// Its path from the root of the workbook.
    pub fn path(&self) -> String {
        format!("lessons/{}/{}.rs", self.folder, self.stem)
    }

    /// The path of its transcript.
    pub fn transcript_path(&self) -> String {
        format!("lessons/{}/{}.md", self.folder, self.stem)
    }

    /// Its prose and code.
    pub fn cut(&self) -> Source {
        Source::cut(self.source)
    }

    /// Its module.
    pub fn module(&self) -> Option<&'static Module> {
        MODULES.iter().find(|module| module.number == self.module)
    }
}

/// The lessons, in order.
pub fn lessons() -> &'static [Lesson] {
    workbook::LESSONS
}

/// Finds by number (`7`, `07`), name (`insert`) or file name (`07_insert`).
pub fn find<'a, T>(
    all: &'a [T],
    wanted: &str,
    key: impl Fn(&T) -> (u32, &str, &str),
) -> Option<&'a T> {
    let number = wanted.parse::<u32>().ok();
    all.iter().find(|item| {
        let (n, name, stem) = key(item);
        number == Some(n) || wanted == name || wanted == stem
    })
}

/// The lesson that a learner means.
pub fn lesson(wanted: &str) -> Option<&'static Lesson> {
    find(lessons(), wanted, |lesson| (lesson.number, lesson.name, lesson.stem))
}

/// The lessons themselves, as documentation: each module's page is the lesson's prose, each item
/// a step.
pub mod workbook {
    use super::Lesson;

    include!(concat!(env!("OUT_DIR"), "/workbook.rs"));
}
