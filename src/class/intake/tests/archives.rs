//! Archives, honest and hostile.

use ::tar::EntryType;

use super::*;
use crate::exercise::submission::pack;

const ANSWER: &[u8] = b"fn a() {}";

#[test]
fn an_archive_is_told_by_what_is_in_it() {
    let files = [(INSERT, ANSWER)];
    let tarred = tar(&[(INSERT, EntryType::Regular, ANSWER)]);
    for bytes in [zip(&files), tarred.clone(), gz(&tarred)] {
        for name in ["ada.zip", "ada.tar.gz", "ada.TGZ", "ada.dat", "ada"] {
            let place = Place::new();
            let ada = place.put(name, &bytes).one();
            assert_eq!((ada.id.as_str(), ada.source.as_deref()), ("ada", Some(name)));
            assert_eq!(text(&ada), "fn a() {}");
            // By its path it is the same.
            assert_eq!(only(read(&[place.at(name)], None, &Course::default()).unwrap()), ada);
        }
    }
}

#[test]
fn an_archive_in_a_learners_folder_is_opened_and_one_in_an_archive_is_not() {
    let inner = zip(&[("x/07_insert.rs", ANSWER)]);
    let place = Place::new();
    let ada = place.put("ada/work", &inner).one();
    assert_eq!(text(&ada), "fn a() {}");
    let place = Place::new();
    let ada = place.put("ada.zip", zip(&[("ada/inner.zip", &inner)])).one();
    noted(&ada, "ada/inner.zip is an archive within an archive and was not opened.");
    assert!(ada.answers.is_empty());
}

#[test]
fn what_submit_packed_is_checked_and_counts_all_the_same() {
    let insert = crate::exercise::exercise("insert").unwrap();
    let packed = pack(&[(insert, "fn a() {}".to_owned())]).unwrap();
    let place = Place::new();
    let ada = place.put("ada.zip", &packed).aged("ada.zip", 5_000).one();
    assert_eq!(ada.notes, [""; 0]);
    assert_eq!(ada.submitted.unwrap().timestamp(), 5_000);
    let json = {
        let mut zip = ::zip::ZipArchive::new(Cursor::new(&packed)).unwrap();
        std::io::read_to_string(zip.by_name("pglings.json").unwrap()).unwrap()
    };
    place.put("ada.zip", zip(&[("pglings.json", json.as_bytes()), (INSERT, b"fn b() {}")]));
    let ada = place.one();
    assert_eq!(text(&ada), "fn b() {}");
    noted(&ada, "07_insert.rs was changed after pglings submit had packed it; it counts as it is.");
    let place = Place::new();
    place.put("ada/pglings.json", &json).put("ada/08_select.rs", "fn a() {}");
    noted(&place.one(), "07_insert.rs was packed by pglings submit and is not there.");
    noted(&place.put("ada/pglings.json", "{").one(), "pglings.json does not count");
}

#[test]
fn the_time_of_a_zip_is_in_the_zone_of_the_course() {
    let time = ::zip::DateTime::from_date_and_time(2026, 11, 22, 0, 30, 0).unwrap();
    let options = SimpleFileOptions::default().last_modified_time(time);
    let place = Place::new();
    place.put("ada.zip", zip_with(options, &[(INSERT, ANSWER)]));
    let mut course = Course::default();
    let mut submitted = |due: &str| {
        let due = chrono::DateTime::parse_from_rfc3339(due).unwrap();
        (course.zone, course.due) = (*due.offset(), Some(due.to_utc()));
        let ada = only(read(&[place.dir.path().to_owned()], None, &course).unwrap());
        (ada.submitted.unwrap().to_rfc3339(), ada.late)
    };
    let utc = |time: &str| format!("{time}+00:00");
    assert_eq!(submitted("2026-11-22T00:00:00+02:00"), (utc("2026-11-21T22:30:00"), true));
    assert_eq!(submitted("2026-11-22T00:30:00-08:00"), (utc("2026-11-22T08:30:00"), false));
}

#[test]
fn paths_that_lead_elsewhere_lead_nowhere() {
    let files: [(&str, &[u8]); 3] = [
        ("../../07_insert.rs", b"no"),
        ("/etc/08_select.rs", ANSWER),
        ("a\\09_update_delete.rs", ANSWER),
    ];
    let tarred: Vec<_> =
        files.iter().map(|(path, bytes)| (*path, EntryType::Regular, *bytes)).collect();
    for bytes in [zip(&files), gz(&tar(&tarred))] {
        let place = Place::new();
        let ada = place.put("ada.zip", bytes).one();
        let found: Vec<_> = ada.answers.keys().copied().collect();
        assert_eq!(found, ["08_select", "09_update_delete"]);
        noted(&ada, "../../07_insert.rs leads out of its archive and was passed over.");
        noted(&ada, "/etc/08_select.rs has a path from the root; only its end counts.");
    }
}

