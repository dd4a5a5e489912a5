//! What an instructor is handed: archives, rosters, courses, journals; and the gradebook made of it.

use std::fs;

use pglings::class::course::Course;
use pglings::class::gradebook::{
    Column, Credit, FORMAT, Gradebook, Graded, Learner, Mark, VERSION,
};
use pglings::class::intake::{Answer, read};
use pglings::class::journal::{Journal, NAME};
use pglings::class::roster::Roster;
use pglings::exercise::files::LARGEST;
use pglings::exercise::submission;
use pglings::grade::verdict::{Check, State, Status};
use pglings::report::gradebook::{csv, html, json, junit};
use tempfile::TempDir;

use super::{byte, text};

fn put(name: &str, data: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), data).unwrap();
    folder
}

/// Any file under any archive's name is one learner's, with answers that are not too large and
/// notes that are not too many.
pub(crate) fn submissions(mut data: &[u8]) {
    let ends = ["zip", "tar", "tar.gz", "tgz", "rs"];
    let name = format!("ada.{}", ends[usize::from(byte(&mut data)) % ends.len()]);
    let folder = put(&name, data);
    let intake = read(&[folder.path().to_owned()], None, &Course::default()).unwrap();
    assert!(intake.learners.len() <= 1);
    for learner in intake.learners {
        assert!(learner.notes.len() <= 24, "{:?}", learner.notes);
        for answer in learner.answers.into_values() {
            assert!(!matches!(answer, Answer::Text(text) if text.len() as u64 > LARGEST));
        }
    }
}

/// The reader of `pglings submit`'s own archives refuses in a sentence what is none.
pub(crate) fn packed(data: &[u8]) {
    if let Err(why) = submission::read(data) {
        assert!(!why.is_empty());
    }
}

/// Any file is a roster or is refused; no text confuses the search for a name.
pub(crate) fn rosters(data: &[u8]) {
    let folder = put("roster.csv", data);
    if let Ok(roster) = Roster::read(&folder.path().join("roster.csv")) {
        assert!(!roster.people.is_empty());
        roster.whose(&text(data));
        roster.people.iter().for_each(|person| drop(roster.whose(&person.id)));
    }
}

/// Any file is a course or is refused with its line.
pub(crate) fn courses(data: &[u8]) {
    let folder = put("course.toml", data);
    match Course::read(&folder.path().join("course.toml")) {
        Ok(course) => assert!(course.exercises.iter().all(|(_, points)| *points <= 1_000_000)),
        Err(refusal) => assert!(refusal.to_string().contains("course.toml")),
    }
}

/// Whatever stands in a journal, it can be opened, written to, and opened again.
pub(crate) fn journals(data: &[u8]) {
    let folder = put(NAME, data);
    let (journal, known) = Journal::open(folder.path()).unwrap();
    journal.note("key", &graded("text", State::Passed)).unwrap();
    drop(journal);
    let (_, again) = Journal::open(folder.path()).unwrap();
    assert_eq!(again.len(), known.len() + usize::from(!known.contains_key("key")));
    assert!(known.iter().all(|(key, graded)| key == "key" || again.get(key) == Some(graded)));
}

fn graded(said: &str, state: State) -> Graded {
    Graded {
        exercise: "07_insert".to_owned(),
        text: said.to_owned(),
        status: Status::Failed,
        checks: vec![Check { name: format!("check {said}"), state }],
        message: said.to_owned(),
        output: said.to_owned(),
    }
}

/// A class of one, in which everything that others wrote is this text.
fn book(said: &str) -> Gradebook {
    let mark = Mark { status: Status::Failed, answer: Some("a".into()), message: String::new() };
    let learner = Learner {
        id: format!("i{said}"),
        name: format!("n{said}"),
        source: Some(format!("s{said}")),
        submitted: None,
        late: false,
        notes: vec![format!("n{said}")],
        marks: [("07_insert".to_owned(), mark)].into(),
    };
    let column = Column {
        number: 7,
        name: "07_insert".into(),
        title: format!("t{said}"),
        module: 1,
        points: 3,
    };
    Gradebook {
        format: FORMAT.to_owned(),
        version: VERSION,
        pglings: "0".to_owned(),
        part: None,
        course: format!("c{said}"),
        credit: Credit::Checks,
        exercises: vec![column],
        learners: vec![learner],
        answers: [("a".to_owned(), graded(said, State::Failed(format!("m{said}"))))].into(),
    }
}

/// What others wrote stays within its field: JSON reads back as it was, a row of CSV has its
/// cells, and neither a page nor an XML document has a tag more than with a harmless text.
pub(crate) fn gradebooks(data: &[u8]) {
    let said = text(data);
    let (book, plain) = (book(&said), book("x"));
    let read: Gradebook = serde_json::from_str(&json::document(&book)).unwrap();
    assert_eq!(read, book);
    for (table, columns) in [(csv::gradebook(&book), 7), (csv::verdicts(&book), 7)] {
        let mut reader =
            ::csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
        let rows: Vec<_> = reader.records().map(|row| row.unwrap()).collect();
        assert_eq!((rows.len(), rows[1].len()), (2, columns), "{table}");
        assert!(!rows[1].iter().any(|cell| cell.starts_with(['=', '+', '@', '\t'])), "{table}");
    }
    let tags = |page: &str| page.matches(['<', '>']).count();
    assert_eq!(tags(&html::page(&book)), tags(&html::page(&plain)), "{said:?}");
    let (document, harmless) = (junit::document(&book), junit::document(&plain));
    assert_eq!(tags(&document), tags(&harmless), "{document}");
}
