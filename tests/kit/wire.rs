//! What was sent, by `postgres` and by sqlx, as it comes through a tap.

use std::time::Duration;

use pglings::grade::kit::{Isolation, Wire, equal, grader};
use pglings::grade::verdict::Check;
use pglings::lesson::fixtures::LUNDO;
use pglings::postgres::tap::Tap;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, PgPool};

use crate::answer::{judge, states};
use crate::world::{World, says};

const INSERT: &str = "INSERT INTO users (email, full_name) VALUES ($1, $2)";

/// What a piece of work sends with `postgres`.
fn with_postgres(work: impl FnOnce(&mut postgres::Client)) -> Wire {
    with_postgres_on(&World::new(&LUNDO), work)
}

pub(crate) fn with_postgres_on(world: &World, work: impl FnOnce(&mut postgres::Client)) -> Wire {
    let tap = Tap::start(world.database.address.socket().unwrap()).unwrap();
    let address = world.database.address.through(tap.address().port());
    work(&mut address.connect().unwrap());
    read(&tap)
}

/// What a piece of work sends with sqlx.
fn with_sqlx(connections: u32, work: impl AsyncFnOnce(&PgPool)) -> Wire {
    with_sqlx_on(&World::new(&LUNDO), connections, work)
}

pub(crate) fn with_sqlx_on(
    world: &World,
    connections: u32,
    work: impl AsyncFnOnce(&PgPool),
) -> Wire {
    let tap = Tap::start(world.database.address.socket().unwrap()).unwrap();
    let url = world.database.address.through(tap.address().port()).url();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let pool = PgPoolOptions::new().max_connections(connections).connect(&url).await.unwrap();
        work(&pool).await;
        pool.close().await;
    });
    read(&tap)
}

fn read(tap: &Tap) -> Wire {
    assert!(tap.log().settle(Duration::from_secs(5)));
    Wire::of(tap.log().statements())
}

#[test]
fn postgres_binds_and_sqlx_too() {
    let postgres = with_postgres(|client| {
        for name in ["a", "b", "c"] {
            client.execute(INSERT, &[&name, &"O'Keeffe"]).unwrap();
        }
    });
    let sqlx = with_sqlx(1, async |pool| {
        for name in ["a", "b", "c"] {
            sqlx::query(INSERT).bind(name).bind("O'Keeffe").execute(pool).await.unwrap();
        }
    });
    for wire in [&postgres, &sqlx] {
        assert_eq!(wire.statements().len(), 3, "{wire:#?}");
        assert_eq!(wire.count_of("insert"), 3);
        assert_eq!(wire.count_of("SELECT"), 0);
        wire.at_most(3, "INSERT").unwrap().bound(&["O'Keeffe"]).unwrap();
        says(wire.at_most(1, "INSERT"), "was sent 3 INSERTs; it has to be one");
        says(wire.exactly(4, "insert"), "was sent 3 INSERTs; it has to be 4");
        says(wire.exactly(1, "copy"), "was sent 0 COPYs; it has to be one");
        says(wire.in_one_transaction(), "took effect by itself");
        assert!(wire.committed() && !wire.copied());
        assert_eq!(wire.isolation(), Isolation::ReadCommitted);
        assert_eq!(wire.connections(), 1);
    }
    // postgres prepares for each call, the pool's session once.
    assert_eq!((postgres.parses("insert  INTO users"), sqlx.parses("INSERT INTO")), (3, 1));
}

#[test]
fn values_in_the_sql_are_found() {
    let sql = "INSERT INTO users (email, full_name) VALUES ('a', 'O''Keeffe')";
    let postgres = with_postgres(|client| client.batch_execute(sql).unwrap());
    let sqlx = with_sqlx(1, async |pool| {
        pool.execute(sql).await.unwrap();
    });
    for wire in [postgres, sqlx] {
        says(wire.bound(&["nothing", "O'Keeffe"]), "with the value O'Keeffe in it");
        wire.in_one_transaction().unwrap();
    }
}

