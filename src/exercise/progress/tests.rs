use super::*;
use crate::exercise::exercise;

/// A workbook with a progress file of these bytes.
fn with(bytes: &[u8]) -> (tempfile::TempDir, Workbook, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let workbook = Workbook::at(folder.path());
    let path = path(&workbook);
    write_whole(&path, bytes).unwrap();
    (folder, workbook, path)
}

/// What was set aside, in order.
fn aside(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|entry| entry != path).collect();
    found.sort();
    found
}

fn some() -> Progress {
    let insert = exercise("07_insert").unwrap();
    let mut progress = Progress { version: VERSION, ..Progress::default() };
    progress.left_at("08_select", 3);
    progress.finished("07_insert");
    progress.graded(insert, "fn main() {}\u{e9}", Status::Passed);
    progress.next_hint(insert);
    progress
}

#[test]
fn wherever_it_is_cut_off_it_is_set_aside_whole_and_begun_anew() {
    let (_folder, workbook, path) = with(b"");
    some().save(&workbook).unwrap();
    let whole = fs::read(&path).unwrap();
    assert_eq!(Progress::load(&workbook).progress, some());
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let loaded = Progress::load(&workbook);
        let warning = loaded.warning.unwrap_or_else(|| panic!("cut off at {length}"));
        assert!(warning.contains("is damaged; it is kept as"), "{warning}");
        assert!(!path.exists());
        let [kept] = &aside(&path)[..] else { panic!("{:?}", aside(&path)) };
        assert_eq!(fs::read(kept).unwrap(), &whole[..length]);
        fs::remove_file(kept).unwrap();
        // The next command works.
        loaded.progress.save(&workbook).unwrap();
        assert_eq!(Progress::load(&workbook).warning, None, "{length}");
    }
}

#[test]
fn no_garbage_is_lost_and_none_takes_the_place_of_another() {
    let (_folder, workbook, path) = with(b"");
    let link = path.with_extension("damaged.2.json");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", link).unwrap();
    let big = vec![b' '; usize::try_from(LARGEST).unwrap() + 1];
    let garbage = [
        &b"\xff\xfe\x00"[..],
        b"null",
        b"[]",
        b"{}",
        b"{\"version\": -1}",
        b"{\"version\": 2, \"of\": \"tomorrow\"}",
        b"{\"version\": 1, \"exercises\": {\"a\": {\"hints\": -1}}}",
        &big,
    ];
    for bytes in garbage {
        fs::write(&path, bytes).unwrap();
        let warning = Progress::load(&workbook).warning.unwrap();
        let is_newer = bytes.ends_with(b"\"tomorrow\"}");
        assert_eq!(warning.contains("is of version 2, which is newer"), is_newer, "{warning}");
        assert!(warning.contains(" check"), "{warning}");
    }
    let kept: Vec<Vec<u8>> = aside(&path).iter().filter_map(|one| fs::read(one).ok()).collect();
    assert_eq!(kept.len(), garbage.len());
    assert!(garbage.iter().all(|bytes| kept.iter().any(|one| one == bytes)));
}

#[test]
fn a_folder_in_its_place_is_set_aside_with_all_that_is_in_it() {
    let (_folder, workbook, path) = with(b"");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("mine"), "mine").unwrap();
    let loaded = Progress::load(&workbook);
    assert!(loaded.warning.unwrap().contains("it is a folder; it is kept as"));
    assert_eq!(fs::read_to_string(aside(&path)[0].join("mine")).unwrap(), "mine");
    loaded.progress.save(&workbook).unwrap();
    assert_eq!(Progress::load(&workbook).warning, None);
}

#[test]
fn where_the_folder_should_be_there_is_a_file_which_stays() {
    let folder = tempfile::tempdir().unwrap();
    let workbook = Workbook::at(folder.path());
    let path = folder.path().join(".pglings");
    fs::write(&path, "mine").unwrap();
    let loaded = Progress::load(&workbook);
    let warning = loaded.warning.unwrap();
    assert!(warning.contains(&format!("{} cannot be used", path.display())), "{warning}");
    loaded.progress.save(&workbook).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

/// What nobody writes to would be waited for, and what has no end would be read for ever.
#[test]
#[cfg(target_os = "linux")]
fn a_pipe_or_a_device_is_not_read() {
    let (_folder, workbook, path) = with(b"");
    fs::remove_file(&path).unwrap();
    let make_pipe = || crate::process::Program::new("mkfifo").arg(&path);
    assert!(make_pipe().run(std::time::Duration::from_secs(10)).unwrap().success());
    assert!(Progress::load(&workbook).warning.unwrap().contains("it is a pipe"));
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert!(Progress::load(&workbook).warning.unwrap().contains("it is a pipe or a device"));
    assert_eq!(aside(&path).len(), 2);
}

#[test]
fn what_several_note_at_once_is_all_there() {
    let folder = tempfile::tempdir().unwrap();
    let workbook = Workbook::at(folder.path());
    std::thread::scope(|scope| {
        for name in ["a", "b", "c", "d"] {
            let workbook = &workbook;
            scope.spawn(move || {
                for number in 0..20 {
                    let tell = |words: String| panic!("{words}");
                    Progress::change(workbook, tell, |p| p.finished(&format!("{name}{number}")));
                }
            });
        }
    });
    assert_eq!(Progress::load(&workbook).progress.done.len(), 80);
}
