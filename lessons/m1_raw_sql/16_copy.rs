//! # COPY: rows as a stream
//!
//! An `INSERT` is a letter: the server reads it, thinks, acts, and writes back. Whoever has fifty
//! thousand rows writes fifty thousand letters and waits for as many answers.
//!
//! `COPY` is a pipe. One statement turns the connection into one; then bytes run in one direction,
//! line after line, and nobody answers until the end. No SQL is parsed and nothing is planned for
//! each row.
//!
//! ```text
//! INSERT  ─ SQL, values ─▶ ◀─ 1 row ─ ─ SQL, values ─▶ ◀─ 1 row ─ …
//! COPY    ─ start ─▶ ◀─ go on ─ ─ rows rows rows rows end ─▶ ◀─ 50000 ─
//! ```
//!
//! Still it is one statement, and so all or nothing. `STDIN` and `STDOUT` are not those of your
//! program but the two ends of the connection. (With a file's name in their place, the *server*
//! would open a file on *its* disk, which few roles may. psql's `\copy` reads a file of yours and
//! sends it through the pipe.)

use std::io::{self, BufRead, Write};
use std::time::Instant;

use crate::lesson::prelude::*;

/// ## Out
///
/// `copy_out` gives a reader. It implements `BufRead`, so the rows can be read line by line while
/// the server still sends: a table of any size passes through a program of small memory.
///
/// `FORMAT csv` is what spreadsheets speak. Mind two details: a text with a comma or a quote in it
/// is quoted (its quotes are doubled), and NULL is nothing at all between two commas, while an
/// empty text is `""`.
pub fn out_of_a_table(client: &mut Client, out: &mut Out) -> Result<()> {
    let reader = client.copy_out(
        "COPY (SELECT id, name, gender, notes FROM children
               WHERE id IN (4, 5, 8) ORDER BY id)
         TO STDOUT (FORMAT csv, HEADER)",
    )?;
    for line in reader.lines() {
        out.say(line?);
    }
    Ok(())
}

/// ## In
///
/// `copy_in` gives a writer. The server gets the bytes as you write them, and makes rows of them:
/// columns that the list leaves out get their defaults, as with `INSERT`.
///
/// `finish` says that this was all, and returns the number of rows. A writer that is dropped before
/// (by a `?`, say) has not finished: the server throws away what it got. So a program that dies in
/// mid-file leaves no half file behind. (In a transaction, such a COPY has failed, and so has the
/// transaction.)
///
/// Here the file is text, and the server reads it. For values that are in Rust already there is
/// `FORMAT binary` with `BinaryCopyInWriter`, which takes them as `execute` does.
///
/// *Coming from Python: this is psycopg2's `copy_expert`. What an ORM calls bulk insert
/// (`add_all`, `bulk_insert_mappings`) sends INSERTs.*
pub fn into_a_table(client: &mut Client, out: &mut Out) -> Result<()> {
    let copy = "COPY children (parent_id, name, date_of_birth, notes)
                FROM STDIN (FORMAT csv)";
    let mut writer = client.copy_in(copy)?;
    writer.write_all(b"7,Yusuf,2020-04-01,\"Jam, no bread\"\n")?;
    writer.write_all(b"7,Amina,2022-08-15,\n")?;
    let stored = writer.finish()?;
    out.say(format!("{stored} rows"));

    let mut writer = client.copy_in(copy)?;
    writer.write_all(b"7,Nobody,2024-01-01,\n")?;
    drop(writer);

    let sql = "SELECT name, notes FROM children
               WHERE parent_id = 7 ORDER BY id";
    out.rows(&client.query(sql, &[])?);
    Ok(())
}

