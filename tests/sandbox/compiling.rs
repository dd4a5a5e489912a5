//! What an answer gets that attacks while it is compiled, as declared in
//! `tests/hostile_class/compile`, in both sandboxes; and that what else a learner hands in changes
//! nothing.

use pglings::class::gradebook::Graded;
use pglings::grade::verdict::Status;

use crate::corpus;
use crate::declared;
use crate::probes::Prey;
use crate::room::{Room, bubblewrap, landlock};

fn each_gets_what_is_declared(room: &Room) {
    declared::each_gets(room, "hostile_class/compile", |file, _| {
        let prey = Prey::new(room, room.place());
        let deep = format!("{}1{}", "(".repeat(300_000), ")".repeat(300_000));
        let text = prey.told(&corpus::framed(&file.text)).replace("DEEP_EXPRESSION", &deep);
        let graded = room.judge(&[("07_insert", text)]).remove("07_insert").unwrap();
        let got = move |attempt: &str, declared: &str, graded: &Graded| {
            let refusal = format!("couldn't read `{}`: {declared}", prey.told(attempt));
            graded.message.contains(&refusal)
        };
        (graded, got)
    });
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn in_bubblewrap() {
    each_gets_what_is_declared(&bubblewrap());
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn behind_landlock() {
    each_gets_what_is_declared(&landlock());
}

/// The second calls what only the first has.
#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn no_answer_is_helped_by_another_of_the_same_learner() {
    let solution = pglings::exercise::exercise("08_select").unwrap().solution;
    let gift = "pub struct Gift;
        impl Gift { pub fn say(&self) -> &'static str { \"the answer\" } }
        impl AsRef<Gift> for i32 { fn as_ref(&self) -> &Gift { &Gift } }";
    let giver = format!("{solution}\n{gift}");
    let taker = corpus::framed(
        "fn attempts(_: &mut postgres::Client) { println!(\"{}\", 1i32.as_ref().say()); }",
    );
    let room = landlock();
    let alone = room.judge(&[("07_insert", taker.clone())]).remove("07_insert").unwrap();
    let mut both = room.judge(&[("07_insert", taker), ("08_select", giver)]);
    assert_eq!(alone.status, Status::DoesNotCompile);
    assert_eq!(both.remove("07_insert").unwrap(), alone);
    assert_eq!(both["08_select"].status, Status::Passed);
}

/// The names of its types among others, by itself, and beside one that does not compile.
#[test]
#[ignore = "wants bubblewrap; .ci/run does it"]
fn types_have_the_same_names_whatever_else_is_handed_in() {
    let solution = pglings::exercise::exercise("08_select").unwrap().solution.to_owned();
    let names = "#[derive(Debug)] struct Mine;
        impl<'a> postgres::types::FromSql<'a> for Mine {
            fn from_sql(_: &postgres::types::Type, _: &'a [u8]) -> Result<Mine, Box<dyn std::error::Error + Sync + Send>> { Ok(Mine) }
            fn accepts(_: &postgres::types::Type) -> bool { false }
        }
        fn attempts(client: &mut postgres::Client) {
            let row = client.query_one(\"SELECT 1\", &[]).unwrap();
            let error = row.try_get::<_, Mine>(0).unwrap_err();
            println!(\"{}\", std::error::Error::source(&error).unwrap());
        }";
    let text = || ("07_insert", corpus::framed(names));
    let room = bubblewrap();
    let alone = room.judge(&[text()]).remove("07_insert").unwrap();
    assert!(alone.output.contains("07_insert::Mine"), "{alone:#?}");
    let broken = ("09_update_delete", "fn broken(".to_owned());
    for others in [vec![("08_select", solution)], vec![broken]] {
        let answers: Vec<_> = others.into_iter().chain([text()]).collect();
        let with = room.judge(&answers).remove("07_insert").unwrap();
        assert_eq!(with, alone);
    }
}
