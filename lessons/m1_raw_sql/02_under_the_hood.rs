//! # Under the hood: processes, pages, a log
//!
//! A server promises that what it has stored stays stored, whatever happens. To believe it, look at how
//! it is done. There are three parts.
//!
//! ```text
//! client ──▶ process ─┐                  ┌──▶ log     at each commit
//! client ──▶ process ─┼── pages in ──────┤
//! client ──▶ process ─┘   memory         └──▶ files   now and then
//! ```
//!
//! **Processes.** The server is not one program but a family. The first listens; for each connection it
//! starts another, which serves that client alone. A few work in the background: one writes pages, one
//! writes the log, one tidies up. They share a part of the memory.
//!
//! **Pages.** A table is a file, and the file is made of pages of 8 kB. A page is read into the shared
//! memory when somebody asks for a row on it, is changed there, and is written back when there is time.
//!
//! **The log.** If the power failed before that, the change would be lost. So each change is first added
//! to the end of one more file, the *write-ahead log* (WAL), and a `COMMIT` waits until its part of the
//! log is on the disk. That is all it waits for: one short write at the end of a file, in the place of
//! many all over the tables. After a crash the server reads the log and does again what the files have
//! missed.
//!
//! At the end of this lesson you kill a server to see whether that is true.

use postgres::Config;

use crate::lesson::prelude::*;

/// ## A process for each connection
///
/// Two connections, each with a name of its own, and both are asked which process serves them. The view
/// `pg_stat_activity` has a row for every process of the server.
///
/// Then the laptop has the phone's process ended. Nobody else notices. (That is a polite end. If a
/// process crashes, the shared memory may be damaged: the first process ends them all and begins anew
/// from the log, as you will see below.)
///
/// A process costs a few megabytes and some milliseconds to start. A program that opens a connection for
/// every request soon feels it, and keeps a pool of them in the place of that (module 5).
///
/// *Coming from Python: `sqlite3.connect` opens a file inside of your process, and there is no server.
/// `psycopg2.connect` has a server start a process, as here.*
pub fn processes(url: &str, out: &mut Out) -> Result<()> {
    let mut config: Config = url.parse()?;
    let mut phone = config.application_name("phone").connect(NoTls)?;
    let mut laptop = config.application_name("laptop").connect(NoTls)?;

    let activity = "SELECT application_name, pid, backend_type, state
                    FROM pg_stat_activity
                    WHERE application_name IN ('phone', 'laptop')
                      AND datname = current_database()
                    ORDER BY backend_start";
    out.rows(&laptop.query(activity, &[])?);

    let row = phone.query_one("SELECT pg_backend_pid()", &[])?;
    let pid: i32 = row.get(0);
    // Wait for at most five seconds until it has ended.
    laptop.execute("SELECT pg_terminate_backend($1, 5000)", &[&pid])?;
    if phone.query_one("SELECT 1", &[]).is_err() {
        out.say("the phone has lost its connection");
    }
    out.rows(&laptop.query(activity, &[])?);
    Ok(())
}

/// ## Pages
///
/// A thousand rows, and the file they are in. Its name is made of two numbers, the database's and the
/// table's, which are others each time, so the step asks only whether it has that form. Ask for it
/// yourself, with `:` and `SELECT pg_relation_filepath('visits')`.
///
/// `pg_relation_size` is its length in bytes; each page has 8192. Every row has an address, its `ctid`:
/// the page, counted from 0, and the place on the page, from 1.
pub fn pages(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE TABLE visits (id integer, page text);
         INSERT INTO visits
         SELECT n, 'page ' || n FROM generate_series(1, 1000) AS n",
    )?;
    let file = client.query_one(
        "SELECT pg_relation_filepath('visits') LIKE 'base/%/%' AS a_file,
                pg_relation_size('visits') AS bytes,
                pg_relation_size('visits') / 8192 AS pages",
        &[],
    )?;
    out.row(&file);
    let places = client.query(
        "SELECT ctid::text, id FROM visits
         WHERE id IN (1, 2, 999, 1000) ORDER BY id",
        &[],
    )?;
    out.rows(&places);
    Ok(())
}