/// ## One bad line
///
/// Before you go on: of the four lines of the next file, the third has a 31 February.
pub const A_BAD_LINE: Prediction = predict(
    "How many of the four lines are stored?",
    &[
        choice(
            "4: the bad date becomes NULL",
            Claim::Value("4 rows"),
            "A value that cannot be read is an error. NULL would be an invention.",
        ),
        choice(
            "3: the bad line is skipped",
            Claim::Value("3 rows"),
            "Skipping has to be asked for, and that is new: ON_ERROR in PostgreSQL 17.",
        ),
        choice(
            "2: those before the bad line",
            Claim::Value("2 rows"),
            "They were in the table for a moment, and for nobody else to see.",
        ),
        choice(
            "None",
            Claim::Value("0 rows"),
            "COPY is one statement. It fails at line 3, and so it has never been.",
        ),
    ],
);

/// ## All or nothing
///
/// The error is that of the value, as an INSERT would have had it, with the SQLSTATE of dates out of
/// range. Where it happened is in the *context*: the line, counted from 1, and the column.
///
/// The context is a text for people, in the server's language, and it stops at the first bad line.
/// Whoever has a file with twenty of them sends it twenty times.
pub fn a_bad_line(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute("CREATE TABLE visits (child text, day date)")?;
    let mut writer =
        client.copy_in("COPY visits FROM STDIN (FORMAT csv)")?;
    writer.write_all(b"Chidi,2026-02-01\nNgozi,2026-02-08\n")?;
    writer.write_all(b"Emeka,2026-02-31\nAoife,2026-02-15\n")?;
    let failed = writer.finish();

    let row = client.query_one("SELECT count(*) FROM visits", &[])?;
    out.say(format!("{} rows", row.get::<_, i64>(0)));
    if let Err(error) = failed {
        out.error(&error);
        let context = error.as_db_error().and_then(|db| db.where_());
        out.say(context.unwrap_or_default());
    }
    Ok(())
}

/// ## A table for what is not clean
///
/// To hear of all bad lines at once, let the file in first and judge it afterwards. A *staging
/// table* takes anything: each column is `text` and may be NULL, and an identity column counts the
/// lines as they come. Then SQL has all of its means: joins find parents that are not there, and
/// conditions find what is missing.
///
/// `TEMP` makes a table that only this session sees, and `ON COMMIT DROP` takes it away when the
/// transaction ends, either way. (A transaction holds statements together, from
/// `client.transaction()` to `commit`: lesson 39.) Only if no line is bad, one `INSERT` takes them
/// over, in the order of the file.
pub fn staged(client: &mut Client, out: &mut Out) -> Result<()> {
    let file = "\
        amara.okafor@example.com,Obi\n\
        nobody@example.com,Nemo\n\
        sean.obrien@example.com,\n\
        priya.raman@example.com,\"Dev, junior\"\n";

    let mut tx = client.transaction()?;
    tx.batch_execute(
        "CREATE TEMP TABLE staging (
             line integer GENERATED ALWAYS AS IDENTITY,
             parent text,
             child text
         ) ON COMMIT DROP",
    )?;
    let copy = "COPY staging (parent, child) FROM STDIN (FORMAT csv)";
    let mut writer = tx.copy_in(copy)?;
    writer.write_all(file.as_bytes())?;
    writer.finish()?;

    let bad = tx.query(
        "SELECT s.line, s.parent, s.child, u.id AS parent_id
         FROM staging s LEFT JOIN users u ON u.email = s.parent
         WHERE u.id IS NULL OR s.child IS NULL
         ORDER BY s.line",
        &[],
    )?;
    if bad.is_empty() {
        let count = tx.execute(
            "INSERT INTO children (parent_id, name, date_of_birth)
             SELECT u.id, s.child, current_date
             FROM staging s JOIN users u ON u.email = s.parent
             ORDER BY s.line",
            &[],
        )?;
        out.say(format!("{count} children stored"));
    } else {
        out.say("nothing stored, because of these lines:");
        out.rows(&bad);
    }
    tx.commit()?;
    Ok(())
}

