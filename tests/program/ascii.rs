//! Where the locale has no Unicode, pglings says everything in ASCII.

use std::fs;
use std::path::Path;

use pglings::lesson::catalogue::lessons;
use pglings::report::look::{Look, PLAIN};

use crate::world::{Ran, WORLD};

fn in_c(home: &Path, args: &[&str]) -> Ran {
    let mut command = WORLD.command(home);
    command.env_remove("LC_ALL").env_remove("LC_CTYPE").env("LANG", "C");
    Ran::of(command.args(args).output().unwrap())
}

#[test]
fn in_the_c_locale_all_that_we_say_is_ascii() {
    // A home where nothing is yet: making a server has its own words.
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("home-ascii");
    let _ = fs::remove_dir_all(&home);
    let exercise = pglings::exercise::exercise("08_select").unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong/m1_raw_sql/08_select");
    let wrong = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let wrong =
        fs::read_to_string(wrong).unwrap().replace("../../../../solutions", "../../solutions");
    let _desk = WORLD.answer(exercise.stem, &wrong);
    let commands: &[(&[&str], i32)] = &[
        (&["list"], 0),
        (&["check", "8"], 1),
        (&["hint", "8"], 0),
        (&["hint", "8"], 0),
        (&["doctor"], 0),
        (&["server", "status"], 0),
        (&["lesson", "999"], 2),
        (&["lesson", "14", "--no-pause", "--echo"], 0),
        (&["lesson", "39", "--no-pause"], 0),
        (&["lesson", "50", "--no-pause"], 0),
    ];
    for (args, code) in commands {
        let ran = in_c(&home, args);
        assert_eq!(ran.code, *code, "{args:?}: {ran:?}");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        let beyond: Vec<&str> = said.lines().filter(|line| !line.is_ascii()).collect();
        assert!(beyond.is_empty(), "{args:?}: {beyond:#?}");
    }
}

#[test]
fn the_prose_of_all_lessons_has_an_ascii_spelling_but_for_names() {
    let look = Look { unicode: false, ..PLAIN };
    for lesson in lessons() {
        let source = lesson.cut();
        let prose = source.parts.iter().map(|part| &part.prose);
        for text in prose.chain([&source.title, &source.introduction]) {
            let drawn = look.redraw(text);
            let sign = drawn.chars().find(|c| !c.is_ascii() && !c.is_alphabetic());
            assert_eq!(sign, None, "lesson {}: {drawn}", lesson.number);
        }
    }
}