#[test]
fn links_and_devices_in_archives_are_passed_over() {
    let bytes = tar(&[
        ("07_insert.rs", EntryType::Symlink, b""),
        ("08_select.rs", EntryType::Link, b""),
        ("09_update_delete.rs", EntryType::Fifo, b""),
        ("10_filtering_sorting.rs", EntryType::Char, b""),
    ]);
    let ada = Place::new().put("ada.tar", bytes).one();
    assert!(ada.answers.is_empty());
    noted(&ada, "07_insert.rs is a symbolic link and was passed over.");
    noted(&ada, "08_select.rs is a hard link and was passed over.");
    noted(&ada, "09_update_delete.rs is a named pipe and was passed over.");
    noted(&ada, "10_filtering_sorting.rs is a device and was passed over.");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("07_insert.rs", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let ada = Place::new().put("ada.zip", bytes).one();
    noted(&ada, "07_insert.rs is a symbolic link and was not followed.");
}

#[test]
fn bombs_go_off_in_nobodys_hands() {
    let zeros = vec![0; 4 << 20];
    let ada =
        Place::new().put("ada.zip", zip(&[(INSERT, &zeros), ("x/08_select.rs", ANSWER)])).one();
    assert_eq!(why(&ada), format!("{INSERT} is larger than 1 MiB, which no answer needs to be"));
    assert_eq!(ada.answers["08_select"], Answer::Text("fn a() {}".to_owned()));
    // A stream has to be unpacked to be passed over.
    let bomb = gz(&tar(&[
        ("08_select.rs", EntryType::Regular, ANSWER),
        ("zeros", EntryType::Regular, &zeros),
        ("07_insert.rs", EntryType::Regular, ANSWER),
    ]));
    let ada = Place::new().put("ada.tgz", &bomb).one_within(within(10, 2 << 20));
    assert_eq!(ada.answers.keys().copied().collect::<Vec<_>>(), ["08_select"]);
    noted(&ada, "The archive unpacks to more than 2 MiB, and what comes after was not read.");
    // Many that are each small enough.
    let many: Vec<_> = (0..40).map(|number| format!("{number}/07_insert.rs")).collect();
    let many: Vec<_> = many.iter().map(|path| (path.as_str(), &zeros[..100_000])).collect();
    let ada = Place::new().put("ada.zip", zip(&many)).one_within(within(100, 1 << 20));
    assert_eq!(ada.answers.len(), 1);
    noted(&ada, "07_insert.rs is there more than once");
}

#[test]
fn a_million_entries_are_not_looked_at() {
    let many: Vec<_> = (0..200).map(|number| format!("{number:03}.txt")).collect();
    let files: Vec<_> = many.iter().map(|path| (path.as_str(), ANSWER)).collect();
    let tarred: Vec<_> =
        many.iter().map(|path| (path.as_str(), EntryType::Regular, ANSWER)).collect();
    for bytes in [zip(&files), tar(&tarred), gz(&tar(&tarred))] {
        let ada = Place::new().put("ada.zip", bytes).one_within(within(100, 1 << 20));
        noted(&ada, "There are more than 100 files in it: what comes from 100.txt on");
    }
}

#[test]
fn what_is_damaged_is_said() {
    let long = pseudorandom(60_000);
    let long = long.as_bytes();
    let tarred =
        tar(&[("08_select.rs", EntryType::Regular, ANSWER), (INSERT, EntryType::Regular, long)]);
    let zipped = zip(&[("08_select.rs", ANSWER), (INSERT, long)]);
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let ada = Place::new().put("ada.zip", half(&zipped)).one();
    noted(&ada, "The archive is damaged: ");
    let ada = Place::new().put("ada.zip", "nothing").one();
    noted(&ada, "The archive is no archive, or a damaged one.");
    for bytes in [half(&tarred), half(&gz(&tarred))] {
        let ada = Place::new().put("ada.tgz", bytes).one();
        assert_eq!(ada.answers["08_select"], Answer::Text("fn a() {}".to_owned()));
        assert!(why(&ada).starts_with(&format!("{INSERT} cannot be read: ")), "{}", why(&ada));
    }
    let mut flipped = zipped;
    flipped[200] ^= 0xff;
    let ada = Place::new().put("ada.zip", &flipped).one();
    assert!(why(&ada).starts_with(&format!("{INSERT} cannot be read: ")), "{}", why(&ada));
    let ada = Place::new().put("ada.7z", b"7z\xbc\xaf\x27\x1c....").one();
    noted(&ada, "The archive is a 7z archive, which is not read: a zip is.");
    let ada = Place::new().put("ada.gz", gz(b"no tar")).one();
    assert!(ada.answers.is_empty());
}

#[test]
fn any_damage_is_survived() {
    let tarred = tar(&[(INSERT, EntryType::Regular, pseudorandom(700).as_bytes())]);
    for bytes in [zip(&[(INSERT, pseudorandom(700).as_bytes())]), gz(&tarred), tarred] {
        for at in (0..bytes.len()).step_by(bytes.len() / 40) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x5f;
            let place = Place::new();
            place.put("ada.zip", damaged);
            assert_eq!(place.one(), place.one());
        }
    }
}

#[test]
fn an_encrypted_zip_is_said_to_be_one() {
    use ::zip::unstable::write::FileOptionsExt;
    let options = SimpleFileOptions::default().with_deprecated_encryption(b"secret").unwrap();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(INSERT, options).unwrap();
    zip.write_all(ANSWER).unwrap();
    let ada = Place::new().put("ada.zip", zip.finish().unwrap().into_inner()).one();
    assert_eq!(why(&ada), format!("{INSERT} is encrypted"));
}

/// Text that hardly packs, the same each time.
fn pseudorandom(length: usize) -> String {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b' ' + (state >> 33) as u8 % 90)
    };
    (0..length).map(|_| next()).collect()
}
