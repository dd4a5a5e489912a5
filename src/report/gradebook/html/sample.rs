//! Gradebooks made of nothing but numbers: the same each time.

use std::collections::BTreeMap;

use crate::class::gradebook::{Column, Credit, FORMAT, Gradebook, Graded, Learner, Mark, VERSION};
use crate::exercise::exercises;
use crate::grade::verdict::{Check, State, Status};

/// A row of numbers that look thrown (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % most as u64) as usize
    }
}

const FIRST: [&str; 12] = [
    "Ada", "Grace", "Sinéad", "Bo", "José", "Wei", "Amina", "Łukasz", "Noor", "Edsger", "Barbara",
    "Ken",
];
const LAST: [&str; 10] = [
    "Lovelace",
    "Hopper",
    "O'Hara",
    "Li",
    "García",
    "Codd",
    "Kowalski",
    "Haddad",
    "Liskov",
    "van der Berg",
];

/// Which answer is the workbook's.
const OURS: usize = 1_000_000;

/// A class: most of it solved, some of it in every other way.
pub(super) fn class(learners: usize, exercises: usize) -> Gradebook {
    let mut dice = Dice(7);
    let mut book = Gradebook {
        format: FORMAT.to_owned(),
        version: VERSION,
        pglings: "0.1.0".to_owned(),
        part: None,
        course: "Databases, autumn".to_owned(),
        credit: Credit::Checks,
        exercises: (0..exercises).map(column).collect(),
        learners: Vec::new(),
        answers: BTreeMap::new(),
    };
    for at in 0..learners {
        let absent = at % 25 == 24;
        let mut marks = BTreeMap::new();
        for column in &book.exercises {
            // Later exercises are harder, and fewer get there.
            let hard = column.number as usize * 40 / exercises.max(1);
            if absent || dice.below(100) < hard / 2 {
                continue;
            }
            let roll = dice.below(100) + hard;
            let mark = match roll {
                0..12 => answer(&mut book.answers, column, Status::Passed, OURS),
                12..75 => answer(&mut book.answers, column, Status::Passed, at),
                75..110 => answer(&mut book.answers, column, Status::Failed, dice.below(40)),
                110..118 => answer(&mut book.answers, column, Status::DoesNotCompile, at),
                118..121 => answer(&mut book.answers, column, Status::TimedOut, at),
                121..124 => answer(&mut book.answers, column, Status::Crashed, at),
                124..126 => Mark {
                    status: Status::Crashed,
                    answer: None,
                    message: "The file is not text: byte 0 is no character of UTF-8.".to_owned(),
                },
                _ => Mark { status: Status::NotStarted, answer: None, message: String::new() },
            };
            marks.insert(column.name.clone(), mark);
        }
        let late = !absent && at % 9 == 4;
        let strange = "`07_insert.rs` lies in a folder of its own; it was found there.";
        book.learners.push(Learner {
            id: format!("s{at:04}"),
            name: format!("{} {}", FIRST[dice.below(FIRST.len())], LAST[dice.below(LAST.len())]),
            source: (!absent).then(|| format!("s{at:04}.zip")),
            submitted: (!absent).then(|| format!("2026-11-{:02}T08:00:00Z", 1 + at % 28)),
            late,
            notes: if at % 13 == 2 { vec![strange.to_owned()] } else { Vec::new() },
            marks,
        });
    }
    book
}

fn column(at: usize) -> Column {
    let made_up = format!("{:02}_made_up_and_long", at + 1);
    let real = exercises().get(at);
    Column {
        number: at as u32 + 1,
        name: real.map_or(made_up, |exercise| exercise.stem.to_owned()),
        title: format!("What {} is about", at + 1),
        module: at as u32 / 10 + 1,
        points: 1 + at as u32 % 3,
    }
}

/// Adds one of the answers to an exercise.
fn answer(
    all: &mut BTreeMap<String, Graded>,
    column: &Column,
    status: Status,
    which: usize,
) -> Mark {
    let key = format!("{}-{status:?}-{which:020}", column.name);
    let mark = Mark { status, answer: Some(key.clone()), message: String::new() };
    all.entry(key).or_insert_with(|| graded(column, status, which));
    mark
}

