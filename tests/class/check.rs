//! What `grade` says of an answer is what `check` says of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::book::BOOK;
use crate::world;

/// A copy of the workbook, always at the same place, since cargo builds it anew at another one.
fn workbook() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let key = pglings::home::short_hash(env!("CARGO_MANIFEST_DIR").as_bytes());
    let root = std::env::temp_dir().join(format!("pglings-test-{key}-class"));
    let _ = fs::remove_dir_all(&root);
    for name in ["Cargo.toml", "Cargo.lock", "build.rs", "clippy.toml", "README.md"] {
        copy(&source.join(name), &root.join(name));
    }
    for name in ["src", "benches", "exercises", "solutions", "lessons", "tests"] {
        copy(&source.join(name), &root.join(name));
    }
    root
}

/// With its time, so that cargo need not build it again.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().flatten() {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
        return;
    }
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
    let modified = fs::metadata(from).unwrap().modified().unwrap();
    fs::File::options().append(true).open(to).unwrap().set_modified(modified).unwrap();
}

/// Status, and each check with whether it passed and was tried.
fn told(verdict: &Value) -> (String, Vec<[Value; 3]>) {
    let checks = verdict["checks"].as_array().unwrap().iter();
    let check = |one: &Value| ["name", "passed", "tried"].map(|key| one[key].clone());
    (verdict["status"].as_str().unwrap().to_owned(), checks.map(check).collect())
}

#[test]
fn the_verdicts_are_those_of_check() {
    let json = BOOK.json();
    // The learner with the most to tell apart.
    let verdicts = |learner: &Value| {
        let marks = learner["marks"].as_object().unwrap().iter();
        let graded = marks.filter_map(|(_, mark)| json["answers"].get(mark["answer"].as_str()?));
        graded.cloned().collect::<Vec<_>>()
    };
    let statuses = |learner: &&Value| {
        let mut all: Vec<_> = verdicts(learner).iter().map(|one| one["status"].clone()).collect();
        all.sort_by_key(Value::to_string);
        all.dedup();
        all.len()
    };
    let learner = json["learners"].as_array().unwrap().iter().max_by_key(statuses).unwrap();
    assert!(statuses(&learner) > 1, "the seed has a learner of all sorts");
    let root = workbook();
    let mut command = world::pglings(&world::home("home-class"), &BOOK.place);
    command.current_dir(&root).args(["check", "--json"]);
    for graded in verdicts(learner) {
        let exercise = pglings::exercise::exercise(graded["exercise"].as_str().unwrap()).unwrap();
        fs::write(root.join(exercise.path()), graded["text"].as_str().unwrap()).unwrap();
        command.arg(exercise.stem);
    }
    let ran = world::run(&mut command);
    let checked: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    let checked: Vec<_> = checked["verdicts"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(checked, verdicts(learner).iter().map(told).collect::<Vec<_>>());
}
