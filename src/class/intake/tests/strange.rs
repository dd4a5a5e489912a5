//! Strange folders.

use std::fs::File;

use super::*;

#[test]
fn exercises_are_found_wherever_they_lie() {
    for path in [INSERT, "07_insert.rs", "m1_raw_sql/07_insert.rs", "a/b/pglings-main/07_insert.rs"]
    {
        let place = Place::new();
        place.put(&format!("ada/{path}"), "fn a() {}");
        let ada = place.one();
        assert_eq!((ada.id.as_str(), ada.name.as_str()), ("ada", "ada"));
        assert_eq!(ada.source.as_deref(), Some("ada"));
        assert_eq!(text(&ada), "fn a() {}");
        assert_eq!(ada.notes, [""; 0]);
    }
}

#[test]
fn a_clone_has_much_that_is_no_answer() {
    let place = Place::new();
    for path in ["target/", "solutions/m1_raw_sql/", "tests/", "lessons/", ".git/", "node_modules/"]
    {
        place.put(&format!("ada/{path}07_insert.rs"), "fn ours() {}");
    }
    place
        .put("ada/src/main.rs", "")
        .put("ada/build.rs", "")
        .put("ada/exercises/harness/lib.rs", "");
    place.put(&format!("ada/{INSERT}.1.bak"), "old").put(&format!("ada/{INSERT}"), stub());
    let ada = place.one();
    assert_eq!(ada.answers, [("07_insert", Answer::NotBegun)].into());
    assert_eq!(ada.notes, [""; 0]);
}

#[test]
fn a_folder_without_answers_says_where_none_were_looked_for() {
    let place = Place::new();
    place.put("ada/solutions/07_insert.rs", "fn a() {}");
    let ada = place.one();
    assert_eq!(
        ada.notes,
        ["ada holds no file of an exercise; solutions/ in it was not looked into."]
    );
}

#[test]
fn line_ends_and_a_byte_order_mark_make_no_answer() {
    let place = Place::new();
    place.put("ada/07_insert.rs", format!("\u{feff}{}", stub().replace('\n', "\r\n")));
    assert_eq!(place.one().answers["07_insert"], Answer::NotBegun);
}

#[test]
fn a_wrong_name_counts_if_there_is_no_right_one() {
    let place = Place::new();
    place.put("ada/07_Insert (1).RS", "fn a() {}").put("ada/main.rs", "");
    place.put("ada/08_insert.rs", "");
    let ada = place.one();
    assert_eq!(text(&ada), "fn a() {}");
    noted(&ada, "07_Insert (1).RS was taken as 07_insert.rs.");
    noted(&ada, "main.rs is the name of no exercise and was passed over.");
    noted(&ada, "08_insert.rs is the name of no exercise and was passed over; it may be meant as");

    place.put("ada/07_insert.rs", "fn b() {}");
    let ada = place.one();
    assert_eq!(text(&ada), "fn b() {}");
    noted(&ada, "07_insert.rs is there more than once: 07_insert.rs counts, not 07_Insert (1).RS.");
}

#[test]
fn of_two_files_the_later_answer_counts_and_never_a_stub() {
    let place = Place::new();
    place.put("ada/a/07_insert.rs", "fn a() {}").aged("ada/a/07_insert.rs", 2_000);
    place.put("ada/b/07_insert.rs", "fn b() {}").aged("ada/b/07_insert.rs", 1_000);
    place.put("ada/c/07_insert.rs", stub()).aged("ada/c/07_insert.rs", 3_000);
    let ada = place.one();
    assert_eq!(text(&ada), "fn a() {}");
    assert_eq!(ada.submitted.unwrap().timestamp(), 2_000);
    assert_eq!(
        ada.notes,
        ["07_insert.rs is there more than once: a/07_insert.rs counts, not b/07_insert.rs."]
    );
}

