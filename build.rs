//! Finds the workbook's content, so that a lesson or an exercise is added by adding its file.
//!
//! Writes lists into the build folder: the lessons as modules with their source text
//! (`workbook.rs`) and as a map for the front page of the documentation (`map.md`), the exercises
//! with the solutions' text (`exercises.rs`), the graders (`graders.rs`), and, for the tests, every
//! answer of a module: solutions, stubs made from them, and what stands in `tests/wrong` and
//! `tests/right` (`answers_m1_raw_sql.rs`), and what stands in `tests/hostile` (`hostile.rs`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/lesson/modules.rs"]
#[expect(unreachable_pub, reason = "it is a module of the crate too")]
mod modules;
#[path = "src/exercise/stub.rs"]
#[expect(unreachable_pub, dead_code, reason = "it is a module of the crate too")]
mod stub;

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    for folder in ["lessons", "solutions", "tests", "src/exercise/stub.rs", "src/lesson/modules.rs"]
    {
        println!("cargo::rerun-if-changed={folder}");
    }
    // What sqlx's macros know of the queries in lessons and answers stands in `.sqlx`. A server that a
    // learner's DATABASE_URL or `.env` names is never asked while this is compiled.
    println!("cargo::rerun-if-changed=.sqlx");
    println!("cargo::rustc-env=SQLX_OFFLINE=true");
    write_if_changed(&out.join("workbook.rs"), &workbook(&root)?)?;
    write_if_changed(&out.join("map.md"), &map(&root)?)?;
    write_if_changed(&out.join("exercises.rs"), &exercises(&root)?)?;
    write_if_changed(&out.join("graders.rs"), &graders(&root)?)?;
    for module in modules::MODULES {
        let file = format!("answers_{}.rs", module.name);
        write_if_changed(&out.join(file), &answers(&root, &out, module.name)?)?;
    }
    write_if_changed(&out.join("hostile.rs"), &hostile(&root)?)
}

/// `07_insert.rs` in `m1_raw_sql/`.
struct Item {
    module: String,
    stem: String,
    path: PathBuf,
}

impl Item {
    fn name(&self) -> &str {
        self.stem.split_once('_').map_or(&self.stem, |(_, name)| name)
    }

    fn number(&self) -> &str {
        let digits = self.stem.split('_').next().unwrap_or("0").trim_start_matches('0');
        if digits.is_empty() { "0" } else { digits }
    }

    /// What stands behind `//! # `.
    fn title(&self) -> io::Result<String> {
        let text = fs::read_to_string(&self.path)?;
        let heading = text.lines().find_map(|line| line.strip_prefix("//! # "));
        Ok(heading.unwrap_or(&self.stem).trim().to_owned())
    }

    fn module_number(&self) -> &str {
        &self.module[1..2]
    }
}

/// The Rust files of `folder/m*_*/`, in order.
fn items(root: &Path, folder: &str) -> io::Result<Vec<Item>> {
    let mut found = Vec::new();
    for module in sorted(&root.join(folder))? {
        let name = file_name(&module);
        if !module.is_dir() || !name.starts_with('m') {
            continue;
        }
        for path in sorted(&module)? {
            if path.extension().is_some_and(|extension| extension == "rs") {
                let stem = file_name(&path).trim_end_matches(".rs").to_owned();
                found.push(Item { module: name.clone(), stem, path });
            }
        }
    }
    Ok(found)
}

fn sorted(dir: &Path) -> io::Result<Vec<PathBuf>> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

/// `pasted` of `…/pasted.rs`.
fn label(path: &Path) -> &str {
    path.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text)
}

/// A module per folder, in it a module per lesson, and the list of all of them.
fn workbook(root: &Path) -> io::Result<String> {
    let lessons = items(root, "lessons")?;
    let mut text = String::new();
    let mut module = "";
    for lesson in &lessons {
        if lesson.module != module {
            if !module.is_empty() {
                text.push_str("}\n");
            }
            module = &lesson.module;
            let title = format!("{}\n\n{}", title_of(module), list_of(&lessons, module)?);
            let _ = writeln!(text, "#[doc = {title:?}]\npub mod {module} {{");
        }
        let _ = writeln!(text, "#[path = {:?}]\npub mod {};", lesson.path, lesson.name());
    }
    if !module.is_empty() {
        text.push_str("}\n");
    }
    text.push_str("pub(crate) static LESSONS: &[Lesson] = &[\n");
    for lesson in &lessons {
        let _ = writeln!(
            text,
            "Lesson {{ module: {}, folder: {:?}, number: {}, name: {:?}, stem: {:?}, source: include_str!({:?}), definition: {}::{}::lesson }},",
            lesson.module_number(),
            lesson.module,
            lesson.number(),
            lesson.name(),
            lesson.stem,
            lesson.path,
            lesson.module,
            lesson.name(),
        );
    }
    text.push_str("];\n");
    Ok(text)
}

/// `Module 1: Raw SQL with the postgres client`.
fn title_of(folder: &str) -> String {
    let module = modules::MODULES.iter().find(|module| module.name == folder);
    module.map_or_else(|| folder.to_owned(), |m| format!("Module {}: {}", m.number, m.title))
}

/// Modules and lessons as Markdown, each lesson with a link to its page in the documentation.
fn map(root: &Path) -> io::Result<String> {
    let lessons = items(root, "lessons")?;
    let mut text = String::new();
    for module in modules::MODULES {
        let list = list_of(&lessons, module.name)?;
        let list = if list.is_empty() { "No lesson is written yet.\n" } else { &list };
        let _ = writeln!(text, "\n## {}\n\n{list}", title_of(module.name));
    }
    Ok(text)
}

