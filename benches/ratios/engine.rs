//! The engine: the tap, databases and a lesson.

use std::io;
use std::time::{Duration, Instant};

use pglings::lesson::catalogue;
use pglings::lesson::fixtures::LUNDO;
use pglings::lesson::player::Walk;
use pglings::lesson::run::Stage;
use pglings::lesson::step::Action;
use pglings::postgres::address::Address;
use pglings::postgres::database::Databases;
use pglings::postgres::needs::Needs;
use pglings::postgres::servers::Servers;
use pglings::postgres::tap::Tap;
use pglings::report::look::PLAIN;
use pglings::report::screen::{Screen, Straight};

use super::{Anyhow, told};

pub(super) fn run() -> Anyhow {
    let servers = Servers::from_env()?;
    let databases = servers.get(&Needs::NOTHING)?;
    tap(&databases)?;
    database(&databases)?;
    lesson(&databases)
}

/// The time of one round trip, over 500 of them.
fn round_trips(address: &Address) -> Anyhow<Duration> {
    let mut client = address.connect()?;
    let statement = client.prepare("SELECT 1")?;
    let began = Instant::now();
    for _ in 0..500 {
        client.query(&statement, &[])?;
    }
    Ok(began.elapsed() / 500)
}

fn tap(databases: &Databases) -> Anyhow {
    let database = databases.create(&LUNDO)?;
    let tap = Tap::start(database.address.socket().ok_or("no port")?)?;
    let tapped = database.address.through(tap.address().port());
    let (mut through, mut without) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        through.push(round_trips(&tapped)?);
        without.push(round_trips(&database.address)?);
    }
    told("tap", &through, &without);
    Ok(())
}

fn database(databases: &Databases) -> Anyhow {
    let address = &databases.server.address;
    let mut admin = address.connect()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        databases.make_ahead(&LUNDO);
        // A check takes some time, in which the next database is made.
        std::thread::sleep(Duration::from_millis(400));
        let began = Instant::now();
        let database = databases.create_for_check(&LUNDO)?;
        ours.push(began.elapsed());
        drop(database);

        let began = Instant::now();
        admin.batch_execute("CREATE DATABASE pglings_bench")?;
        let mut client = address.database("pglings_bench").connect()?;
        client.batch_execute(LUNDO.sql)?;
        theirs.push(began.elapsed());
        drop(client);
        admin.batch_execute("DROP DATABASE pglings_bench WITH (FORCE)")?;
    }
    told("database", &ours, &theirs);
    Ok(())
}

fn lesson(databases: &Databases) -> Anyhow {
    let lesson = catalogue::lesson("7").ok_or("no lesson 7")?;
    let steps = (lesson.definition)().steps;
    let sql = steps.iter().filter_map(|step| match &step.action {
        Action::Sql(sql) => Some(format!("{};\n", sql.text)),
        _ => None,
    });
    let sql: String = sql.collect();
    let psql = pglings::postgres::source::psql().ok_or("no psql")?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        let mut stage = Stage::new(databases.create(&LUNDO)?)?;
        let mut reader = Straight(Screen::new(io::sink(), PLAIN));
        let began = Instant::now();
        Walk::new(lesson, &mut stage, &mut reader, false)?.walk(lesson, 0)?;
        ours.push(began.elapsed());

        let database = databases.create(&LUNDO)?;
        let program = pglings::process::Program::new(&psql);
        let program = program.args(["--quiet", "--command", &sql]).arg(database.address.url());
        let began = Instant::now();
        program.run(Duration::from_secs(20))?;
        theirs.push(began.elapsed());
    }
    told("lesson", &ours, &theirs);
    Ok(())
}