#[test]
fn what_cannot_be_an_answer_is_said() {
    let large = |size: u64| {
        let place = Place::new();
        place.put("ada/07_insert.rs", "");
        File::options()
            .write(true)
            .open(place.at("ada/07_insert.rs"))
            .unwrap()
            .set_len(size)
            .unwrap();
        why(&place.one()).to_owned()
    };
    assert_eq!(large(100 << 20), "07_insert.rs is larger than 1 MiB, which no answer needs to be");
    assert_eq!(large(0), "07_insert.rs is empty");
    let place = Place::new();
    place.put("ada/07_insert.rs", b"\x7fELF\xff\xfe");
    let ada = place.one();
    assert_eq!(why(&ada), "07_insert.rs is not a text file (UTF-8)");
    noted(&ada, "07_insert.rs is not a text file (UTF-8).");
}

#[cfg(unix)]
#[test]
fn nothing_but_regular_files_is_opened() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let place = Place::new();
    place.put("secret.txt", "fn secret() {}").put("ada/notes.txt", "");
    symlink(place.at("secret.txt"), place.at("ada/07_insert.rs")).unwrap();
    symlink(place.at(""), place.at("ada/loop")).unwrap();
    let mode = rustix::fs::Mode::RWXU;
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, place.at("ada/08_select.rs"), fifo, mode, 0).unwrap();
    let _socket = UnixListener::bind(place.at("ada/s")).unwrap();
    let intake = read(&[place.at("ada")], None, &Course::default()).unwrap();
    let ada = only(intake);
    assert!(ada.answers.is_empty());
    noted(&ada, "07_insert.rs is a symbolic link and was not opened.");
    noted(&ada, "loop is a symbolic link and was not opened.");
    noted(&ada, "08_select.rs is a named pipe and was not opened.");
    noted(&ada, "s is a socket and was not opened.");
    // Also one that was a file when its folder was listed.
    assert!(super::super::folder::open(&place.at("ada/08_select.rs")).is_err());
    assert!(super::super::folder::open(&place.at("ada/07_insert.rs")).is_err());

    symlink("/etc", place.at("grace")).unwrap();
    let intake = place.read();
    assert_eq!(intake.learners.len(), 1);
    assert!(intake.notes.contains(&"grace is a symbolic link and was passed over.".to_owned()));
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.put("ada/07_insert.rs", "fn a() {}").put("ada/x/08_select.rs", "fn a() {}");
    let close = |path: &str, mode| {
        fs::set_permissions(place.at(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    close("ada/07_insert.rs", 0);
    close("ada/x", 0);
    let (ada, is_root) = (place.one(), File::open(place.at("ada/07_insert.rs")).is_ok());
    close("ada/x", 0o700);
    if !is_root {
        assert!(why(&ada).starts_with("07_insert.rs cannot be opened: Permission denied"));
        noted(&ada, "x cannot be read: Permission denied");
    }
}

#[cfg(unix)]
#[test]
fn names_are_shown_without_their_tricks() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    let dir = place.at("").join(OsStr::from_bytes(b"a\xffda\x1b[31m"));
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join(OsStr::from_bytes(b"\x07\xfe.rs")), "").unwrap();
    let ada = place.one();
    assert_eq!(ada.id, "a\\xffda\\u{1b}[31m");
    noted(&ada, "\\u{7}\\xfe.rs is the name of no exercise");
}

#[test]
fn what_is_deep_or_much_is_cut() {
    let place = Place::new();
    place.put(&format!("ada/{}07_insert.rs", "d/".repeat(40)), "fn a() {}");
    noted(&place.one(), "is more than 24 folders deep and was not looked into.");
    let place = Place::new();
    for number in 0..50 {
        place.put(&format!("ada/{number:02}/x.rs"), "");
    }
    let ada = place.one_within(within(1000, 1 << 20));
    noted(&ada, "00/x.rs is the name of no exercise");
    noted(&ada, "And 31 more of such notes.");
    let ada = place.one_within(within(5, 1 << 20));
    noted(&ada, "There are more than 5 files in it: what comes from 02/x.rs on was not looked at.");
    assert_eq!(ada, place.one_within(within(5, 1 << 20)));
}