/// The lessons of a module in their order; rustdoc itself would sort them by name. Not a numbered
/// list: Markdown counts on where numbers are left out.
fn list_of(lessons: &[Item], folder: &str) -> io::Result<String> {
    let mut text = String::new();
    for lesson in lessons.iter().filter(|lesson| lesson.module == folder) {
        let title = lesson.title()?.replace('[', "\\[").replace(']', "\\]");
        let (number, name) = (lesson.number(), lesson.name());
        let place = format!("crate::lesson::catalogue::workbook::{folder}::{name}");
        let _ = writeln!(text, "- [{number}. {title}]({place})");
    }
    Ok(text)
}

/// The list of exercises: those that have a grader.
fn exercises(root: &Path) -> io::Result<String> {
    let mut text = "pub(crate) static EXERCISES: &[Exercise] = &[\n".to_owned();
    for grader in items(root, "tests/graders")? {
        let solution = format!("solutions/{}/{}.rs", grader.module, grader.stem);
        let _ = writeln!(
            text,
            "Exercise {{ folder: {:?}, number: {}, name: {:?}, stem: {:?}, solution: include_str!({:?}) }},",
            grader.module,
            grader.number(),
            grader.name(),
            grader.stem,
            root.join(solution),
        );
    }
    text.push_str("];\n");
    Ok(text)
}

/// A module per grader, and the list of them by their exercises.
fn graders(root: &Path) -> io::Result<String> {
    let graders = items(root, "tests/graders")?;
    let mut text = String::new();
    for grader in &graders {
        let _ = writeln!(text, "#[path = {:?}]\nmod {};", grader.path, grader.name());
    }
    text.push_str("pub(super) static GRADERS: &[Entry] = &[\n");
    for grader in &graders {
        let _ = writeln!(text, "({:?}, {}::grade),", grader.stem, grader.name());
    }
    text.push_str("];\n");
    Ok(text)
}

/// Programs for the tests: a module for each, and a list of what they are.
#[derive(Default)]
struct Answers {
    modules: String,
    list: String,
    count: usize,
    /// How often each is in it beyond the first.
    times: usize,
}

impl Answers {
    /// `kind` is the field of that name with its comma, for lists that have it.
    fn add(&mut self, kind: &str, stem: &str, label: &str, path: &Path) {
        self.add_once(kind, stem, label, path);
        for time in 2..=self.times {
            self.add_once(kind, stem, &format!("{label}-{time}"), path);
        }
    }

    fn add_once(&mut self, kind: &str, stem: &str, label: &str, path: &Path) {
        self.count += 1;
        let count = self.count;
        // Solutions are models; what is wrong, or half done, is not held to a linter.
        let clippy = if label == "solution" { "" } else { ", clippy::all, clippy::restriction" };
        let _ = writeln!(
            self.modules,
            "#[allow(unused, dead_code, unreachable_pub{clippy})]\n#[path = {path:?}]\nmod a{count};"
        );
        let _ = writeln!(
            self.list,
            "Answer {{ {kind}stem: {stem:?}, label: {label:?}, text: include_str!({path:?}), main: a{count}::main }},"
        );
    }

    fn text(&self) -> String {
        format!("{}static ANSWERS: &[Answer] = &[\n{}];\n", self.modules, self.list)
    }
}

/// How often each answer is compiled and judged, for who measures what more content will take.
const TIMES: &str = "PGLINGS_TIMES";

/// Of a module every solution, the stub made from it, and what stands in `tests/wrong` and `tests/right`.
fn answers(root: &Path, out: &Path, of: &str) -> io::Result<String> {
    println!("cargo::rerun-if-env-changed={TIMES}");
    let times = env::var(TIMES).ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let mut answers = Answers { times, ..Answers::default() };
    let solutions = items(root, "solutions")?;
    for Item { module, stem, path } in solutions.into_iter().filter(|item| item.module == of) {
        answers.add("kind: Kind::Solution, ", &stem, "solution", &path);
        let stub = out.join(format!("stub_{stem}.rs"));
        write_if_changed(&stub, &stub::of(&fs::read_to_string(&path)?))?;
        answers.add("kind: Kind::Stub, ", &stem, "stub", &stub);
        for (kind, folder) in [("Wrong", "wrong"), ("Right", "right")] {
            let dir = root.join("tests").join(folder).join(&module).join(&stem);
            for path in sorted(&dir)? {
                let kind = format!("kind: Kind::{kind}, ");
                answers.add(&kind, &stem, label(&path), &path);
            }
        }
    }
    Ok(answers.text())
}

/// What stands in `tests/hostile`, and the solution that is graded beside it. What attacks the
/// compiler cannot be part of a program; `tests/program` builds that.
fn hostile(root: &Path) -> io::Result<String> {
    let mut answers = Answers::default();
    for solution in items(root, "solutions")? {
        let stem = &solution.stem;
        let paths = sorted(&root.join("tests/hostile").join(stem))?;
        for path in &paths {
            if !fs::read_to_string(path)?.contains("\n//! expect: does_not_compile\n") {
                answers.add("", stem, label(path), path);
            }
        }
        if !paths.is_empty() {
            answers.add("", stem, "solution", &solution.path);
        }
    }
    Ok(answers.text())
}
