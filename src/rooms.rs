//! The order of the rooms, as the page of this crate tells it: an import that climbs fails here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What is compiled into a room, and is elsewhere.
const ELSEWHERE: [(&str, &str); 2] = [("lessons", "lesson"), ("tests/graders", "grade")];

/// What is text here and code elsewhere.
const TEMPLATES: &str = "command/dev/templates";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Which floor each room is on, from 0 at the top.
fn floors() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .filter(|name| *name != "rooms")
        .collect();
    let (_, section) = text.split_once("//! # The rooms").unwrap();
    let (section, _) = section.split_once("//! # ").unwrap();
    let mut floors = BTreeMap::new();
    for (floor, item) in section.split("//! - ").skip(1).enumerate() {
        for word in item.split('`').skip(1).step_by(2) {
            let name = word.trim_start_matches("mod@");
            if declared.contains(&name) {
                assert_eq!(floors.insert(name.to_owned(), floor), None, "{name} is told twice");
            }
        }
    }
    for name in declared {
        assert!(floors.contains_key(name), "{name} is not among the rooms of lib.rs");
    }
    floors
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names behind `crate::` in a line: one, or those between braces.
fn named(line: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let before = line[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &line[at + "crate::".len()..];
        let list = rest.strip_prefix('{').and_then(|rest| rest.split('}').next());
        let ends = |c: char| !(c.is_alphanumeric() || c == '_');
        match list {
            Some(list) => {
                names.extend(list.split(',').filter_map(|name| name.trim().split(ends).next()));
            }
            None => names.extend(rest.split(ends).next()),
        }
    }
    names
}

/// What climbs in a text of a room.
fn climbs(text: &str, room: &str, floors: &BTreeMap<String, usize>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // A link in the documentation imports nothing.
        if line.trim_start().starts_with("//") {
            continue;
        }
        for name in named(line) {
            if floors.get(name).is_some_and(|floor| floor < &floors[room]) {
                found.push((number + 1, name.to_owned()));
            }
        }
    }
    found
}

#[test]
fn no_import_climbs() {
    let floors = floors();
    let mut faults = Vec::new();
    for (folder, fixed) in
        ELSEWHERE.into_iter().map(|(folder, room)| (folder, Some(room))).chain([("src", None)])
    {
        let mut all = Vec::new();
        files(&root().join(folder), &mut all);
        for file in all {
            let inner = file.strip_prefix(root().join(folder)).unwrap();
            let first = inner.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
            let room = fixed.unwrap_or(first);
            if inner.starts_with(TEMPLATES) || !floors.contains_key(room) {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            for (line, above) in climbs(&text, room, &floors) {
                let file = file.strip_prefix(root()).unwrap().display();
                faults.push(format!(
                    "{file}:{line}: {room} knows {above}, which stands above it in lib.rs. Hand it what \
                     it needs, or move that down."
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_import_that_climbs_is_found() {
    let floors = floors();
    let climbs = |text, room| climbs(text, room, &floors);
    assert_eq!(climbs("use crate::report::look;", "grade"), [(1, "report".to_owned())]);
    assert_eq!(climbs("\nuse crate::{error, class};", "grade"), [(2, "class".to_owned())]);
    assert_eq!(climbs("    crate::grade::run()", "lesson"), [(1, "grade".to_owned())]);
    for fine in [
        "use crate::grade::run;",
        "/// [`x`](crate::report)",
        "other_crate::report",
        "use crate::Error;",
    ] {
        assert_eq!(climbs(fine, "class"), [], "{fine}");
    }
}
