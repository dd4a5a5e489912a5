//! `submit`: what is packed, and read again.

use pglings::exercise::submission::read;

use crate::world::{QUIET, Ran};

#[test]
fn what_was_begun_is_packed_and_nothing_else() {
    let ours = "// One answer.\r\nfn main() {}\n";
    let desk = QUIET.answer("07_insert", ours);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("mine.zip");
    let submit = || {
        Ran::of(QUIET.command(&QUIET.home).arg("submit").arg("--out").arg(&out).output().unwrap())
    };
    let ran = submit();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("1 exercise, "), "{ran:?}");
    assert!(ran.stdout.contains(out.to_str().unwrap()), "{ran:?}");
    assert!(ran.stdout.contains("07_insert: not graded since"), "{ran:?}");
    let bytes = std::fs::read(&out).unwrap();
    let exercises = read(&bytes).unwrap();
    let [(entry, text)] = exercises.as_slice() else { panic!("{exercises:?}") };
    assert_eq!(entry.path, "exercises/m1_raw_sql/07_insert.rs");
    assert_eq!(text, ours);
    // The same answers are the same bytes, whenever they were written.
    std::fs::write(desk.path(), ours).unwrap();
    assert_eq!(submit().code, 0);
    assert_eq!(std::fs::read(&out).unwrap(), bytes);
    // What is no archive of ours is never written over.
    std::fs::write(&out, "a letter").unwrap();
    let ran = submit();
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(std::fs::read(&out).unwrap(), b"a letter");
}

#[test]
fn with_nothing_begun_there_is_nothing_to_submit() {
    let _desk =
        QUIET.answer("07_insert", &pglings::exercise::exercise("07_insert").unwrap().stub());
    let ran = QUIET.run(&["submit"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("no exercise is begun"), "{ran:?}");
}
