//! The book: every lesson is in it, and every link leads somewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::world::WORLD;

/// The files of a folder, with their texts.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read_to_string(entry.path()).unwrap())
    };
    fs::read_dir(folder).unwrap().map(|entry| read(entry.unwrap())).collect()
}

/// A book that is only looked at.
static BOOK: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| book(tempfile::tempdir().unwrap().path()));

fn book(folder: &Path) -> BTreeMap<String, String> {
    let ran = WORLD.run(&["dev", "book", "--out", folder.to_str().unwrap()]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("index.html"), "{ran:?}");
    files(folder)
}

/// What stands in an attribute, wherever it does.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_lesson_is_in_the_book_and_every_link_leads_to_a_file() {
    let book = &*BOOK;
    let front = &book["index.html"];
    for lesson in pglings::lesson::catalogue::lessons() {
        let name = format!("{}.html", lesson.stem);
        assert!(values(front, "href").contains(&name.as_str()), "{name}");
        assert!(book["search.js"].contains(&format!("[\"{name}\"")), "{name}");
        let steps = (lesson.definition)().steps.len();
        assert!(book[&name].matches("<h2").count() >= steps, "{name}");
    }
    let mut links = 0;
    for (name, text) in book.iter().filter(|(name, _)| name.ends_with(".html")) {
        let places = [values(text, "href"), values(text, "src")].concat();
        for place in places.into_iter().filter(|place| *place != "data:,") {
            // Nothing is fetched from anywhere; a reader may still follow a link to the web.
            if place.starts_with("https://") {
                assert!(text.contains(&format!("<a href=\"{place}\"")), "{name}: {place}");
                continue;
            }
            let (file, part) = place.split_once('#').unwrap_or((place, ""));
            let file = if file.is_empty() { name } else { file };
            let target = book.get(file).unwrap_or_else(|| panic!("{name}: {place}"));
            assert!(part.is_empty() || values(target, "id").contains(&part), "{name}: {place}");
            links += 1;
        }
    }
    assert!(links > 500, "{links}");
}

#[test]
fn a_book_is_the_same_each_time_and_takes_nothing_that_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    BOOK.iter().for_each(|(name, text)| write(name, text));
    write("99_gone.html", "<!doctype html>\n<!-- Written by pglings dev book. -->\n");
    write("mine.html", "mine");
    let mut second = book(folder.path());
    assert_eq!(second.remove("mine.html").as_deref(), Some("mine"));
    assert!(*BOOK == second, "other files: {:?}", second.keys());

    write("index.html", "mine");
    let ran = WORLD.run(&["dev", "book", "--out", folder.path().to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(files(folder.path())["index.html"], "mine");
}
