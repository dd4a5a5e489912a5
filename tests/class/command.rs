//! `pglings grade` from end to end: a class of all sorts, in archives and folders, in every format.

use std::collections::BTreeSet;
use std::fs;
use std::thread;

use pglings::exercise::exercise;

use crate::book::{BOOK, SANDBOX};
use crate::generator::{Class, Kind};
use crate::world::{self, files, noted};

#[test]
fn a_class_of_all_sorts_is_graded() {
    let (ran, json) = (&BOOK.ran, BOOK.json());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("Sandbox: "), "{ran:?}");
    assert!(
        ran.stdout.starts_with("Databases: 7 learners, 3 exercises. 1 handed in nothing."),
        "{ran:?}"
    );
    let learners = json["learners"].as_array().unwrap();
    assert_eq!(learners.len(), 7);
    let mut seen = BTreeSet::new();
    for (at, learner) in learners.iter().enumerate() {
        assert_eq!(learner["id"], Class::id(at).as_str());
        assert_eq!(learner["name"], Class::name(at).as_str());
        assert_eq!(learner["notes"], serde_json::json!([]), "{learner}");
        assert_eq!(learner["source"].is_null(), at == 6);
        let handed = BOOK.class.answers(at);
        for exercise in &BOOK.class.exercises {
            let kind = BOOK.class.kind(at, exercise);
            let text = handed.iter().find(|(one, _)| one.stem == exercise.stem);
            let status = learner["marks"][exercise.stem]["status"].as_str().unwrap_or("none");
            let expected = match (kind, text) {
                _ if at == 6 => "none",
                (Kind::Missing, _) | (_, None) => "none",
                (Kind::Solved, _) => "passed",
                (Kind::NotCompiling, _) => "does_not_compile",
                (Kind::Unsolved, Some((_, text))) if *text == exercise.stub() => "not_started",
                (Kind::Unsolved | Kind::Wrong, _) => "failed",
            };
            assert_eq!(status, expected, "{at} {} {kind:?}: {learner}", exercise.stem);
            seen.insert(expected);
        }
    }
    assert_eq!(seen.len(), 5, "the seed makes a class of all sorts: {seen:?}");
    for file in ["gradebook.html", "gradebook.csv", "verdicts.csv", "gradebook.json", "junit.xml"] {
        assert!(BOOK.out().join(file).is_file(), "{file}");
    }
    for folder in ["gradescope", "prairielearn", "classroom50"] {
        assert_eq!(fs::read_dir(BOOK.out().join(folder)).unwrap().count(), 7, "{folder}");
    }
    assert_eq!(world::left_in(&BOOK.place), Vec::<String>::new());
}

#[test]
fn a_wrong_answer_is_caught_by_the_check_that_it_names() {
    let json = BOOK.json();
    let mut caught = 0;
    for answer in json["answers"].as_object().unwrap().values() {
        let first = answer["text"].as_str().unwrap().lines().next().unwrap_or_default();
        let Some(check) = first.strip_prefix("//! caught by: ") else { continue };
        let checks = answer["checks"].as_array().unwrap();
        let failed: Vec<_> =
            checks.iter().filter(|one| one["passed"] == false && one["tried"] == true).collect();
        assert!(failed.iter().all(|one| one["name"] == check), "{answer}");
        assert!(!failed.is_empty(), "{answer}");
        caught += 1;
    }
    assert!(caught > 1, "the seed has wrong answers of the workbook");
}

#[test]
fn each_different_answer_is_graded_once() {
    let (mut all, mut different) = (0, BTreeSet::new());
    for learner in 0..6 {
        for (exercise, text) in BOOK.class.answers(learner) {
            if text != exercise.stub() {
                all += 1;
                different.insert((exercise.stem, text));
            }
        }
    }
    assert!(different.len() < all, "the seed has identical answers");
    let _ = BOOK.json();
    assert_eq!(noted(&BOOK.out()), different.len());
}

#[test]
fn the_same_submissions_make_the_same_bytes() {
    let out = BOOK.place.join("again");
    let ran = world::run(&mut BOOK.grade(&out, &["--jobs", "1"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    same(&files(&BOOK.out()), &files(&out));
}

pub(crate) fn same(one: &Files, other: &Files) {
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(one), names(other));
    for (path, bytes) in one {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            other[path] == *bytes,
            "{}:\n{}\n{}",
            path.display(),
            text(bytes),
            text(&other[path])
        );
    }
}

pub(crate) type Files = std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>;

#[test]
fn one_exercise_is_graded_alone() {
    let _ = BOOK.json();
    let out = BOOK.known("one");
    let ran = world::run(&mut BOOK.grade(&out, &["--exercise", "7"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("Going on: "), "{ran:?}");
    let text = fs::read_to_string(out.join("gradebook.json")).unwrap();
    assert!(text.contains(exercise("7").unwrap().stem) && !text.contains("03_relational_model"));
    assert!(ran.stdout.contains("1 exercise."), "{ran:?}");
    // Of the same folder used again only this run's files are left, and a stranger's.
    fs::write(out.join("gradescope/notes.txt"), "mine").unwrap();
    let mut command = world::pglings(&world::home("home-class"), &BOOK.place);
    command.arg("grade").arg(BOOK.place.join("submissions")).args(["--exercise", "7"]);
    command.args(["--sandbox", *SANDBOX, "--format", "csv", "--out"]).arg(&out);
    let ran = world::run(&mut command);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let names: Vec<_> = files(&out).keys().map(|path| path.display().to_string()).collect();
    let wanted = [".written", "gradebook.csv", "gradebook.json", "gradescope/notes.txt"];
    assert_eq!(names, [&wanted[..], &["verdicts.csv"]].concat());
}

#[test]
fn eight_parts_merged_are_the_whole() {
    let _ = BOOK.json();
    let part = |number: usize| {
        let out = BOOK.known(&format!("part-{number}"));
        let ran = world::run(&mut BOOK.grade(&out, &["--partition", &format!("{number}/8")]));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        out
    };
    let parts: Vec<_> = thread::scope(|scope| {
        let half = |numbers: [usize; 4]| scope.spawn(move || numbers.map(part));
        let halves = [half([1, 3, 5, 7]), half([2, 4, 6, 8])];
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let merge = |parts: &[std::path::PathBuf], out: &str| {
        let mut command = world::pglings(&world::home("home-class"), &BOOK.place);
        command.args(["grade", "merge"]).args(parts);
        command.args(["--format", crate::book::FORMATS, "--out"]).arg(BOOK.place.join(out));
        world::run(&mut command)
    };
    let ran = merge(&parts, "merged");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    same(&files(&BOOK.out()), &files(&BOOK.place.join("merged")));

    let ran = merge(&parts[1..], "merged-wrong");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("part 1 of 8 is missing"), "{ran:?}");
    let ran = merge(&[parts[0].clone(), BOOK.out()], "merged-wrong");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let nothing = [BOOK.place.join("submissions")];
    let ran = merge(&nothing, "merged-wrong");
    assert_ne!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("gradebook.json"), "{ran:?}");
    assert!(!BOOK.place.join("merged-wrong").exists(), "nothing is written");
}
