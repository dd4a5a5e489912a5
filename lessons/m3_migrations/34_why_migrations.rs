//! # Migrations: the schema as a list of versions
//!
//! A schema is never finished. Next month `users` needs a column, and by then there are many
//! databases: yours, a colleague's, the one of the tests, the one with the customers in it. Each
//! of them has to get the same change, once, in the same order, without losing a row. Typing
//! `ALTER TABLE` by hand into each is how they drift apart.
//!
//! So the schema is not kept as a state but as a list of steps. A **migration** is one step: a
//! number, a name, and SQL. A **migrator** is the list, and it is part of the program. Each database
//! keeps a table of the steps that it has had. To migrate is to hold the list against that table
//! and to run what is missing, in order. Wherever a database stood before, it ends at the newest
//! version; an empty one runs all the steps, one that is up to date runs none.
//!
//! Two rules follow. The schema changes by a new step and in no other way. And a step that has run
//! anywhere is history: it is never edited again.
//!
//! This lesson begins with an empty database.

use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use crate::lesson::prelude::*;

/// ## The first version
///
/// The list has one migration so far. `run` finds an empty database, so it makes its own table
/// first, then runs the migration.
///
/// In a program of yours the SQL stands in files, as the last step shows. Here it stands in the
/// code, so that nothing is hidden. `Simple` means that there is a way up and none back (lesson 35
/// has both). The `false` at the end is `no_tx`: this migration does run in a transaction.
pub async fn version_one(pool: &PgPool, out: &mut Out) -> Result<()> {
    let migrator = Migrator::with_migrations(vec![create_users()]);
    migrator.run(pool).await?;
    out.say(tables(pool).await?);
    Ok(())
}

