//! What `check` says of answers that are right, wrong, and worse.

use std::path::Path;
use std::time::{Duration, Instant};

use pglings::exercise::files::Workbook;
use pglings::grade::build::{Build, build_within};

use crate::world::WORLD;

const STEM: &str = "07_insert";

/// The solution with another body for `add_user`.
fn with_body(body: &str) -> String {
    let solution = pglings::exercise::exercise(STEM).unwrap().solution;
    let start = solution.find("    // todo: insert one row").unwrap();
    let end = start + solution[start..].find("    // end").unwrap();
    format!("{}{body}\n{}", &solution[..start], &solution[end..])
}

/// The stub of an exercise with this where its first function has something to do.
fn stuck(body: &str, stem: &str) -> String {
    let stub = pglings::exercise::exercise(stem).unwrap().stub();
    let start = stub.find("    todo!(").unwrap();
    let end = start + stub[start..].find("\n}").unwrap();
    format!("{}    {body}{}", &stub[..start], &stub[end..])
}

/// Status and message of the only verdict, with the exit code.
fn verdict(text: &str) -> (String, String, i32) {
    verdict_on(STEM, text)
}

/// The same on another exercise: what takes its ten seconds keeps nobody from this one's desk.
fn verdict_on(stem: &'static str, text: &str) -> (String, String, i32) {
    let _desk = WORLD.answer(stem, text);
    let ran = WORLD.run(&["check", stem, "--json"]);
    let verdict = &ran.json()["verdicts"][0];
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&verdict["status"]), text(&verdict["message"]), ran.code)
}