fn graded(column: &Column, status: Status, which: usize) -> Graded {
    let solution = exercises().iter().find(|exercise| exercise.stem == column.name);
    let ours = solution.filter(|_| which == OURS).map(|exercise| exercise.unmarked());
    let text = ours.unwrap_or_else(|| {
        format!(
            "//! My answer {which}.\n\nuse postgres::{{Client, Error}};\n\n/// Counts.\n\
             pub fn count(client: &mut Client) -> Result<i64, Error> {{\n    \
             // The {which}th way.\n    let row = client.query_one(\"SELECT count(*) FROM users\", \
             &[])?;\n    Ok(row.get({which}))\n}}\n"
        )
    });
    let check = |at: usize| Check {
        name: format!("requirement {at} of {} holds", column.name),
        state: match (status, (which + at) % 4) {
            (Status::Failed, 0) => {
                State::Failed(format!("{which} rows came back, and {at} were expected."))
            }
            (Status::Failed, 1) if at > 2 => State::NotTried("first the one before".to_owned()),
            _ => State::Passed,
        },
    };
    let ran = matches!(status, Status::Passed | Status::Failed);
    let message = match status {
        Status::DoesNotCompile => {
            "\u{1b}[1;31merror[E0308]\u{1b}[0m: mismatched types\n \u{1b}[34m-->\u{1b}[0m \
             exercises/a.rs:7:5\n  |\n7 |     row\n  |     ^^^ expected `i64`, found `Row`\n"
        }
        Status::TimedOut => "It took longer than 10 s.",
        Status::Crashed => "It ended with exit code 3.",
        _ => "",
    };
    Graded {
        exercise: column.name.clone(),
        text,
        status,
        checks: if ran { (1..=5).map(check).collect() } else { Vec::new() },
        message: message.to_owned(),
        output: if which.is_multiple_of(5) { "row 1\nrow 2\n".to_owned() } else { String::new() },
    }
}

/// What somebody would write who wants the page to run it. A run of it sets `window.attacked`, or
/// asks for a file.
pub(super) const ATTACK: &str = "</script></style></textarea>--><script>attacked=1</script>\
    <img src=x onerror=attacked=1>\"onfocus=attacked=1 autofocus='<svg onload=attacked=1>]]>\
    <a href=javascript:attacked=1>&lt;b&gt;\u{2028}\u{2029}\u{202e}txt\u{2066}\u{0}\u{1b}[31m\u{feff}\
    ${attacked=1}{{attacked=1}}<!--<script>\\u003cscript\\u003e";

/// A gradebook in which every text is [`ATTACK`], and is told from the others by its end.
pub(super) fn attack() -> Gradebook {
    let text = |what: &str| format!("{ATTACK}{what}");
    let checks = vec![
        Check { name: text("passes"), state: State::Passed },
        Check { name: text("fails"), state: State::Failed(text("why")) },
        Check { name: text("waits"), state: State::NotTried(text("first")) },
    ];
    let graded = |status, which: &str| Graded {
        exercise: text("name"),
        text: text(which),
        status,
        checks: checks.clone(),
        message: text("message"),
        output: text("output"),
    };
    let answers = [(Status::Failed, "one"), (Status::DoesNotCompile, "other")];
    let mark = |status, which: &str| Mark {
        status,
        answer: Some(which.to_owned()).filter(|key| !key.is_empty()).map(|key| text(&key)),
        message: text("reason"),
    };
    let learner = |at: usize, mark: Mark| Learner {
        id: text(&format!("id{at}")),
        name: text(&format!("learner{at}")),
        source: Some(text("source")),
        submitted: Some(text("submitted")),
        late: true,
        notes: vec![text("note"), text("another")],
        marks: BTreeMap::from([(text("name"), mark)]),
    };
    Gradebook {
        format: text("format"),
        version: VERSION,
        pglings: text("pglings"),
        part: None,
        course: text("course"),
        credit: Credit::Checks,
        exercises: vec![Column {
            number: 1,
            name: text("name"),
            title: text("title"),
            module: 1,
            points: 3,
        }],
        learners: vec![
            learner(0, mark(Status::Failed, "one")),
            learner(1, mark(Status::Failed, "one")),
            learner(2, mark(Status::DoesNotCompile, "other")),
            learner(3, mark(Status::Crashed, "")),
        ],
        answers: answers
            .into_iter()
            .map(|(status, which)| (text(which), graded(status, which)))
            .collect(),
    }
}
