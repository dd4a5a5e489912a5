//! How the server runs a statement.

use pglings::grade::kit::Stop;
use pglings::grade::kit::plan::{measure, measure_of, plan, plan_of};
use pglings::lesson::fixtures::EMPTY;

use crate::wire::{with_postgres_on, with_sqlx_on};
use crate::world::{World, says};

const MESSAGES: &str = "
    CREATE TABLE messages (id integer PRIMARY KEY, role text, conversation_id bigint, mood mood);
    INSERT INTO messages SELECT n, 'user', n / 10, 'good' FROM generate_series(1, 20000) n;
    CREATE INDEX by_conversation ON messages (conversation_id, id);
    VACUUM ANALYZE messages";

fn world() -> (World, postgres::Client) {
    let world = World::new(&EMPTY);
    let mut client = world.client();
    client.batch_execute("CREATE TYPE mood AS ENUM ('good', 'bad')").unwrap();
    for sql in MESSAGES.split(';') {
        client.batch_execute(sql).unwrap();
    }
    client.batch_execute("GRANT ALL ON messages TO PUBLIC").unwrap();
    (world, client)
}

#[test]
fn indexes_scans_and_sorts() {
    let (_world, mut client) = world();
    let client = &mut client;
    let by_index =
        plan(client, "SELECT role FROM messages WHERE conversation_id = 7", &[]).unwrap();
    by_index.uses_index("by_conversation").unwrap().no_seq_scan("messages").unwrap();
    says(by_index.uses_index("messages_pkey"), "Index Cond: (conversation_id = 7)");
    assert!(matches!(by_index.rows_read(), Err(Stop::Fault(_))), "nothing was counted");
}

#[test]
fn rows_are_counted() {
    let (_world, mut client) = world();
    let client = &mut client;
    let whole = measure(client, "SELECT * FROM messages WHERE role = $1 LIMIT 5", &["'nobody'"]);
    let whole = whole.unwrap();
    assert!(whole.scans_whole("messages") && !whole.scans_whole("users"));
    assert_eq!(whole.rows_read().unwrap(), 20_000);
    says(whole.no_seq_scan("messages"), "reads all of `messages`");
    says(whole.reads_at_most(100), "read 20000 rows; 100 or fewer");
    let few =
        measure(client, "SELECT id FROM messages WHERE conversation_id = $1", &["7"]).unwrap();
    assert!(few.node("Index Only Scan").is_some(), "{few:?}");
    few.reads_at_most(10).unwrap();

    let delete = measure(client, "DELETE FROM messages WHERE id = $1", &["5"]).unwrap();
    assert_eq!(delete.rows_read().unwrap(), 1, "{delete:?}");
    let left: i64 = client.query_one("SELECT count(*) FROM messages", &[]).unwrap().get(0);
    assert_eq!(left, 20_000, "the DELETE was not rolled back");
}

#[test]
fn sorts() {
    let (_world, mut client) = world();
    let client = &mut client;
    says(
        plan(client, "SELECT * FROM messages ORDER BY role", &[]).unwrap().no_sort(),
        "Sort Key: role",
    );
    plan(client, "SELECT * FROM messages ORDER BY id LIMIT 1", &[]).unwrap().no_sort().unwrap();
}

#[test]
fn a_statement_that_fails_leaves_nothing() {
    let (_world, mut client) = world();
    let client = &mut client;
    for _ in 0..2 {
        says(plan(client, "SELECT $1 FROM nowhere", &["1"]), "could not be made");
        says(plan(client, "SELECT 1 / $1::integer", &["0"]), "division by zero");
    }
    plan(client, "SELECT $1::text", &["'a'"]).unwrap();
}

#[test]
fn what_was_sent_is_planned_with_its_values() {
    let (world, mut client) = world();
    let client = &mut client;
    let moody = "SELECT role FROM messages WHERE conversation_id = $1 AND mood = $2::text::mood";
    let postgres = with_postgres_on(&world, |client| {
        client.query("SELECT id FROM messages WHERE conversation_id = $1", &[&7_i64]).unwrap();
        client.query(moody, &[&7_i64, &"good"]).unwrap();
    });
    let sqlx = with_sqlx_on(&world, 1, async |pool| {
        let sql = "SELECT id FROM messages WHERE conversation_id = $1";
        sqlx::query(sql).bind(7).fetch_all(pool).await.unwrap();
        sqlx::query(moody).bind(7_i64).bind("good").fetch_all(pool).await.unwrap();
    });
    for wire in [postgres, sqlx] {
        assert_eq!(wire.statements().len(), 2);
        for statement in wire.statements() {
            plan_of(client, statement).unwrap().uses_index("by_conversation").unwrap();
            measure_of(client, statement).unwrap().reads_at_most(10).unwrap();
        }
    }
}