fn create_users() -> Migration {
    let sql = indoc! {"
        CREATE TABLE users (
            id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            email     text NOT NULL UNIQUE,
            full_name text NOT NULL
        );
    "};
    simple(1, "create users", sql)
}

fn simple(
    version: i64,
    description: &'static str,
    sql: &'static str,
) -> Migration {
    Migration::new(
        version,
        description.into(),
        MigrationType::Simple,
        sql.into_sql_str(),
        false,
    )
}

async fn tables(pool: &PgPool) -> Result<String, sqlx::Error> {
    let sql = "SELECT string_agg(tablename, ', ' ORDER BY tablename)
               FROM pg_tables WHERE schemaname = 'public'";
    sqlx::query_scalar(sql).fetch_one(pool).await
}

/// ## What the database remembers
///
/// `_sqlx_migrations` has a row for each migration that has run here. The checksum is a hash
/// (SHA-384, 48 bytes) of its SQL: the table does not keep the text, yet it can tell whether the
/// text is still the same.
///
/// *Coming from Alembic: its table `alembic_version` holds one value, the newest revision. This one
/// holds them all, so it is the answer to `alembic current` and, read from top to bottom, to
/// `alembic history` as far as this database goes.*
pub const THE_RECORD: Sql = sql(indoc! {"
    SELECT version, description, success, installed_on,
           length(checksum) AS checksum_bytes
    FROM _sqlx_migrations
    ORDER BY version
"});

/// ## Two more, and a row in between
///
/// Time passes, and Ada signs up. Then the program comes with two more migrations. The first has
/// run here, so only the second and the third do, and Ada's row stays where it is. She gets a value
/// in the new column because it has a `DEFAULT`: a column that is `NOT NULL` and has none is
/// refused as soon as the table has a row in it.
///
/// They are listed in the wrong order, to show that it is the numbers that count.
pub async fn two_more(pool: &PgPool, out: &mut Out) -> Result<()> {
    let ada = "INSERT INTO users (email, full_name)
               VALUES ('ada@example.com', 'Ada Lovelace')";
    sqlx::query(ada).execute(pool).await?;

    let mut list = lundo();
    list.reverse();
    Migrator::with_migrations(list).run(pool).await?;

    out.say(tables(pool).await?);
    out.rows(&sqlx::query("SELECT * FROM users").fetch_all(pool).await?);
    Ok(())
}

fn lundo() -> Vec<Migration> {
    let children = indoc! {"
        CREATE TABLE children (
            id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            parent_id     integer NOT NULL
                          REFERENCES users ON DELETE CASCADE,
            name          text NOT NULL,
            date_of_birth date NOT NULL
        );
        CREATE INDEX children_parent_id_idx ON children (parent_id);
    "};
    let is_verified = indoc! {"
        ALTER TABLE users
            ADD COLUMN is_verified boolean NOT NULL DEFAULT false;
    "};
    vec![
        create_users(),
        simple(2, "create children", children),
        simple(3, "add is verified", is_verified),
    ]
}

/// ## Once more
///
/// The same list again: nothing is missing, so nothing runs. This is why a program may migrate each
/// time it starts. Several may even start at once: a run holds an advisory lock on the database,
/// and the others wait for it, then find that nothing is left to do.
pub async fn once_more(pool: &PgPool, out: &mut Out) -> Result<()> {
    let before = recorded(pool).await?;
    Migrator::with_migrations(lundo()).run(pool).await?;
    let after = recorded(pool).await?;
    out.say(format!("recorded before: {before:?}, after: {after:?}"));
    Ok(())
}

async fn recorded(pool: &PgPool) -> Result<Vec<i64>, sqlx::Error> {
    let sql = "SELECT version FROM _sqlx_migrations ORDER BY version";
    sqlx::query_scalar(sql).fetch_all(pool).await
}

/// ## A migration that fails halfway
///
/// The fourth creates a table, then an index on a column that is misspelt. In PostgreSQL `CREATE
/// TABLE` can be rolled back like any other statement, and sqlx runs a migration and its record in
/// one transaction. So there is no half: no table, no record. Mend the SQL and run again; a
/// migration that has not run anywhere may still be edited.
///
/// The lock is the one thing that stays. sqlx 0.9 gives it back at the end of a run that works; after
/// one that fails it is held until the connection closes. A program that ends when it cannot migrate
/// will not notice. This one goes on, so it takes a connection and closes it.
pub async fn halfway(pool: &PgPool, out: &mut Out) -> Result<()> {
    let conversations = indoc! {"
        CREATE TABLE conversations (
            id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            child_id integer NOT NULL REFERENCES children ON DELETE CASCADE
        );
        CREATE INDEX conversations_child_id_idx ON conversations (chlid_id);
    "};
    let mut list = lundo();
    list.push(simple(4, "create conversations", conversations));

    let mut connection = pool.acquire().await?;
    let result =
        Migrator::with_migrations(list).run(&mut *connection).await;
    connection.close().await?;

    if let Err(MigrateError::ExecuteMigration(error, version)) = result {
        out.say(format!("migration {version} failed"));
        out.error(&error);
    }
    out.say(tables(pool).await?);
    out.say(format!("recorded: {:?}", recorded(pool).await?));
    Ok(())
}

/// ## History is edited
///
/// Users should have a phone number. Somebody writes the column into the first migration, which
/// creates `users` after all, and the tests, which begin with an empty database, pass.
pub const WHAT_HAPPENS: Prediction = predict(
    "Here the first migration has run already. What does `run` do with its new text?",
    &[
        choice(
            "It adds the column: that is the difference between the old text and the new",
            Claim::Value("done: users has a phone"),
            "A migrator does not compare schemas. It knows steps, and whether each has run.",
        ),
        choice(
            "Nothing: the first migration has run, so it is passed over",
            Claim::Value("done: users has no phone"),
            "Passing it over in silence would leave two kinds of database with one version number: \
             new ones with the column, old ones without.",
        ),
        choice(
            "It refuses to run",
            Claim::Value("refused: nothing was run"),
            "The checksum of the text is not the one in the record. The program says one thing of \
             version 1 and this database had another, so there is nothing that would be right to do.",
        ),
    ],
);

/// ## An edited migration
///
/// `VersionMismatch` names the migration that was edited. The cure is to put the old text back and
/// to say the new thing in a new migration, number 4: `ALTER TABLE users ADD COLUMN phone text`.
/// (Lesson 38 has the other ways in which list and record fall apart.)
pub async fn edited(pool: &PgPool, out: &mut Out) -> Result<()> {
    let users = indoc! {"
        CREATE TABLE users (
            id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            email     text NOT NULL UNIQUE,
            full_name text NOT NULL,
            phone     text
        );
    "};
    let mut list = lundo();
    list[0] = simple(1, "create users", users);

    let mut connection = pool.acquire().await?;
    let result =
        Migrator::with_migrations(list).run(&mut *connection).await;
    connection.close().await?;

    match result {
        Ok(()) if has_phone(pool).await? => {
            out.say("done: users has a phone")
        }
        Ok(()) => out.say("done: users has no phone"),
        Err(error @ MigrateError::VersionMismatch(_)) => {
            out.say("refused: nothing was run");
            out.error(&error);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn has_phone(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let sql = "SELECT EXISTS (
                   SELECT FROM information_schema.columns
                   WHERE table_name = 'users' AND column_name = 'phone'
               )";
    sqlx::query_scalar(sql).fetch_one(pool).await
}

/// ## A folder of files
///
/// This is how a program has its migrations: a folder with a file each, and one line of Rust.
/// `sqlx::migrate!` reads the folder **when the program is compiled** and puts the text of every
/// file into it, so that the program needs no folder where it runs. Without a path it takes
/// `migrations`, beside `Cargo.toml`.
///
/// The folder of this lesson holds three files with the very SQL of above. The name of a file is
/// the number, `_`, and the description: `0001_create_users.sql`. The database has had these three,
/// number for number and text for text, so the run does nothing: where the text came from does not
/// matter.
///
/// `sqlx migrate add create_users` (from `cargo install sqlx-cli`) makes such a file, and numbers it
/// with the time: `20260115093000`. Then two people who write a migration on one day do not choose
/// the same number. Whoever merges last should still look at the order: `run` runs whatever is
/// missing, even if its number is lower than one that has run.
pub async fn a_folder(pool: &PgPool, out: &mut Out) -> Result<()> {
    let row = |m: &Migration| {
        vec![m.version.to_string(), m.description.to_string()]
    };
    let embedded: Vec<_> = MIGRATOR.iter().map(row).collect();
    out.table(&["version", "description"], &embedded);

    MIGRATOR.run(pool).await?;
    out.say(format!("recorded: {:?}", recorded(pool).await?));
    Ok(())
}

static MIGRATOR: Migrator =
    sqlx::migrate!("lessons/m3_migrations/34_why_migrations");

/// ## Coming from Alembic
///
/// - `alembic upgrade head` is `MIGRATOR.run(&pool)`, or `sqlx migrate run` in a shell.
/// - `alembic upgrade abc123` is `MIGRATOR.run_to(2, &pool)`; `alembic downgrade` is `undo` (lesson
///   35).
/// - `alembic current` and `alembic history` are `sqlx migrate info`, or a look at
///   `_sqlx_migrations`.
/// - `alembic revision -m "add phone"` is `sqlx migrate add add_phone`. Alembic's files name the one
///   before them (`down_revision`); here the numbers are the order.
/// - `--autogenerate` has no counterpart. Alembic compares the database with your model classes,
///   which describe the schema. A Rust struct for `query_as` describes the result of one query and
///   knows nothing of keys, indexes or defaults, so there is nothing to compare with. You write the
///   SQL, and it is the description. The compiler can then hold your queries against it (lesson 19).
pub const FROM_ALEMBIC: Words = Words;

/// ## In three lines
///
/// - A migration is a number, a name and SQL; `run` runs those that the database has not had, in
///   order of their numbers, each in a transaction.
/// - `_sqlx_migrations` is the record; with nothing missing, a run does nothing.
/// - A migration that has run is never edited (`VersionMismatch`): what is to change is a new one.
///
/// Read on: the macro `migrate!` and the module `migrate` in the documentation of the crate `sqlx`;
/// *Modifying Tables* in the PostgreSQL manual (chapter 5).
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: EMPTY,
    minutes: 14,
    steps: [
        version_one,
        THE_RECORD,
        two_more,
        once_more,
        halfway,
        WHAT_HAPPENS,
        edited,
        a_folder,
        FROM_ALEMBIC,
        IN_SHORT,
    ],
}
