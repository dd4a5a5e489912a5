//! A class of six by the command itself, three of them hostile: the others have in the gradebook,
//! byte for byte, what they have without those.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use pglings::exercise::exercise;
use pglings::process::Program;
use serde_json::Value;

use crate::corpus::{self, root};

/// Grades submissions, given by learner and exercise. Returns learners with their answers.
fn grade(sandbox: &str, class: &[(&str, &str, String)]) -> BTreeMap<String, String> {
    let dir = tempfile::tempdir().unwrap();
    for (learner, stem, text) in class {
        let path = dir.path().join("class").join(learner);
        fs::create_dir_all(&path).unwrap();
        let path = path.join(format!("{stem}.rs"));
        fs::write(&path, text).unwrap();
        // When it was handed in is in the gradebook too.
        let time = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    }
    let finished = Program::new(env!("CARGO_BIN_EXE_pglings"))
        .arg("grade")
        .arg(dir.path().join("class"))
        .arg("--out")
        .arg(dir.path().join("grades"))
        .args(["--sandbox", sandbox, "--jobs", "2"])
        .dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .run(Duration::from_secs(200))
        .unwrap();
    let said = finished.stderr.text();
    let path = dir.path().join("grades/gradebook.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{said}"));
    let gradebook: Value = serde_json::from_str(&text).unwrap();
    let learners = gradebook["learners"].as_array().unwrap();
    let row = |learner: &Value| {
        let marks = learner["marks"].as_object().unwrap().values();
        let answers: Vec<&Value> =
            marks.filter_map(|mark| gradebook["answers"].get(mark["answer"].as_str()?)).collect();
        let text = serde_json::to_string_pretty(&(learner, answers)).unwrap();
        (learner["id"].as_str().unwrap().to_owned(), text)
    };
    learners.iter().map(row).collect()
}

fn hostile_ones_change_nothing(sandbox: &str) {
    let solution = |stem: &str| exercise(stem).unwrap().solution.to_owned();
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let wrong = fs::read_dir(root().join("wrong/m1_raw_sql/10_filtering_sorting")).unwrap();
    let mut wrong: Vec<_> = wrong.map(|entry| entry.unwrap().path()).collect();
    wrong.sort();
    let wrong = fs::read_to_string(&wrong[0]).unwrap();
    let wrong = corpus::whole(&wrong);
    let honest = [
        ("bo", "08_select", solution("08_select")),
        ("bo", "09_update_delete", solution("09_update_delete")),
        ("di", "10_filtering_sorting", wrong),
        ("flo", "11_aggregations", "fn half(".to_owned()),
    ];
    let deep = format!("{}1{}", "(".repeat(300_000), ")".repeat(300_000));
    let folders = read("hostile_class/takes/deep_folders_and_goes_on.rs");
    let crash = read("hostile_class/compile/deep_expression.rs").replace("DEEP_EXPRESSION", &deep);
    let hostile = [
        ("al", "07_insert", corpus::whole(&read("hostile/07_insert/kills_the_grader.rs"))),
        ("cy", "07_insert", corpus::framed(&folders)),
        ("eve", "07_insert", corpus::framed(&crash)),
        // What it copied is judged with what it attacks with, before the honest one is.
        ("al", "08_select", solution("08_select")),
    ];
    let alone = grade(sandbox, &honest);
    let with = grade(sandbox, &[honest.as_slice(), &hostile].concat());
    assert_eq!((alone.len(), with.len()), (3, 6));
    for (learner, row) in alone {
        assert_eq!(with[&learner], row);
    }
}

/// The slower of the two, which differ in nothing that this asks.
#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn in_bubblewrap() {
    hostile_ones_change_nothing("bubblewrap");
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn behind_landlock() {
    hostile_ones_change_nothing("landlock");
}