/// ## Written anew
///
/// An `UPDATE` does not write over the row. It writes a new one to where there is room, here at the end,
/// and marks the old one as ended. So there is always a whole row to be found, the old or the new, and
/// whoever reads meanwhile goes on seeing the old one. (What becomes of the old rows is lesson 53.)
pub const UPDATED: Sql = sql(indoc! {"
    UPDATE visits SET page = 'home' WHERE id = 1
    RETURNING ctid, id, page
"});

/// ## The log grows
///
/// A place in the log is a number of bytes since its beginning, the *LSN*. Asked before and after, it
/// tells what a statement has added: all that is needed to do the change again, and so about as much as
/// was changed. A statement that only reads adds next to nothing.
pub fn the_log(client: &mut Client, out: &mut Out) -> Result<()> {
    let insert = "INSERT INTO visits
                  SELECT n, 'page ' || n FROM generate_series(1, $1) AS n";
    let mut bars = Vec::new();
    for (name, rows) in [("1 row", 1), ("10 rows", 10), ("100 rows", 100)] {
        let before = position(client)?;
        client.execute(insert, &[&rows])?;
        bars.push((name, position(client)? - before));
    }
    out.chart("bytes added to the log by an INSERT of", &bars);
    Ok(())
}

fn position(client: &mut Client) -> Result<f64> {
    let sql = "SELECT pg_wal_lsn_diff(
                   pg_current_wal_insert_lsn(), '0/0')::float8";
    Ok(client.query_one(sql, &[])?.get(0))
}

/// ## Four letters
///
/// What the parts are good for together has a name, ACID. The unit is the *transaction*: one statement,
/// or all that stands between `BEGIN` and `COMMIT`.
///
/// | | the promise | by |
/// |---|---|---|
/// | **A**tomic | all of a transaction, or nothing | rows of a transaction count from its commit on |
/// | **C**onsistent | no rule of a table is ever broken | the server checks each write (lesson 5) |
/// | **I**solated | nobody sees another's half-done work | old rows stay until nobody needs them (lesson 41) |
/// | **D**urable | what is committed stays | the log is on the disk before COMMIT returns |
///
/// The last promise is as good as the disk's. The server that pglings runs the lessons on has it
/// switched off (`fsync = off`), since nothing in them has to survive a power cut and everything is
/// quicker so. Never do that to data you love. The next step starts a server of its own, with the
/// promise switched on.
pub const FOUR_LETTERS: Words = Words;

/// ## Nobody says goodbye
///
/// Before you go on: the next step starts a server, and two clients connect to it. Then all of the
/// server's processes get `SIGKILL`, the signal that a program cannot answer: none of them can write
/// another byte, and none can tidy up.
pub const WHAT_HAPPENS: Prediction = predict(
    "The laptop has inserted Ngozi and not committed. Then the phone has inserted Chidi, which commits by \
     itself. The server is killed and started again. Who is in the table?",
    &[
        choice(
            "Nobody: the pages were only in memory",
            Claim::Value("nobody"),
            "The pages were, but the log was on the disk before the phone's INSERT returned. The server \
             has done it again from there.",
        ),
        choice(
            "Chidi",
            Claim::Value("Chidi"),
            "The log has both rows, and one commit. A row counts from its transaction's commit on; Ngozi's \
             will never come.",
        ),
        choice(
            "Chidi and Ngozi",
            Claim::Value("Chidi, Ngozi"),
            "Both rows are in the log, and both are even in the table's file again. But Ngozi's \
             transaction has no commit in the log, and without one its rows count for nobody.",
        ),
        choice(
            "The server does not start: its files are half-written",
            Claim::Fails("XX001"),
            "They may be, and that is what the log is for: it holds whole pages too, to put in the place of \
             a torn one.",
        ),
    ],
);

/// ## Killed
///
/// `throwaway` starts a server that belongs to this step; `kill` kills it. (Not even that is the worst:
/// what a process has handed to the operating system survives the process. A power cut takes that too,
/// and it is why COMMIT waits for the disk.)
///
/// Look at Chidi's `ctid`: place 2 of page 0. Place 1 is Ngozi's. Her row came first into the log, and it
/// was done again like all the others; it is there, and nobody sees it.
///
/// The last lines are from the server's own log (a text for people, not the WAL): it noticed that nobody
/// had said goodbye, and did things again (*redo*).
pub fn killed(_url: &str, out: &mut Out) -> Result<()> {
    let mut server = out.throwaway(&[])?;
    let mut laptop = server.connect()?;
    let mut phone = server.connect()?;
    phone.batch_execute("CREATE TABLE children (name text)")?;

    laptop.batch_execute("BEGIN")?;
    laptop.execute("INSERT INTO children VALUES ('Ngozi')", &[])?;
    phone.execute("INSERT INTO children VALUES ('Chidi')", &[])?;
    server.kill()?;
    server.restart()?;

    let mut client = server.connect()?;
    let there = "SELECT coalesce(string_agg(name, ', ' ORDER BY name),
                                 'nobody')
                 FROM children";
    let names: String = client.query_one(there, &[])?.get(0);
    out.say(names);
    let rows = "SELECT ctid::text, name FROM children ORDER BY ctid";
    out.rows(&client.query(rows, &[])?);

    let telling = ["not properly shut down", "redo starts", "redo done"];
    for line in server.log() {
        if telling.iter().any(|words| line.contains(words)) {
            // Without the place in the WAL, which is another each time.
            let told = line.split("; ").flat_map(|half| half.split(" at "));
            out.say(told.take(1).collect::<String>());
        }
    }
    Ok(())
}

/// ## In three lines
///
/// - Each connection has a process of its own at the server; they share pages of 8 kB in memory, which
///   are written to the tables' files when there is time.
/// - Each change goes to the write-ahead log first, and COMMIT waits for that alone.
/// - After a crash the server does again what the log holds; what has no commit there counts for nobody.
///
/// Read on: *Reliability and the Write-Ahead Log* and *Database Physical Storage* in the PostgreSQL
/// manual; *Architectural Fundamentals* (chapter 1).
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: EMPTY,
    minutes: 12,
    steps: [
        processes,
        pages,
        UPDATED,
        the_log,
        FOUR_LETTERS,
        WHAT_HAPPENS,
        killed,
        IN_SHORT,
    ],
}
