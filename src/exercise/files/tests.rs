use super::*;
use crate::exercise::exercise;

/// A workbook whose exercise 7 is not there yet.
fn empty() -> (tempfile::TempDir, Workbook, &'static Exercise, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let workbook = Workbook::at(folder.path());
    let exercise = exercise("07_insert").unwrap();
    let path = workbook.path(exercise);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    (folder, workbook, exercise, path)
}

fn why(file: File) -> String {
    let File::Unreadable(why) = file else { panic!("{file:?}") };
    assert!(why.starts_with("exercises/m1_raw_sql/07_insert.rs "), "{why}");
    why
}

#[test]
fn any_bytes_are_an_answer_or_the_reason_why_not() {
    let (_folder, workbook, exercise, path) = empty();
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        workbook.read(exercise)
    };
    let stub = exercise.stub();
    assert_eq!(workbook.read(exercise), File::Untouched, "not there");
    assert_eq!(read(stub.as_bytes()), File::Untouched);
    assert_eq!(read(format!("\u{feff}{}", stub.replace('\n', "\r\n")).as_bytes()), File::Untouched);
    assert_eq!(read(b""), File::Begun(String::new()));
    assert_eq!(read(b"\0"), File::Begun("\0".to_owned()));
    assert!(why(read(b"\xff\xfe\0")).contains("is not a text file"));
    let largest = vec![b' '; usize::try_from(LARGEST).unwrap()];
    assert!(matches!(read(&largest), File::Begun(_)));
    assert!(why(read(&[&largest[..], b" "].concat())).contains("larger than 1 MiB"));
    // What is far too large is not read to its end: this file has none on the disk.
    fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    assert!(why(workbook.read(exercise)).contains("larger than 1 MiB"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_link_is_what_it_leads_to_and_what_is_no_file_is_not_waited_for() {
    use std::os::unix::fs::symlink;
    let (folder, workbook, exercise, path) = empty();
    let inside = path.with_file_name("mine.rs");
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    for file in [&inside, elsewhere.path()] {
        fs::write(file, "// mine").unwrap();
        symlink(file, &path).unwrap();
        assert_eq!(workbook.read(exercise), File::Begun("// mine".to_owned()));
        // The link is what is kept, and what it leads to is as it was.
        let kept = workbook.reset(exercise).unwrap().unwrap();
        assert_eq!(fs::read_link(kept).unwrap(), file);
        assert_eq!(fs::read_to_string(file).unwrap(), "// mine");
        assert_eq!(workbook.read(exercise), File::Untouched);
        fs::remove_file(&path).unwrap();
    }
    let strange: [(&dyn Fn(), &str); 5] = [
        (&|| symlink("nowhere", &path).unwrap(), "is a link to a file that is not there"),
        (&|| symlink(&path, &path).unwrap(), "Too many levels of symbolic links"),
        (&|| symlink("/dev/zero", &path).unwrap(), "it is a pipe or a device"),
        (&|| fs::create_dir(&path).unwrap(), "it is a folder"),
        (
            &|| {
                let pipe = crate::process::Program::new("mkfifo").arg(&path);
                assert!(pipe.run(std::time::Duration::from_secs(10)).unwrap().success());
            },
            "it is a pipe or a device",
        ),
    ];
    for (make, reason) in strange {
        make();
        let why = why(workbook.read(exercise));
        assert!(why.contains(reason), "{why}");
        let kept = workbook.reset(exercise).unwrap().unwrap();
        assert!(fs::symlink_metadata(kept).is_ok());
        assert_eq!(workbook.read(exercise), File::Untouched);
        fs::remove_file(&path).unwrap();
    }
    drop(folder);
}
