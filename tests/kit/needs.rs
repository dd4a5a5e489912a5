//! What a lesson or a grader needs of a server, and what a run may do there.

use std::sync::Arc;

use pglings::error::Error;
use pglings::grade::kit::*;
use pglings::grade::verdict::{State, Status};
use pglings::lesson::fixtures::{EMPTY, LUNDO};
use pglings::lesson::prelude::Sql;
use pglings::lesson::run::Stage;
use pglings::lesson::step::step;
use pglings::postgres::database::Fixture;
use pglings::postgres::servers::Servers;
use pglings::postgres::source::Choice;
use postgres::Client;

use crate::answer::{judge, states};

/// Makes a role by the name it is given, and one that nobody knows of.
pub(crate) fn makes_roles(client: &mut Client, name: &str) -> Result<bool, postgres::Error> {
    client.batch_execute(&format!(
        "CREATE ROLE \"{name}\" LOGIN; GRANT SELECT ON users TO \"{name}\";
         CREATE ROLE \"{name} too\" ROLE \"{name}\"; CREATE TABLE notes (id int);
         GRANT \"{name}\" TO CURRENT_USER; GRANT CREATE ON SCHEMA public TO \"{name}\";
         ALTER TABLE notes OWNER TO \"{name}\""
    ))?;
    let sql = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user";
    Ok(client.query_one(sql, &[])?.get(0))
}

fn roles_of_a_run_go_with_its_database(fails: bool) {
    // Held, as one in memory goes with its last user.
    let servers = Servers::from_env().unwrap().in_memory();
    let databases = servers.get(&Needs::may(Privilege::CreateRoles)).unwrap();
    let verdict = judge(if fails {
        || {
            let needs = Needs::may(Privilege::CreateRoles);
            let checks = |g: &mut Grading| {
                g.check("roles", &LUNDO, |t| {
                    let name = t.role("of_one_that_fails");
                    t.call::<bool>("makes_roles", (name,))?.ok()?;
                    wrong("No.")
                })
            };
            Grader { needs, ..grader(&[], checks) }
        }
    } else {
        || {
            let needs = Needs::may(Privilege::CreateRoles);
            let checks = |g: &mut Grading| {
                g.check("roles", &LUNDO, |t| {
                    let name = t.role("of_one_that_passes");
                    equal("superuser", t.call("makes_roles", (&name,))?.ok()?, false)?;
                    let sql = format!("SELECT count(*) FROM pg_roles WHERE rolname ~ '^{name}'");
                    equal("roles", t.value(&sql)?.as_deref(), Some("2"))
                })
            };
            Grader { needs, ..grader(&[], checks) }
        }
    });
    assert_eq!(verdict.status, if fails { Status::Failed } else { Status::Passed }, "{verdict:?}");
    assert_eq!(verdict.kept.is_some(), fails);
    let mut admin = databases.server.address.connect().unwrap();
    let name = if fails { "%of_one_that_fails%" } else { "%of_one_that_passes%" };
    let left = admin.query("SELECT FROM pg_roles WHERE rolname LIKE $1", &[&name]).unwrap();
    assert!(left.is_empty(), "{} are left", left.len());
}

#[test]
fn roles_that_an_answer_makes_go_with_its_database() {
    roles_of_a_run_go_with_its_database(false);
}

#[test]
fn they_go_when_it_is_kept_as_well() {
    roles_of_a_run_go_with_its_database(true);
}

#[test]
fn an_answer_is_no_superuser_where_its_grader_has_one() {
    let verdict = judge(|| {
        let checks = |g: &mut Grading| {
            g.check("superusers", &EMPTY, |t| {
                let sql = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user";
                equal("the answer", t.call("is_superuser", ())?.ok()?, false)?;
                equal("the grader", t.value(sql)?.as_deref(), Some("f"))?;
                let row = t.superuser()?.query_one(sql, &[]);
                equal("the superuser", row.is_ok_and(|row| row.get(0)), true)
            })
        };
        Grader { needs: Needs::may(Privilege::Superuser), ..grader(&[], checks) }
    });
    assert_eq!(states(&verdict), [("superusers", State::Passed)]);
}

pub(crate) fn is_superuser(client: &mut Client) -> Result<bool, postgres::Error> {
    let sql = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user";
    Ok(client.query_one(sql, &[])?.get(0))
}

mod reads_pages {
    use pglings::lesson::prelude::*;

    pub(super) const PAGES: Sql = sql("SELECT pg_ls_dir('base') LIMIT 1");

    pglings::lesson! {
        fixture: EMPTY,
        needs: Needs::may(Privilege::Superuser),
        minutes: 1,
        steps: [PAGES],
    }
}

#[test]
fn a_lesson_that_needs_a_superuser_is_one() {
    let servers = Servers::from_env().unwrap().in_memory();
    let definition = reads_pages::lesson();
    let databases = servers.get(&definition.needs).unwrap();
    let run = |needs: Needs| {
        let definition = pglings::lesson::step::Definition { needs, ..reads_pages::lesson() };
        let mut stage = Stage::of(&definition, &databases).unwrap();
        let pages: Sql = reads_pages::PAGES;
        stage.run(&step("PAGES", pages)).map(drop)
    };
    run(definition.needs).unwrap();
    assert!(run(Needs::NOTHING).unwrap_err().to_string().contains("permission denied"));
}

#[test]
fn a_server_is_used_for_all_that_it_has() {
    let servers = Servers::from_env().unwrap().in_memory();
    let any = servers.get(&Needs::NOTHING).unwrap();
    assert!(Arc::ptr_eq(&any, &servers.get(&Needs::extensions(&["plpgsql"])).unwrap()));
    assert!(Arc::ptr_eq(&any, &servers.get(&any.server.major().into()).unwrap()));
    // What it does not have is told of a server that was named.
    let named = Servers::new(Choice::Url(any.server.address.url()), |_| {});
    match named.get(&Needs::extensions(&["plpgsql", "no_such_thing"])).map(drop) {
        Err(Error::NeedsMore(why)) => {
            assert!(why.contains("has no extension no_such_thing"), "{why}");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(named.get(&99.into()).map(drop), Err(Error::NeedsNewer(_))));
}

/// All that lessons ask for, and pgvector, on every system that there is a bundle for.
const CONTRIB: Fixture = Fixture {
    name: "contrib",
    sql: "",
    extensions: &[
        "btree_gin",
        "btree_gist",
        "citext",
        "hstore",
        "pageinspect",
        "pg_buffercache",
        "pg_prewarm",
        "pg_stat_statements",
        "pg_trgm",
        "pg_visibility",
        "pgrowlocks",
        "pgstattuple",
        "tablefunc",
        "unaccent",
        "vector",
    ],
};

#[test]
fn the_bundle_has_the_extensions() {
    if std::env::var_os("PGLINGS_BUNDLE_MAJOR").is_some() {
        // The one that was the bundle before has pgvector alone.
        return;
    }
    let servers = Servers::new(Choice::Bundle, |_| {}).in_memory();
    let databases = servers.get(&Needs::extensions(CONTRIB.extensions)).unwrap();
    assert!(databases.server.major() >= 18);
    let database = databases.create(&CONTRIB).unwrap();
    let mut client = database.address.connect().unwrap();
    let sql = "SELECT array_agg(extname::text ORDER BY extname) FROM pg_extension
               WHERE extname <> 'plpgsql'";
    assert_eq!(client.query_one(sql, &[]).unwrap().get::<_, Vec<String>>(0), CONTRIB.extensions);
}