#[test]
fn a_statement_that_is_prepared_once_is_parsed_once() {
    let wire = with_postgres(|client| {
        let insert = client.prepare(INSERT).unwrap();
        for name in ["a", "b", "c"] {
            client.execute(&insert, &[&name, &name]).unwrap();
        }
    });
    assert_eq!((wire.parses("insert"), wire.count_of("insert")), (1, 3));
    let wire = with_sqlx(1, async |pool| {
        for name in ["a", "b"] {
            let query = sqlx::query(INSERT).bind(name).bind(name).persistent(false);
            query.execute(pool).await.unwrap();
        }
    });
    assert_eq!((wire.parses("insert"), wire.count_of("insert")), (2, 2));
}

#[test]
fn several_calls_are_looked_at_together() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("prepared once", &LUNDO, |t| {
                t.call::<i32>("add", ("before",))?.ok()?;
                t.disconnect()?;
                // A larger pool may hand out a second connection, with nothing prepared on it.
                t.pool(1);
                let mark = t.mark();
                equal("statements so far", t.sent_since(mark)?.statements().len(), 0)?;
                for name in ["a", "b", "c"] {
                    t.call::<i32>("add", (name,))?.ok()?;
                }
                equal("INSERTs of the last call", t.sent()?.count_of("INSERT"), 1)?;
                let sent = t.sent_since(mark)?;
                sent.exactly(3, "INSERT")?.parsed_once("INSERT INTO users")?;
                equal("connections", sent.connections(), 1)?;
                says(sent.parsed_once("UPDATE"), "was sent no SQL with `UPDATE` in it");
                Ok(())
            })?;
            g.then("prepared each time, over two connections", |t| {
                let mark = t.mark();
                t.call::<u64>("rename", (1, "a"))?.ok()?;
                t.disconnect()?;
                t.call::<u64>("rename", (1, "b"))?.ok()?;
                let sent = t.sent_since(mark)?;
                equal("connections", sent.connections(), 2)?;
                says(sent.parsed_once("update users"), "parsed this SQL 2 times");
                Ok(())
            })
        })
    });
    assert!(verdict.checks.iter().all(Check::passed), "{:#?}", states(&verdict));
}

#[test]
fn transactions_of_postgres() {
    let wire = with_postgres(|client| {
        let mut tx = client
            .build_transaction()
            .isolation_level(postgres::IsolationLevel::RepeatableRead)
            .start()
            .unwrap();
        tx.execute(INSERT, &[&"a", &"A"]).unwrap();
        tx.transaction().unwrap().rollback().unwrap();
        tx.execute(INSERT, &[&"b", &"B"]).unwrap();
        tx.commit().unwrap();
    });
    wire.in_one_transaction().unwrap().isolated(Isolation::RepeatableRead).unwrap();
    says(wire.isolated(Isolation::Serializable), "ran at REPEATABLE READ");
    assert!(wire.committed());

    let wire = with_postgres(|client| {
        let mut tx = client.transaction().unwrap();
        tx.execute(INSERT, &[&"a", &"A"]).unwrap();
        drop(tx);
        client.simple_query("INSERT INTO users (email, full_name) VALUES ('c', 'C')").unwrap();
    });
    wire.in_one_transaction().unwrap();

    let wire = with_postgres(|client| {
        client.transaction().unwrap().execute(INSERT, &[&"a", &"A"]).unwrap();
    });
    assert!(!wire.committed());

    let wire = with_postgres(|client| {
        client
            .batch_execute(
                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            )
            .unwrap();
        let mut tx = client.transaction().unwrap();
        tx.execute(INSERT, &[&"a", &"A"]).unwrap();
        // The server says ROLLBACK to this COMMIT.
        tx.execute(INSERT, &[&"a", &"A"]).unwrap_err();
        tx.commit().unwrap();
        client.execute("WITH a AS (DELETE FROM messages) SELECT 1", &[]).unwrap();
    });
    wire.in_one_transaction().unwrap();
    assert_eq!(wire.isolation(), Isolation::Serializable);
    assert_eq!((wire.count_of("delete"), wire.count_of("select")), (1, 1));
}

