//! Checks of exercise 34: three migrations that build Lundo.

use std::sync::LazyLock;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType};

use crate::grade::kit::*;
use crate::lesson::fixtures::EMPTY;
use crate::postgres::database::Fixture;

const HINTS: &[&str] = &[
    "`migrations` is a `vec!` of three calls of `simple`, numbered 1, 2 and 3. The first stands in \
     the task. The other two are SQL of yours: what they change, and nothing that was there before.",
    "`migrate` is one line: `Migrator::with_migrations(migrations())` makes a migrator of the list, \
     and `run(pool)` brings the database up to date. It returns what `migrate` has to return.",
    "A reference is `child_id integer NOT NULL REFERENCES children ON DELETE CASCADE`. A migration \
     may hold several statements, each ended by a semicolon.",
    "A column is added with `ALTER TABLE users ADD COLUMN …`. Users are there already, and they need \
     a value at the moment the column appears: `NOT NULL DEFAULT false`.",
];

/// The first migration as the task gives it: this is what "production" has run.
const CREATE_FAMILY: &str = indoc::indoc! {"
    CREATE TABLE users (
        id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email      text        NOT NULL UNIQUE,
        full_name  text        NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE children (
        id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        parent_id     integer NOT NULL REFERENCES users ON DELETE CASCADE,
        name          text    NOT NULL,
        date_of_birth date    NOT NULL
    );
    CREATE INDEX children_parent_id_idx ON children (parent_id);
"};

/// A family and its conversation, on a database that is up to date.
const FAMILY: &str = "
    INSERT INTO users (email, full_name) VALUES ('amara@example.com', 'Amara Okafor');
    INSERT INTO children (parent_id, name, date_of_birth)
        SELECT id, 'Chidi', '2019-05-17' FROM users WHERE email = 'amara@example.com';
    INSERT INTO conversations (child_id, thread_id, title)
        SELECT id, 'th-1', NULL FROM children;
    INSERT INTO messages (conversation_id, content)
        SELECT id, 'He is afraid of the dark.' FROM conversations;
";

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check("an empty database has had three migrations in the end, 1, 2 and 3", &EMPTY, |t| {
        if let Err(failure) = t.call::<()>("migrate", ())?.either() {
            return wrong(format!("`migrate` failed: {}", with_version(&failure)));
        }
        let recorded = recorded(t)?;
        ensure(
            !recorded.is_empty(),
            "the table _sqlx_migrations is not there, or it is empty. Tables that are made without a \
             migrator leave no record, and the next program cannot know what this database has had.",
        )?;
        let one = |n: u32| vec![Some(n.to_string()), Some("t".to_owned())];
        ensure(
            recorded == [one(1), one(2), one(3)],
            format!(
                "_sqlx_migrations has to hold the versions 1, 2 and 3, each successful; it holds {}.",
                list(&recorded)
            ),
        )
    })?;

    g.check("conversations and messages have the columns that are asked for", &EMPTY, |t| {
        migrated(t)?;
        let conversations = t.table("conversations")?;
        let messages = t.table("messages")?;
        conversations.only(&["id", "child_id", "thread_id", "title"])?;
        messages.only(&["id", "conversation_id", "content"])?;
        conversations.column("title")?.is("text")?.optional()?;
        for (table, column, kind) in [
            (&conversations, "id", "integer"),
            (&conversations, "child_id", "integer"),
            (&conversations, "thread_id", "text"),
            (&messages, "id", "integer"),
            (&messages, "conversation_id", "integer"),
            (&messages, "content", "text"),
        ] {
            table.column(column)?.is(kind)?.required()?;
        }
        conversations.primary_key(&["id"])?;
        messages.primary_key(&["id"])?;
        store_family(t)
    })?;

    g.check("what breaks a promise is refused", &EMPTY, |t| {
        migrated(t)?;
        store_family(t)?;
        t.refuses(
            "INSERT INTO conversations (child_id, thread_id) SELECT id, 'th-1' FROM children",
            "23505",
            "a thread_id that is taken",
        )?;
        t.refuses(
            "INSERT INTO conversations (child_id, thread_id) VALUES (4711, 'th-2')",
            "23503",
            "a conversation about a child that is not there",
        )?;
        t.refuses(
            "INSERT INTO messages (conversation_id, content) VALUES (4711, 'Hello')",
            "23503",
            "a message in a conversation that is not there",
        )
    })?;

    g.check("with a child go its conversations, and with them their messages", &EMPTY, |t| {
        migrated(t)?;
        store_family(t)?;
        if let Err(failure) = t.try_sql("DELETE FROM children")? {
            return wrong(format!(
                "a child that has a conversation with a message cannot be deleted: {}\nThe reference \
                 wants ON DELETE CASCADE.",
                explain(&failure)
            ));
        }
        for table in ["conversations", "messages"] {
            let left = t.value(&format!("SELECT count(*) FROM {table}"))?;
            ensure(
                left.as_deref() == Some("0"),
                format!("the child was deleted, and its {table} are still there."),
            )?;
        }
        Ok(())
    })?;

    g.check("is_verified is a required boolean, and false unless told otherwise", &EMPTY, |t| {
        migrated(t)?;
        t.table("users")?.column("is_verified")?.is("boolean")?.required()?;
        let sql = "INSERT INTO users (email, full_name) VALUES ('mei@example.com', 'Chen Mei-Lin')";
        if let Err(failure) = t.try_sql(sql)? {
            return wrong(format!(
                "a user cannot be stored without saying is_verified: {}",
                explain(&failure)
            ));
        }
        let verified = t.value("SELECT is_verified FROM users WHERE email = 'mei@example.com'")?;
        equal("is_verified of a new user", verified.as_deref(), Some("f"))
    })?;

    let at_version_1 = Fixture { name: "lundo_at_version_1", sql: &AT_VERSION_1, extensions: &[] };
    g.check("a database at version 1 keeps its families and comes to version 3", &at_version_1, |t| {
        let families =
            "SELECT u.id, u.email, u.full_name, u.created_at, c.id, c.name, c.date_of_birth
                        FROM users u LEFT JOIN children c ON c.parent_id = u.id
                        WHERE u.email IN ('sean@example.com', 'priya@example.com')
                        ORDER BY u.id";
        let before = t.rows(families)?;
        if let Err(failure) = t.call::<()>("migrate", ())?.either() {
            return wrong(format!(
                "two users and a child were stored at version 1, and then `migrate` failed: {}{}",
                with_version(&failure),
                advice(&failure)
            ));
        }
        let after = t.rows(families)?;
        equal("the families that were there before", after, before)?;
        let verified = t.rows(
            "SELECT to_jsonb(u) ->> 'is_verified' FROM users u
             WHERE email IN ('sean@example.com', 'priya@example.com')",
        )?;
        let no = || vec![Some("false".to_owned())];
        equal("is_verified of the two users who were there before", verified, vec![no(), no()])
    })?;

    g.check("a second run changes nothing", &EMPTY, |t| {
        migrated(t)?;
        store_family(t)?;
        let everything = "SELECT (SELECT jsonb_agg(u ORDER BY id) FROM users u),
                                 (SELECT jsonb_agg(c ORDER BY id) FROM children c),
                                 (SELECT jsonb_agg(c ORDER BY id) FROM conversations c),
                                 (SELECT jsonb_agg(m ORDER BY id) FROM messages m)";
        let before = (recorded(t)?, t.rows(everything)?);
        // A program that starts again, so with connections of its own.
        t.disconnect()?;
        if let Err(failure) = t.call::<()>("migrate", ())?.either() {
            return wrong(format!(
                "the second time, `migrate` returned an error: {}",
                explain(&failure)
            ));
        }
        let after = (recorded(t)?, t.rows(everything)?);
        ensure(
            after == before,
            "a family was stored after the first run, and the second run changed what was there.",
        )
    })?;

    g.check("what goes wrong comes back to the caller", &EMPTY, |t| {
        // Whatever the answer does, it cannot create anything here.
        let name = t.database_name().to_owned();
        t.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"))?;
        match t.call::<()>("migrate", ())?.either() {
            Err(_) => Ok(()),
            Ok(()) => wrong(
                "the database was read-only, so nothing could be created, and `migrate` returned \
                 Ok. A program that believes it goes on without its tables.",
            ),
        }
    })
}

/// Brings the check's empty database to the newest version. What goes wrong here is told once, by
/// the first check.
fn migrated(t: &mut Trial<'_>) -> Outcome {
    match t.call::<()>("migrate", ())?.either() {
        Ok(()) => Ok(()),
        Err(_) => not_tried("first `migrate` has to work"),
    }
}

fn store_family(t: &mut Trial<'_>) -> Outcome {
    match t.try_sql(FAMILY)? {
        Ok(()) => Ok(()),
        Err(failure) => wrong(format!(
            "a user, a child, a conversation without a title and a message in it, none of them with an \
             id of ours, cannot be stored: {}",
            explain(&failure)
        )),
    }
}

/// An error with the number of the migration that it is about, which is sqlx's to know.
fn with_version(failure: &harness::protocol::Failure) -> String {
    let version = failure.display.strip_prefix("while executing migration ");
    match version.and_then(|rest| rest.split_once(':')) {
        Some((version, _)) => format!("migration {version}: {}", explain(failure)),
        None => explain(failure),
    }
}

/// Versions and whether they succeeded, in the order of the versions; empty without a record.
fn recorded(t: &mut Trial<'_>) -> Outcome<Vec<Vec<Option<String>>>> {
    let there = t.value("SELECT to_regclass('_sqlx_migrations')")?;
    if there.is_none() {
        return Ok(Vec::new());
    }
    t.rows("SELECT version, success FROM _sqlx_migrations ORDER BY version")
}

fn list(recorded: &[Vec<Option<String>>]) -> String {
    let version = |row: &Vec<Option<String>>| row.first().cloned().flatten().unwrap_or_default();
    recorded.iter().map(version).collect::<Vec<_>>().join(", ")
}

/// A database on which sqlx has run the first migration, and two families have signed up since.
static AT_VERSION_1: LazyLock<String> = LazyLock::new(|| {
    let sql = CREATE_FAMILY.into_sql_str();
    let first = Migration::new(1, "create family".into(), MigrationType::Simple, sql, false);
    let checksum: String = first.checksum.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{CREATE_FAMILY}
         CREATE TABLE _sqlx_migrations (
             version BIGINT PRIMARY KEY,
             description TEXT NOT NULL,
             installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
             success BOOLEAN NOT NULL,
             checksum BYTEA NOT NULL,
             execution_time BIGINT NOT NULL
         );
         INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (1, 'create family', true, '\\x{checksum}', 1);
         INSERT INTO users (email, full_name, created_at)
         VALUES ('sean@example.com', 'Seán O''Brien', '2025-11-20 17:02:00+00'),
                ('priya@example.com', 'Priya Raman', '2026-01-14 05:30:00+00');
         INSERT INTO children (parent_id, name, date_of_birth)
         SELECT id, 'Aoife', '2020-09-01' FROM users WHERE email LIKE 'sean%';"
    )
});

fn advice(failure: &harness::protocol::Failure) -> &'static str {
    if failure.debug.starts_with("VersionMismatch(1)") {
        "\nMigration 1 has run in production: CREATE_FAMILY stays as it is, to the letter. What is to \
         change goes into a migration of its own."
    } else if failure.sqlstate() == Some("23502") {
        "\nThe users who are there already need a value at the moment the column appears."
    } else if failure.sqlstate() == Some("42P07") {
        "\nThis database has the tables of migration 1. Its record says so; run the list through a \
         migrator, which reads the record."
    } else {
        ""
    }
}
