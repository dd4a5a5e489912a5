//! What those who write lessons have.

use std::fs;

use crate::world::World;

#[test]
fn dev_new_writes_an_exercise_once() {
    let world = World::new("workbook-new");
    let new = |name: &str, module: &str, number: &str| {
        world.run(&["dev", "new", name, "--module", module, "--number", number])
    };
    let ran = new("window_functions", "2", "98");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("dev bless 98"), "{ran:?}");
    let read = |path: &str| fs::read_to_string(world.root.join(path)).unwrap();
    let stem = "m2_sqlx/98_window_functions";
    assert!(read(&format!("lessons/{stem}.rs")).starts_with("//! # Window functions: "));
    assert!(read(&format!("exercises/{stem}.rs")).contains("todo!("));
    assert!(read(&format!("tests/graders/{stem}.rs")).contains("exercise 98: window functions"));
    assert!(read("exercises/Cargo.toml").contains(&format!("path = \"{stem}.rs\"")));
    for (kind, least) in [("wrong", 3), ("right", 2)] {
        let answers = fs::read_dir(world.root.join(format!("tests/{kind}/{stem}"))).unwrap();
        assert_eq!(answers.count(), least);
    }
    // The next time somebody may have written something into them.
    let lesson = world.root.join(format!("lessons/{stem}.rs"));
    fs::write(&lesson, "mine").unwrap();
    for (name, module, number) in [
        ("window_functions", "2", "98"),
        ("window_functions", "2", "97"),
        ("other", "m3_migrations", "98"),
        ("Other", "2", "97"),
        ("other", "9", "97"),
    ] {
        let ran = new(name, module, number);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{name} {module} {number}: {ran:?}");
    }
    assert_eq!(fs::read_to_string(&lesson).unwrap(), "mine");
}

#[test]
fn dev_stubs_keeps_a_copy_of_what_somebody_wrote_and_of_nothing_else() {
    let world = World::new("workbook-stubs");
    let git = |args: &[&str]| {
        #[allow(clippy::disallowed_methods, reason = "an author, at a shell")]
        let mut git = std::process::Command::new("git");
        git.args([
            "-c",
            "user.name=a",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "user.email=a@example.com",
        ])
        .args(args);
        git.current_dir(&world.root);
        assert!(git.output().unwrap().status.success(), "git {args:?}");
    };
    let exercise = pglings::exercise::exercise("07_insert").unwrap();
    let path = world.root.join(exercise.path());
    let copy = path.with_extension("rs.1.bak");
    let stubs = |text: &str| {
        fs::write(&path, text).unwrap();
        let ran = world.run(&["dev", "stubs"]);
        assert_eq!((ran.code, ran.stdout.trim()), (0, exercise.path().as_str()), "{ran:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), exercise.stub());
    };
    // As the solution once made it, in a clone of ours.
    fs::write(&path, "// the stub of long ago").unwrap();
    git(&["init", "--quiet"]);
    git(&["add", "exercises"]);
    git(&["commit", "--quiet", "--message", "stubs"]);
    stubs("// the stub of long ago");
    assert!(!copy.exists());
    // As it was written by a build before this one, and not committed.
    fs::write(world.root.join(".pglings/stubs/07_insert.rs"), "// of yesterday").unwrap();
    stubs("// of yesterday");
    assert!(!copy.exists());
    stubs("// an answer");
    assert_eq!(fs::read_to_string(&copy).unwrap(), "// an answer");
}