#[test]
fn transactions_in_one_string() {
    let one = "INSERT INTO users (email, full_name) VALUES ('b', 'B')";
    let two = "INSERT INTO users (email, full_name) VALUES ('c', 'C')";
    let run = |sql: String| with_postgres(move |client| client.batch_execute(&sql).unwrap());
    run(format!("{one};{two}")).in_one_transaction().unwrap();
    let wire =
        run(format!("BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; {one};{two}; END"));
    assert_eq!(wire.in_one_transaction().unwrap().isolation(), Isolation::Serializable);
    assert!(wire.committed());
    let apart = format!("BEGIN; {one}; COMMIT; BEGIN; {two}; COMMIT");
    says(run(apart).in_one_transaction(), "not everything was written in one transaction");
    let undone = run(format!("BEGIN; {one}; ROLLBACK; {two}"));
    undone.in_one_transaction().unwrap();
    assert!(!run(format!("BEGIN; {one}; ROLLBACK")).committed());
}

#[test]
fn transactions_of_sqlx() {
    let insert = async |to: &mut sqlx::PgConnection, name: &'static str| {
        sqlx::query(INSERT).bind(name).bind(name).execute(to).await
    };
    let wire = with_sqlx(1, async |pool| {
        let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await.unwrap();
        insert(&mut tx, "a").await.unwrap();
        insert(&mut tx, "b").await.unwrap();
        tx.commit().await.unwrap();
    });
    wire.in_one_transaction().unwrap().isolated(Isolation::Serializable).unwrap();
    assert!(wire.committed());

    // One attempt fails and is dropped, the next works.
    let wire = with_sqlx(1, async |pool| {
        let mut tx = pool.begin().await.unwrap();
        insert(&mut tx, "a").await.unwrap();
        insert(&mut tx, "a").await.unwrap_err();
        drop(tx);
        let mut tx = pool.begin().await.unwrap();
        insert(&mut tx, "a").await.unwrap();
        tx.commit().await.unwrap();
    });
    wire.in_one_transaction().unwrap();
    assert!(wire.committed());

    // One goes to the pool and not to the transaction.
    let wire = with_sqlx(2, async |pool| {
        let mut tx = pool.begin().await.unwrap();
        insert(&mut tx, "a").await.unwrap();
        insert(&mut pool.acquire().await.unwrap(), "b").await.unwrap();
        tx.commit().await.unwrap();
    });
    says(wire.in_one_transaction(), "over two connections");
    assert_eq!(wire.connections(), 2);

    let wire = with_sqlx(1, async |pool| {
        let mut tx = pool.begin().await.unwrap();
        insert(&mut tx, "a").await.unwrap();
        tx.rollback().await.unwrap();
    });
    assert!(!wire.committed());
}

#[test]
fn copy_is_seen() {
    let wire = with_postgres(|client| {
        client.copy_in("COPY users (email, full_name) FROM STDIN").unwrap().finish().unwrap();
    });
    assert!(wire.copied());
    let wire = with_sqlx(1, async |pool| {
        let mut copy = pool.copy_in_raw("COPY users (email, full_name) FROM STDIN").await.unwrap();
        copy.send("a\tA\n".as_bytes()).await.unwrap();
        copy.finish().await.unwrap();
    });
    assert!(wire.copied() && wire.committed());
    wire.bound(&["A\n"]).unwrap();
}

#[test]
fn names_of_types_are_the_clients_business() {
    let sql = "CREATE TYPE mood AS ENUM ('good', 'bad')";
    let postgres = with_postgres(|client| {
        client.batch_execute(sql).unwrap();
        client.query("SELECT 'good'::mood", &[]).unwrap();
    });
    let sqlx = with_sqlx(1, async |pool| {
        pool.execute(sql).await.unwrap();
        sqlx::query("SELECT 'good'::mood").fetch_all(pool).await.unwrap();
    });
    for wire in [postgres, sqlx] {
        assert_eq!(wire.statements().len(), 2, "{wire:#?}");
    }
}