/// ## From pipe to pipe
///
/// A reader and a writer fit together. `io::copy` carries what one connection sends to the other,
/// a few kilobytes at a time: two servers, two tables, and no row ever becomes a value in Rust. The
/// format in between is the default one, `text`: a tab between columns, `\N` for NULL.
///
/// The order matters: the reader's end comes first, then `finish`, and only then are the rows
/// there.
pub fn from_pipe_to_pipe(url: &str, out: &mut Out) -> Result<()> {
    let mut from = Client::connect(url, NoTls)?;
    let mut to = Client::connect(url, NoTls)?;
    to.batch_execute("CREATE TABLE archive (LIKE messages)")?;

    let mut reader = from.copy_out("COPY messages TO STDOUT")?;
    let mut writer = to.copy_in("COPY archive FROM STDIN")?;
    io::copy(&mut reader, &mut writer)?;
    let count = writer.finish()?;

    let sql = "SELECT count(*) FROM messages";
    let there: i64 = to.query_one(sql, &[])?.get(0);
    out.say(format!("{count} of {there} messages archived"));
    Ok(())
}

/// ## Four ways, measured
///
/// How long do 50,000 rows take? Measured here and now, on a server of this step's own that waits
/// for the disk at each commit, as a server with your data has to. So that you need not wait too,
/// the loops store 500 rows, and their time is multiplied by 100. COPY stores all.
///
/// - *a loop*: `execute` with SQL. The server parses it each time, and each row is a transaction.
/// - *prepared*: parsed once, then run with other values (lesson 14). That saves half of the
///   letters. Whether it shows here depends on your disk: there is still a commit for each row.
/// - *one transaction*: the same, and one commit for all.
/// - *COPY*: one commit, and no letters at all.
pub fn four_ways(_url: &str, out: &mut Out) -> Result<()> {
    let server = out.throwaway(&[])?;
    let mut client = server.connect()?;
    client.batch_execute("CREATE TABLE points (id integer, name text)")?;
    let insert = "INSERT INTO points (id, name) VALUES ($1, $2)";

    let start = Instant::now();
    for id in 0..500_i32 {
        client.execute(insert, &[&id, &"Ada"])?;
    }
    let looped = 100.0 * start.elapsed().as_secs_f64();

    let start = Instant::now();
    let statement = client.prepare(insert)?;
    for id in 0..500_i32 {
        client.execute(&statement, &[&id, &"Ada"])?;
    }
    let prepared = 100.0 * start.elapsed().as_secs_f64();

    let start = Instant::now();
    let mut tx = client.transaction()?;
    for id in 0..500_i32 {
        tx.execute(&statement, &[&id, &"Ada"])?;
    }
    tx.commit()?;
    let together = 100.0 * start.elapsed().as_secs_f64();

    let start = Instant::now();
    let mut writer = client.copy_in("COPY points FROM STDIN")?;
    for id in 0..50_000_i32 {
        writeln!(writer, "{id}\tAda")?;
    }
    let count = writer.finish()?;
    let copied = start.elapsed().as_secs_f64();

    out.chart(
        "seconds for 50,000 rows",
        &[
            ("a loop", looped),
            ("prepared", prepared),
            ("one transaction", together),
            ("COPY", copied),
        ],
    );
    out.say(format!("{count} rows by COPY"));
    Ok(())
}

/// ## In three lines
///
/// - `COPY … FROM STDIN` and `TO STDOUT` turn the connection into a pipe: `copy_in` is a writer
///   that wants `finish`, `copy_out` a reader.
/// - A COPY is one statement: one bad line, and no line is stored.
/// - For a file that may be bad, COPY it into a staging table of texts, judge it with SQL, and take
///   it over in one statement.
///
/// Read on: *COPY* in the reference part of the PostgreSQL manual, *Populating a Database* in its
/// chapter 14, and the module `binary_copy` in the documentation of the crate `postgres`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 12,
    steps: [
        out_of_a_table,
        into_a_table,
        A_BAD_LINE,
        a_bad_line,
        staged,
        from_pipe_to_pipe,
        four_ways,
        IN_SHORT,
    ],
}
