//! # Persistence: what outlives a program
//!
//! A variable lives in the memory of one program. When the program ends, the memory goes to
//! somebody else. To keep something, give it to whoever stays.
//!
//! PostgreSQL stays. It is a *server*: a program of its own, which runs before yours starts and
//! after yours ends. Your program, the *client*, opens a connection and sends requests in a language
//! called SQL. The server keeps the data in files that nobody else touches, and answers.
//!
//! ```text
//! your program    connection    PostgreSQL         disk
//! (the client)  ── request ──▶  (the server)  ──▶  files
//!               ◀── answer ───
//! ```
//!
//! This lesson keeps the names of a few children, four times, each time a little better: in a map,
//! in a file, in a table, and in a table that says no.

use std::collections::HashMap;
use std::fs;

use crate::lesson::prelude::*;

/// ## In a map
///
/// Each call of `program` stands for one run of a program. What it puts into the map is there until
/// it ends, and a new run starts with a new map. A crash, an update, a power cut: all of them end
/// the program, and none of them asks first.
///
/// (`out.say` shows a line, as `println!` would.)
pub fn in_a_map(_url: &str, out: &mut Out) -> Result<()> {
    out.say(format!("first run:  {} child", program(Some("Chidi"))));
    out.say(format!("second run: {} children", program(None)));
    Ok(())
}

fn program(new_child: Option<&str>) -> usize {
    let mut children = HashMap::new();
    if let Some(name) = new_child {
        children.insert(1, name);
    }
    children.len()
} // here the map ends, and all that is in it

/// ## In a file
///
/// A file stays. It works until two programs use it at once: here Amara's phone and Amara's laptop
/// both read the file, both add a child, and both write the file back. Whoever writes last wins, and
/// nobody is told that Ngozi is gone.
pub fn in_a_file(_url: &str, out: &mut Out) -> Result<()> {
    let file = tempfile::NamedTempFile::new()?;
    fs::write(&file, "Chidi\n")?;

    let phone = fs::read_to_string(&file)?;
    let laptop = fs::read_to_string(&file)?;
    fs::write(&file, phone + "Ngozi\n")?;
    fs::write(&file, laptop + "Emeka\n")?;

    out.say(fs::read_to_string(&file)?);
    Ok(())
}

/// ## A server
///
/// To find the server, a client needs a URL:
///
/// ```text
/// postgres://user:password@host:port/database
/// ```
///
/// `Client::connect` opens a connection to it. (`NoTls` says that it is not encrypted, which is fine
/// inside one machine.) At its other end is a program of its own: the operating system gives every
/// running program a number, the *process id*, and here are two.
///
/// `query_one` sends SQL and reads the one row that comes back. `?` passes an error on to the
/// caller: whatever crosses a connection may fail.
///
/// A name with parentheses is a function, and it is the server that runs it. Two others are
/// `current_database()` and `current_setting('port')`. A setting is text; `::integer` behind it makes
/// a number of it. Several values in one `SELECT` stand side by side, with commas between them, and
/// are `row.get(0)`, `row.get(1)` and so on.
///
/// *Coming from Python: `Client::connect(url, NoTls)` is `psycopg2.connect(url)`.*
pub fn a_server(url: &str, out: &mut Out) -> Result<()> {
    let mut client = Client::connect(url, NoTls)?;
    let row = client.query_one("SELECT pg_backend_pid()", &[])?;
    let server: i32 = row.get(0);
    let mine = std::process::id();

    out.table(
        &["program", "pid"],
        &[
            vec!["this one".to_owned(), mine.to_string()],
            vec!["PostgreSQL".to_owned(), server.to_string()],
        ],
    );
    Ok(())
}

/// ## In a table
///
/// A database keeps rows in tables. `CREATE TABLE` makes a table and says which columns it has;
/// `INSERT` adds a row. `$1` and `$2` are places for values, and the slice after the SQL fills them.
///
/// At the end of the function the client goes the way of the map: it is dropped, and the connection
/// closes.
///
/// *Coming from Python: psycopg2 forgets what you did unless you call `commit()`. Here each
/// statement commits by itself; several that belong together are lesson 39.*
pub fn in_a_table(url: &str, out: &mut Out) -> Result<()> {
    let mut client = Client::connect(url, NoTls)?;
    client.execute("CREATE TABLE children (name text, born date)", &[])?;

    let insert = "INSERT INTO children (name, born) VALUES ($1, $2)";
    let born = chrono::NaiveDate::from_ymd_opt(2019, 5, 17);
    let count = client.execute(insert, &[&"Chidi", &born])?;
    out.say(format!("{count} row stored"));
    Ok(())
}

