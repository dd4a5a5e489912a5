//! What a table is.

use pglings::grade::kit::OnDelete;
use pglings::grade::kit::catalog::{accepts, refuses, table};
use pglings::lesson::fixtures::EMPTY;

use crate::world::{World, says};

/// Every promise in the usual spelling, and beside it in an unusual one.
const SCHEMA: &str = "
    CREATE TABLE users (
        id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email      text NOT NULL UNIQUE,
        nick       varchar(20),
        created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
        shout      text GENERATED ALWAYS AS (upper(nick)) STORED
    );
    CREATE TABLE people (
        id         serial,
        email      text CHECK (email IS NOT NULL),
        nick       varchar(20),
        created_at timestamptz NOT NULL DEFAULT now(),
        active     boolean DEFAULT false
    );
    ALTER TABLE people ADD PRIMARY KEY (id);
    CREATE UNIQUE INDEX ON people (email);
    CREATE UNIQUE INDEX one_active ON people (nick) WHERE active;
    CREATE INDEX people_lower ON people USING btree (lower(email), created_at) INCLUDE (nick);
    CREATE TABLE children (
        id        bigint PRIMARY KEY,
        parent_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
        friend_id integer REFERENCES people DEFERRABLE INITIALLY DEFERRED,
        stars     smallint CHECK (stars BETWEEN 1 AND 5)
    );
    CREATE TABLE rooms (
        name  text,
        taken daterange,
        EXCLUDE (name WITH =),
        EXCLUDE USING gist (taken WITH &&)
    );
    INSERT INTO rooms VALUES ('blue', '[2024-01-01, 2024-02-01)');
    CREATE INDEX children_parent ON children (parent_id, stars);
    INSERT INTO users (email) VALUES ('ada@example.com');
";

#[test]
fn columns() {
    let world = World::new(&EMPTY);
    let client = &mut world.client();
    client.batch_execute(SCHEMA).unwrap();
    for name in ["users", "people", "public.people"] {
        let users = table(client, name).unwrap();
        users.column("id").unwrap().is("int").unwrap().required().unwrap().numbered().unwrap();
        users.column("email").unwrap().is("text").unwrap().required().unwrap();
        users.column("created_at").unwrap().defaults_to("now()").unwrap().has_default().unwrap();
        let nick = users.column("nick").unwrap();
        nick.is_any(&["text", "varchar"]).unwrap().is("varchar(20)").unwrap().optional().unwrap();
        says(nick.is("text"), "is character varying(20); it has to be text");
        says(nick.is_any(&["text", "varchar(30)"]), "text or varchar(30)");
        says(nick.required(), "may be NULL");
        says(nick.has_default(), "has no default");
        says(nick.numbered(), "no number");
        says(nick.computed(), "not computed");
        says(users.column("email").unwrap().optional(), "is NOT NULL");
        says(users.column("mail"), "has no column `mail`; it has `id`, `email`");
        says(users.only(&["id", "email", "created_at", "nick"]), "that nobody asked for");
    }
    let users = table(client, "users").unwrap();
    assert!(users.column("id").unwrap().always);
    users.column("shout").unwrap().computed().unwrap();
    users.only(&["id", "shout", "email", "created_at", "nick"]).unwrap();
    let people = table(client, "people").unwrap();
    assert!(!people.column("id").unwrap().always);
    people.column("active").unwrap().defaults_to("false").unwrap();
    says(people.column("active").unwrap().defaults_to("true"), "has the default false");
    says(table(client, "peeple"), "there is `children`, `people`, `rooms`, `users`");
}

#[test]
fn keys_references_and_indexes() {
    let world = World::new(&EMPTY);
    let client = &mut world.client();
    client.batch_execute(SCHEMA).unwrap();
    for name in ["users", "people"] {
        let users = table(client, name).unwrap();
        users.primary_key(&["id"]).unwrap().unique(&["email"]).unwrap();
        says(users.primary_key(&["email"]), "has to be `email`; it is `id`");
        says(users.unique(&["created_at"]), "asks for UNIQUE");
    }
    let people = table(client, "people").unwrap();
    says(people.unique(&["nick"]), "only for rows WHERE active");
    says(people.index_on(&["nick"]), "only for rows WHERE active");
    assert_eq!(people.partial_index_on(&["nick"]).unwrap().is_unique().unwrap().name, "one_active");
    says(people.partial_index_on(&["email"]), "has a WHERE");
    let lower = people.index_on(&["lower(email)", "created_at"]).unwrap();
    lower.holds("nick").unwrap().method("btree").unwrap();
    says(lower.holds("active"), "does not hold `active`");
    says(lower.method("gin"), "is btree");
    says(lower.is_unique(), "is not UNIQUE");

    let children = table(client, "children").unwrap();
    children.refers("parent_id", "users", OnDelete::Cascade).unwrap();
    children.refers("friend_id", "public.people", OnDelete::Refuse).unwrap();
    children.deferrable("friend_id").unwrap();
    says(children.deferrable("parent_id"), "asks for DEFERRABLE");
    says(children.refers("parent_id", "users", OnDelete::SetNull), "has ON DELETE CASCADE");
    says(children.refers("friend_id", "people", OnDelete::Cascade), "has no ON DELETE");
    says(children.refers("parent_id", "people", OnDelete::Any), "refers to `users`");
    says(children.refers("stars", "users", OnDelete::Any), "refers to no table");
    children.index_on(&["parent_id"]).unwrap();
    children.index_on(&["parent_id", "stars"]).unwrap();
    says(children.index_on(&["stars"]), "there are children_parent (parent_id, stars)");
    assert_eq!(children.checks[0].columns, ["stars"]);

    let rooms = table(client, "rooms").unwrap();
    rooms.unique(&["name"]).unwrap();
    says(rooms.unique(&["taken"]), "asks for UNIQUE");
    refuses(client, "INSERT INTO rooms VALUES ('blue')", "23505", "another blue one").unwrap();
}

#[test]
fn an_index_that_is_not_valid_is_none() {
    let world = World::new(&EMPTY);
    let client = &mut world.client();
    client.batch_execute("CREATE TABLE t (a integer); INSERT INTO t VALUES (1), (1)").unwrap();
    client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a)").unwrap_err();
    let t = table(client, "t").unwrap();
    says(t.unique(&["a"]), "asks for UNIQUE");
    says(t.index_on(&["a"]), "it has no index at all");
    says(t.primary_key(&["a"]), "it has none");
}

#[test]
fn what_is_refused() {
    let world = World::new(&EMPTY);
    let client = &mut world.client();
    client.batch_execute(SCHEMA).unwrap();
    let orphan = "INSERT INTO children (id, parent_id) VALUES (1, 4711)";
    refuses(client, orphan, "23503", "an orphan").unwrap();
    says(
        refuses(client, orphan, "23505", "an orphan"),
        "23505 (unique_violation); the server said",
    );
    // Checked at COMMIT only.
    let lonely = "INSERT INTO children VALUES (1, 1, 4711, 3)";
    refuses(client, lonely, "23503", "a friend of nobody").unwrap();
    let fine = "INSERT INTO children VALUES (1, 1, NULL, 3)";
    accepts(client, fine, "a child").unwrap();
    says(refuses(client, fine, "23503", "a child"), "a child was stored");
    says(accepts(client, orphan, "an orphan"), "an orphan is refused");
    let left: i64 = client.query_one("SELECT count(*) FROM children", &[]).unwrap().get(0);
    assert_eq!(left, 0, "something stayed");
}
