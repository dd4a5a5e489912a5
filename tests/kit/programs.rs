//! PostgreSQL's own programs, and a pooler, beside the server of a check or a lesson.

use pglings::grade::kit::*;
use pglings::grade::verdict::State;
use pglings::lesson::fixtures::{EMPTY, LUNDO};
use pglings::lesson::run::Stage;
use pglings::lesson::step::step;
use pglings::postgres::servers::Servers;
use postgres::Client;

use crate::answer::{judge, states};

const NEEDS: Needs = Needs::programs(&["pg_dump", "pg_restore", "psql"]);

/// Asks who is asked.
pub(crate) fn asks(url: &str) -> Result<String, postgres::Error> {
    let mut client = Client::connect(url, postgres::NoTls)?;
    client.batch_execute("SET work_mem = '1MB'")?;
    Ok(client.query_one("SELECT current_database()::text", &[])?.get(0))
}

#[test]
fn a_dump_is_restored_by_a_check() {
    let verdict = judge(|| {
        let checks = |g: &mut Grading| {
            g.check("dump and restore", &LUNDO, |t| {
                let before = t.rows("SELECT * FROM messages ORDER BY id")?;
                let programs = t.programs()?;
                programs
                    .text("pg_dump", &["--format=custom", "--file=all.dump", "--table=messages"])?;
                ensure(programs.path("all.dump").is_file(), "a dump")?;
                t.sql("DROP TABLE messages")?;
                let database = t.database_name().to_owned();
                programs.text("pg_restore", &["--no-owner", "--dbname", &database, "all.dump"])?;
                equal("rows", t.rows("SELECT * FROM messages ORDER BY id")?, before)?;
                // What fails says why.
                let psql = programs.run("psql", &["-c", "SELECT nothing"])?;
                ensure(!psql.success(), "psql")?;
                ensure(
                    psql.stderr.text().contains("\"nothing\" does not exist"),
                    psql.stderr.text(),
                )
            })
        };
        Grader { needs: NEEDS, ..grader(&[], checks) }
    });
    assert_eq!(states(&verdict), [("dump and restore", State::Passed)]);
}

mod dumps {
    use pglings::lesson::prelude::*;

    pub(super) fn dump(client: &mut Client, out: &mut Out) -> Result<()> {
        let name = out.role("reader")?;
        client.batch_execute(&format!("CREATE ROLE \"{name}\"; CREATE TABLE lines (id int)"))?;
        let text = out.programs()?.text("pg_dump", &["--schema-only"])?;
        out.say(text.lines().filter(|line| line.starts_with("CREATE")).collect::<String>());
        Ok(())
    }

    pglings::lesson! {
        fixture: EMPTY,
        needs: Needs { programs: &["pg_dump"], ..Needs::may(Privilege::CreateRoles) },
        minutes: 1,
        steps: [dump],
    }
}

#[test]
fn a_lesson_runs_a_program_on_its_own_database() {
    let servers = Servers::from_env().unwrap().in_memory();
    let definition = dumps::lesson();
    let databases = servers.get(&definition.needs).unwrap();
    let mut stage = Stage::of(&definition, &databases).unwrap();
    let outcome = stage.run(&step("dump", dumps::dump)).unwrap();
    assert!(format!("{:?}", outcome.events).contains("CREATE TABLE public.lines ("));
}

#[test]
#[ignore = "wants pgbouncer; .ci/run does it"]
fn a_real_pooler_is_before_a_checks_database() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("a pooler", &EMPTY, |t| {
                let name = t.database_name().to_owned();
                let mut pooled = t.pooler(&["pool_mode = transaction", "default_pool_size = 1"])?;
                let Some(pooled) = &mut pooled else { return wrong("there is no pgbouncer") };
                equal("the database", t.call::<String>("asks", (&pooled.url,))?.ok()?, name)?;
                equal("settings", pooled.sent().count_of("set"), 1)?;
                // What one client has set, the next one has too: that is what it breaks.
                let refused = |error: postgres::Error| Stop::Wrong(error.to_string().into());
                let mut client = Client::connect(&pooled.url, postgres::NoTls).map_err(refused)?;
                let row = client.query_one("SHOW work_mem", &[]).map_err(refused)?;
                equal("what another has set", row.get::<_, String>(0).as_str(), "1MB")?;
                pooled.kill();
                t.call::<String>("asks", (&pooled.url,))?.error().map(drop)
            })
        })
    });
    assert_eq!(states(&verdict), [("a pooler", State::Passed)]);
}