/// ## After the end
///
/// Before you go on: the client is gone, the connection is closed, and no variable holds Chidi.
pub const WHAT_IS_LEFT: Prediction = predict(
    "The next step connects anew and reads the table. What does it find?",
    &[
        choice(
            "An error: there is no table `children`",
            Claim::Fails("42P01"),
            "A table belongs to the database, not to the connection that made it.",
        ),
        choice(
            "The table, and no row in it",
            Claim::Rows(0),
            "Rows belong to the database too. No client holds them, so none can take them along.",
        ),
        choice(
            "Chidi",
            Claim::Rows(1),
            "The client only asked. It is the server that holds the row, and the server still runs.",
        ),
    ],
);

/// ## Connect again
///
/// `query` reads as many rows as there are. The server keeps them on disk and not in its memory
/// alone, so that they outlive the server too. In lesson 2 one is killed to see that.
pub fn connect_again(url: &str, out: &mut Out) -> Result<()> {
    let mut client = Client::connect(url, NoTls)?;
    let children = client.query("SELECT name, born FROM children", &[])?;
    out.rows(&children);
    Ok(())
}

/// ## Two at once
///
/// Phone and laptop again, each with a connection of its own. Neither reads, changes and writes back
/// the whole: each tells the server what to add, and the server does one thing and the other.
/// Nobody is lost.
pub fn two_at_once(url: &str, out: &mut Out) -> Result<()> {
    let mut phone = Client::connect(url, NoTls)?;
    let mut laptop = Client::connect(url, NoTls)?;
    phone.execute(
        "INSERT INTO children VALUES ('Ngozi', '2022-12-31')",
        &[],
    )?;
    laptop.execute(
        "INSERT INTO children VALUES ('Emeka', '2016-02-29')",
        &[],
    )?;

    let children = phone
        .query("SELECT name, born FROM children ORDER BY born", &[])?;
    out.rows(&children);
    Ok(())
}

/// ## A table that says no
///
/// A file takes any bytes, and whoever reads it next year has the trouble. A table knows that `born`
/// is a date, and 2019 was no leap year. The server refuses, stores nothing, and says why. The code
/// at the end, the SQLSTATE, is for programs; lesson 7 uses it.
pub const NO_SUCH_DAY: Sql = sql(indoc! {"
    INSERT INTO children (name, born)
    VALUES ('Aoife', '2019-02-29')
"})
.fails("22008");

/// ## Which database?
///
/// PostgreSQL is one of several, and each was made for something:
///
/// | | it is | take it for |
/// |---|---|---|
/// | SQLite | a library in your program, and one file | a phone, a desktop program; one writer at a time |
/// | MySQL, MariaDB | servers with much the same SQL | simple sites that mostly read; where you find it |
/// | MongoDB | a server for documents of any shape | what has no shape yet; rules are then your program's business |
/// | PostgreSQL | a server with strict rules and many types | what many share and nobody may spoil; JSON, text search and vectors in the same place |
///
/// What you learn here of tables, keys and `SELECT` holds for the first two as well. Of Lundo's
/// days, all ends up in the same place: a parent registers, which is a row in `users`; adds a child,
/// a row in `children` that knows its parent; and talks to the assistant, a row in `messages` for
/// each thing that is said.
pub const WHICH_ONE: Words = Words;

/// ## In three lines
///
/// - What is in memory ends with the program; what a server has stored does not.
/// - A server is a program of its own: a client connects to it, sends SQL, and gets an answer or an
///   error.
/// - A file keeps bytes for one. A database keeps rows for many at once, and only such as fit.
///
/// Read on: *Architectural Fundamentals* in the PostgreSQL manual (chapter 1), and the first page of
/// the documentation of the crate `postgres`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: EMPTY,
    minutes: 8,
    steps: [
        in_a_map,
        in_a_file,
        a_server,
        in_a_table,
        WHAT_IS_LEFT,
        connect_again,
        two_at_once,
        NO_SUCH_DAY,
        WHICH_ONE,
        IN_SHORT,
    ],
}
