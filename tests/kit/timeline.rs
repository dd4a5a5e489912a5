//! Sessions that act in turn, on a real server.

use pglings::lesson::event::Event;
use pglings::lesson::fixtures::LUNDO;
use pglings::lesson::out::Out;
use pglings::lesson::run::{Outcome, Stage};
use pglings::lesson::sessions::Sessions;
use pglings::lesson::step::{Action, Result, Step};
use pglings::postgres::needs::Needs;
use pglings::postgres::servers::Servers;
use pglings::report::look::PLAIN;
use pglings::report::timeline;

fn ran(step: impl Fn(&mut Sessions, &mut Out) -> Result<()> + 'static) -> pglings::Result<Outcome> {
    let servers = Servers::from_env().unwrap().in_memory();
    let databases = servers.get(&Needs::NOTHING).unwrap();
    let mut stage = Stage::new(databases.create(&LUNDO).unwrap()).unwrap();
    stage.run(&Step { name: "a_step", action: Action::Sessions(Box::new(step)) })
}

fn drawn(outcome: &Outcome) -> String {
    let found = outcome.events.iter().find_map(|event| match event {
        Event::Timeline(found) => Some(timeline::draw(found, PLAIN, false)),
        _ => None,
    });
    let text = found.unwrap();
    println!("{text}");
    text
}

const RENAME: &str = "UPDATE users SET full_name = full_name || '!' WHERE id = 1";

#[test]
fn who_waits_is_seen_and_what_ends_the_wait() {
    for _ in 0..5 {
        let outcome = ran(|sessions, out| {
            let [phone, laptop, desk] = sessions.open(["phone", "laptop", "desk"])?;
            phone.run("BEGIN")?;
            phone.run(RENAME)?;
            let waiting = laptop.start(RENAME)?;
            assert_eq!(desk.run("SELECT 7")?.value(), "7");
            phone.run("COMMIT")?;
            waiting.finish()?;
            out.timeline(sessions)
        });
        let text = drawn(&outcome.unwrap());
        let lines: Vec<String> = text
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let told = lines.join("\n");
        // In the order of the lesson, and the end of the wait after the COMMIT that ended it.
        let order = ["┌ BEGIN", "│ → UPDATE 1", "│ ┊ waits", "│ ┊ → 7", "└ COMMIT ┊", "→ UPDATE 1"];
        let mut rest = told.as_str();
        for words in order {
            let at = rest.find(words).unwrap_or_else(|| panic!("{words}:\n{text}"));
            rest = &rest[at + words.len()..];
        }
    }
}

#[test]
fn a_deadlock_has_a_victim_and_the_other_goes_on() {
    let outcome = ran(|sessions, out| {
        let [phone, laptop] = sessions.open(["phone", "laptop"])?;
        let rename = |id| RENAME.replace("= 1", &format!("= {id}"));
        for (session, id) in [(&phone, 1), (&laptop, 2)] {
            session.run("BEGIN")?;
            session.run(&rename(id))?;
        }
        let first = phone.start(&rename(2))?;
        let second = laptop.start(&rename(1))?;
        let (first, second) = (first.outcome()?, second.outcome()?);
        // Which of the two is the server's own affair.
        let states = [first.sqlstate(), second.sqlstate()];
        assert!(matches!(states, [Some("40P01"), None] | [None, Some("40P01")]), "{states:?}");
        out.timeline(sessions)
    });
    let text = drawn(&outcome.unwrap());
    assert!(text.contains("✗ 40P01 deadlock detected"), "{text}");
}

#[test]
fn a_lesson_that_is_wrong_about_who_waits_is_told() {
    let says = |outcome: pglings::Result<Outcome>, words: &str| {
        let text = outcome.unwrap_err().to_string();
        assert!(text.contains(words), "{text}");
    };
    let waits = ran(|sessions, _| {
        let [phone] = sessions.open(["phone"])?;
        phone.start(RENAME)?.finish().map(drop)
    });
    says(waits, "phone was to wait");
    let busy = ran(|sessions, _| {
        let [phone, laptop] = sessions.open(["phone", "laptop"])?;
        phone.run("BEGIN")?;
        phone.run(RENAME)?;
        let _waiting = laptop.start(RENAME)?;
        laptop.run("SELECT 1").map(drop)
    });
    says(busy, "laptop waits, and can do nothing else");
    let open = ran(|sessions, out| {
        let [phone, laptop] = sessions.open(["phone", "laptop"])?;
        phone.run("BEGIN")?;
        phone.run(RENAME)?;
        let _waiting = laptop.start(RENAME)?;
        out.timeline(sessions)
    });
    says(open, "laptop still waits");
    let fails = ran(|sessions, _| {
        let [phone] = sessions.open(["phone"])?;
        phone.fails("40001", "SELECT 1 / 0")
    });
    says(fails, "was to fail with 40001, not with 22012");
}