#[test]
fn the_solution_passes_and_is_remembered() {
    let solution = pglings::exercise::exercise(STEM).unwrap().solution;
    let desk = WORLD.answer(STEM, solution);
    let ran = WORLD.run(&["check", "7"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("07_insert: passed"), "{ran:?}");
    assert_eq!(WORLD.status_of_7(), "passed");
    // An answer that has changed since has no verdict.
    std::fs::write(desk.path(), format!("{solution}\n// more\n")).unwrap();
    assert_eq!(WORLD.status_of_7(), "begun");
}

#[test]
fn a_half_done_exercise_fails_by_name_and_says_what_is_to_do() {
    let text =
        with_body("    todo!(\"insert one row\")").replace("todo!(\"insert one row\")", "Ok(1)");
    let _desk = WORLD.answer(STEM, &text);
    let ran = WORLD.run(&["check", "7"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("✗ add_user stores the user"), "{ran:?}");
    assert!(ran.stdout.contains("users holds 0 rows with that email"), "{ran:?}");
    assert!(ran.stdout.contains(" hint 7"), "{ran:?}");
    assert!(ran.stdout.contains(" server psql pglings_kept_07_insert\n"), "{ran:?}");
}

#[test]
fn a_todo_is_told_as_what_is_still_to_do() {
    let text = with_body("    todo!(\"insert one row\")");
    let _desk = WORLD.answer(STEM, &text);
    let ran = WORLD.run(&["check", "7"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("`add_user` is still to be written: insert one row."), "{ran:?}");
    assert!(!ran.stdout.contains("panicked"), "{ran:?}");
    // Once: what else calls it waits, and what does not is judged.
    assert_eq!(ran.stdout.matches("insert one row").count(), 1, "{ran:?}");
    let waits = "– add_user leaves defaults to the server\n";
    let why = "not tried: `add_user` is still to be written\n";
    assert!(ran.stdout.contains(waits) && ran.stdout.contains(why), "{ran:?}");
    assert!(ran.stdout.contains("✓ add_children stores every child"), "{ran:?}");
    let json = WORLD.run(&["check", "7", "--json"]).json();
    let check = |index: usize| {
        let check = &json["verdicts"][0]["checks"][index];
        (check["tried"].as_bool().unwrap(), check["passed"].as_bool().unwrap())
    };
    assert_eq!([check(0), check(1), check(4)], [(true, false), (false, false), (true, true)]);
}

#[test]
fn a_stub_is_not_started_which_is_no_success_of_who_names_it() {
    let _desk = WORLD.answer(STEM, &pglings::exercise::exercise(STEM).unwrap().stub());
    let ran = WORLD.run(&["check", "7", "--json"]);
    assert_eq!((ran.code, &ran.json()["verdicts"][0]["status"]), (1, &"not_started".into()));
    assert_eq!(WORLD.run(&["check", "7"]).code, 1);
}

#[test]
fn a_compile_error_keeps_the_compilers_words() {
    let (status, message, code) = verdict(&with_body("    Ok(\"seven\")"));
    assert_eq!((status.as_str(), code), ("does_not_compile", 1));
    assert!(
        message.contains("mismatched types") && message.contains("m1_raw_sql/07_insert.rs"),
        "{message}"
    );
    assert!(!message.contains('\u{1b}'), "{message}");
    let _desk = WORLD.answer(STEM, &with_body("    Ok(\"seven\")"));
    let piped = WORLD.run(&["check", "7"]).stdout;
    assert!(piped.contains("mismatched types") && !piped.contains('\u{1b}'), "{piped}");
}

#[test]
fn an_endless_loop_times_out() {
    let began = Instant::now();
    // One that computes is among the hostile answers; this leaves the processor to other tests.
    let (status, message, code) =
        verdict_on("01_persistence", &stuck("loop { std::thread::park(); }", "01_persistence"));
    assert_eq!((status.as_str(), code), ("timed_out", 1), "{message}");
    assert!(message.contains("10 seconds. The server had nothing to do"), "{message}");
    // Not a measurement: without a deadline this would never end.
    assert!(began.elapsed().as_secs() < 120);
}

#[test]
fn an_exit_is_no_pass() {
    let (status, message, code) = verdict(&with_body("    std::process::exit(0)"));
    assert_eq!((status.as_str(), code), ("crashed", 1), "{message}");
    assert!(message.contains("exited with code 0 before it had answered"), "{message}");
}

#[test]
fn a_million_lines_are_counted_and_not_kept() {
    let body =
        "    for n in 0..1_000_000 { println!(\"test result: ok. {n} passed\"); }\n    Ok(1)";
    let text = with_body(body);
    let _desk = WORLD.answer(STEM, &text);
    let ran = WORLD.run(&["check", "7"]);
    assert_eq!(ran.code, 1, "{}", &ran.stdout[..ran.stdout.len().min(2000)]);
    assert!(ran.stdout.len() < 100_000, "{} bytes", ran.stdout.len());
}

#[test]
fn a_file_that_is_no_text_is_told_and_kept_by_reset() {
    let desk = WORLD.answer(STEM, "");
    std::fs::write(desk.path(), [0xff, 0xfe, 0x00]).unwrap();
    let ran = WORLD.run(&["check", "7"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("is not a text file"), "{ran:?}");
    let ran = WORLD.run(&["reset", "7"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let kept = ran.stdout.trim().rsplit(' ').next().unwrap();
    assert_eq!(std::fs::read(WORLD.root.join(kept)).unwrap(), [0xff, 0xfe, 0x00]);
}

#[test]
fn building_an_exercise_compiles_no_other_crate() {
    let desk = WORLD.answer(STEM, &with_body("    Ok(1)"));
    WORLD.run(&["check", "7"]);
    std::fs::write(desk.path(), with_body("    Ok(2)")).unwrap();
    #[allow(clippy::disallowed_methods, reason = "asks cargo what it would do")]
    let output = std::process::Command::new(env!("CARGO"))
        .current_dir(&WORLD.root)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .args(["build", "--package", "pglings", "--package", "exercises", "--bin", STEM])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let compiled: Vec<&str> = text.lines().filter(|line| line.contains("Compiling")).collect();
    assert_eq!(compiled.len(), 1, "{text}");
    assert!(compiled[0].contains("exercises"), "{text}");
}

#[test]
fn an_answer_that_wrecks_the_database_is_wrong_and_not_the_servers_fault() {
    let body = "    client.batch_execute(\"DROP TABLE messages, conversations, children, users\")?;\n    Ok(1)";
    let _desk = WORLD.answer(STEM, &with_body(body));
    let ran = WORLD.run(&["check", "7"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("could not be made: relation \"users\""), "{ran:?}");
}

#[test]
fn a_timeout_says_what_the_server_was_doing() {
    let sleeps = "Client::connect(url, NoTls)?.batch_execute(\"SELECT pg_sleep(600)\")?; panic!()";
    let (status, message, code) = verdict_on("04_connecting", &stuck(sleeps, "04_connecting"));
    assert_eq!((status.as_str(), code), ("timed_out", 1), "{message}");
    assert!(message.contains("sleeping, in:\n    SELECT pg_sleep(600)"), "{message}");
}

/// The other hostile answers are run by `tests/hostile.rs`; these never get that far.
#[test]
fn what_attacks_the_compiler_does_not_compile() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile").join(STEM);
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        if text.lines().nth(1) == Some("//! expect: does_not_compile") {
            let (status, message, code) = verdict(&text);
            assert_eq!((status.as_str(), code), ("does_not_compile", 1), "{path:?}: {message}");
            count += 1;
        }
    }
    assert!(count > 0);
}

#[test]
fn a_compiler_that_does_not_end_is_stopped_and_the_answer_does_not_compile() {
    let exercise = pglings::exercise::exercise(STEM).unwrap();
    let doubling = "macro_rules! double { ($($t:tt)*) => { double!($($t)* $($t)*); } }
                    double!(98765 4321);";
    let workbook = Workbook::at(Path::new(env!("CARGO_MANIFEST_DIR")));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answer.rs");
    std::fs::write(&file, exercise.solution).unwrap();
    // The clock is the answer's alone: what it stands on may have to be made.
    let built = build_within(Duration::from_secs(60), &workbook, exercise, &file, None).unwrap();
    assert!(matches!(built, Build::Program(_)));
    let endless = format!("{}\n{doubling}", exercise.solution);
    std::fs::write(&file, &endless).unwrap();
    let Build::DoesNotCompile(text) =
        build_within(Duration::from_secs(2), &workbook, exercise, &file, None).unwrap()
    else {
        panic!("it is a program")
    };
    assert!(text.contains("still at it after 2 seconds"), "{text}");
    // Nor does the compiler go on behind our back.
    let began = Instant::now();
    while compilers(&file) > 0 {
        assert!(began.elapsed().as_secs() < 10, "rustc goes on");
    }
    // And the next build finds all as it was.
    std::fs::write(&file, exercise.solution).unwrap();
    let built = build_within(Duration::from_secs(60), &workbook, exercise, &file, None).unwrap();
    assert!(matches!(built, Build::Program(_)));
}

/// How many compilers work on a file, where the system tells.
fn compilers(file: &Path) -> usize {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let here = |path: &Path| {
        let command = std::fs::read(path.join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).into_owned();
        command.contains("rustc") && command.contains(&*file.to_string_lossy())
    };
    entries.filter(|entry| here(&entry.path())).count()
}
