//! The small verbs, and the exit codes.

use crate::world::{QUIET, WORLD};

#[test]
fn unknown_names_are_a_usage_error_with_a_way_on() {
    for args in [&["lesson", "999"][..], &["check", "nonsense"], &["hint", "0"]] {
        let ran = WORLD.run(args);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(" list"), "{ran:?}");
        assert_eq!(ran.stdout, "", "{ran:?}");
    }
    assert_eq!(WORLD.run(&["frobnicate"]).code, 2);
    assert_eq!(WORLD.run(&["--server", "mongodb", "lesson", "7"]).code, 2);
}

#[test]
fn list_shows_every_module_and_its_json_has_the_promised_shape() {
    let text = WORLD.run(&["list"]);
    assert_eq!(text.code, 0);
    let json = WORLD.run(&["list", "--json"]).json();
    let modules = json["modules"].as_array().unwrap();
    assert_eq!(modules.len(), 7);
    for module in modules {
        assert!(text.stdout.contains(module["title"].as_str().unwrap()));
        for lesson in module["lessons"].as_array().unwrap() {
            assert!(text.stdout.contains(lesson["title"].as_str().unwrap()), "{lesson}");
            assert!(lesson["minutes"].as_u64().unwrap() > 0, "{lesson}");
            assert!(lesson["lesson_done"].is_boolean(), "{lesson}");
            assert_eq!(lesson["exercise"], !lesson["exercise_status"].is_null(), "{lesson}");
        }
    }
}

#[test]
fn hints_come_one_by_one() {
    let desk = QUIET.answer("07_insert", "");
    let _ = std::fs::remove_file(QUIET.root.join(".pglings/progress.json"));
    let first = QUIET.run(&["hint", "7"]).stdout;
    assert!(first.contains("Hint 1 of") && !first.contains("Hint 2 of"), "{first}");
    let second = QUIET.run(&["hint", "7"]).stdout;
    assert!(second.contains("Hint 1 of") && second.contains("Hint 2 of"), "{second}");
    for _ in 0..10 {
        assert_eq!(QUIET.run(&["hint", "7"]).code, 0);
    }
    drop(desk);
}

#[test]
fn the_solution_stays_closed_until_asked_for_twice() {
    let _desk = WORLD.answer("07_insert", "");
    let ran = WORLD.run(&["solution", "7"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
    let ran = WORLD.run(&["solution", "7", "--yes"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("RETURNING id") && !ran.stdout.contains("// todo"), "{ran:?}");
}

#[test]
fn a_damaged_progress_file_is_set_aside_and_told() {
    let _desk = QUIET.answer("07_insert", "");
    let path = QUIET.root.join(".pglings/progress.json");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    for damaged in ["", "{\"version\": 1, \"steps\": {", "{\"version\": 99}"] {
        std::fs::write(&path, damaged).unwrap();
        let ran = QUIET.run(&["list"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stderr.contains("it is kept as"), "{ran:?}");
        assert!(!path.exists());
    }
}

#[test]
fn doctor_names_what_is_here() {
    let ran = WORLD.run(&["doctor"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("modules 1 to 6: PostgreSQL"), "{ran:?}");
    assert!(ran.stdout.contains("DATABASE_URL is not set"), "{ran:?}");
}

#[test]
fn a_pipe_that_closes_is_no_error() {
    use std::process::Stdio;
    let mut child = WORLD
        .command(&WORLD.home)
        .args(["list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{:?}", String::from_utf8_lossy(&output.stderr));
}
