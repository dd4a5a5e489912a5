//! # What the client really sends
//!
//! Between `client.query(…)` and the rows there is a conversation. Four things take part in it:
//!
//! - the **connection**: two streams of bytes, on which client and server send each other messages;
//! - a **statement**: SQL that the server has parsed and keeps under a name, with places for values
//!   (`$1`) whose types it has worked out;
//! - a **portal**: a statement with values in its places, ready to run, and to stop halfway;
//! - **rows**: one message each, in the order in which the server finds them.
//!
//! There are two ways to talk. The *simple* one is a single message: here is a text, run it. The
//! *extended* one has a message for each thing: `Parse` makes a statement, `Bind` a portal,
//! `Execute` runs it, and `Sync` says "your turn". Values travel in `Bind` and nowhere else,
//! and by then the SQL has been parsed. That is why they cannot change it.
//!
//! In this lesson the messages themselves are shown, as they pass: `──▶` to the server, `◀──` back.
//! (`out.listen()` begins to record them, and `out.heard(…)` shows what passed since then.)

use crate::lesson::prelude::*;

/// ## One message
///
/// `simple_query` and `batch_execute` send one `Query` with SQL in it, which may be several
/// statements. The server runs one after the other. `simple_query` gives back the rows, every value
/// as text; `batch_execute` throws them away, which is right for DDL and scripts.
///
/// There is no place for values. `ReadyForQuery` ends each exchange: the server's "your turn".
///
/// *Coming from Python: this is how psycopg2 talks, always. `cursor.execute(sql, values)` quotes the
/// values, pastes them into the SQL on your side, and sends one such text.*
pub fn simple(url: &str, out: &mut Out) -> Result<()> {
    let mut client = Client::connect(url, NoTls)?;
    out.listen();
    client.simple_query(
        "SELECT id, name FROM children WHERE id < 4; SELECT 'done'",
    )?;
    out.heard("simple_query");

    out.listen();
    client.batch_execute("SELECT id, name FROM children WHERE id < 4")?;
    out.heard("batch_execute");
    Ok(())
}

/// ## Parse, bind, execute
///
/// `query` takes two round trips. In the first the server parses, and describes what it has
/// understood: the types of the parameters, the columns of the result. The client needs that to
/// write the value in binary, as an `integer` in this case. In the second the value travels, and
/// the rows come back.
///
/// `Describe` asks for the description; `ParseComplete` and `BindComplete` are receipts.
///
/// *Coming from Python: `%s` and `:id` are `$1`, `$2`, … here, numbered and not named. One number
/// may stand in several places.*
pub fn extended(url: &str, out: &mut Out) -> Result<()> {
    let mut client = Client::connect(url, NoTls)?;
    let sql = "SELECT id, name FROM children WHERE id < $1 ORDER BY id";
    out.listen();
    let rows = client.query(sql, &[&4])?;
    out.heard("query");
    out.rows(&rows);
    Ok(())
}

/// ## Four names for it
///
/// `query`, `query_one`, `query_opt` and `execute` send the very same messages. They differ in what
/// they make of the reply, and in what they call an error:
///
/// | | gives | no row | several |
/// |---|---|---|---|
/// | `query` | all rows | an empty `Vec` | all |
/// | `query_one` | the row | an error | an error |
/// | `query_opt` | the row, if there | `None` | an error |
/// | `execute` | a number of rows | 0 | how many |
///
/// The errors are the client's, not the server's: all rows were found and sent, and the statement
/// took effect. An `UPDATE … RETURNING` of two rows in a `query_one` has changed both.
pub fn four_names(client: &mut Client, out: &mut Out) -> Result<()> {
    let sql = "SELECT name FROM children WHERE parent_id = $1";
    let mut table = Vec::new();
    for (parent, has) in [(7, "0"), (4, "1"), (1, "3")] {
        let all = client.query(sql, &[&parent])?.len();
        let one = client.query_one(sql, &[&parent]);
        let opt = client.query_opt(sql, &[&parent]);
        let count = client.execute(sql, &[&parent])?;
        table.push(vec![
            has.to_owned(),
            format!("a Vec of {all}"),
            one.map_or_else(|_| "Err", |_| "Ok(row)").to_owned(),
            match opt {
                Ok(Some(_)) => "Ok(Some(row))".to_owned(),
                Ok(None) => "Ok(None)".to_owned(),
                Err(_) => "Err".to_owned(),
            },
            count.to_string(),
        ]);
    }
    let head = ["rows", "query", "query_one", "query_opt", "execute"];
    out.table(&head, &table);
    Ok(())
}

/// ## Prepared once, run many times
///
/// Given a text, each of the four has it parsed anew, and forgets the statement afterwards. Whoever
/// runs the same SQL again and again keeps the statement: `prepare` is the first round trip alone,
/// and each run is the second one alone. Half of the trips, and the server parses once.
///
/// A statement lives in its connection, until it is dropped. It belongs to the SQL and not to the
/// values, so SQL that is pasted together is a new one each time.
pub fn prepared(url: &str, out: &mut Out) -> Result<()> {
    let mut client = Client::connect(url, NoTls)?;
    out.listen();
    let sql = "SELECT name FROM children WHERE id = $1";
    let statement = client.prepare(sql)?;
    for id in [1, 2] {
        client.query_one(&statement, &[&id])?;
    }
    out.heard("prepare, and query_one twice");
    Ok(())
}

/// ## A portal, a few rows at a time
///
/// `query` waits for all rows and holds them. With a portal of your own you say how many you want
/// next: the server stops there (`PortalSuspended`) and goes on at the next `Execute`. A million
/// rows pass through a program that holds ten. A portal needs a transaction around it, and ends
/// with it.
///
/// *Coming from Python: that is a named cursor and `fetchmany`. An unnamed cursor of psycopg2 has
/// all rows on your side before the first `fetchone`.*
pub fn a_portal(url: &str, out: &mut Out) -> Result<()> {
    let mut client = Client::connect(url, NoTls)?;
    let mut tx = client.transaction()?;
    let statement = tx.prepare("SELECT id FROM children ORDER BY id")?;
    out.listen();
    let portal = tx.bind(&statement, &[])?;
    loop {
        let rows = tx.query_portal(&portal, 4)?;
        if rows.is_empty() {
            break;
        }
        out.say(format!("{} more", rows.len()));
    }
    out.heard("4 rows at a time");
    Ok(())
}

/// ## Pasted
///
/// `search` looks for a name and pastes what the user typed into the SQL. For `Wei` it works. Then
/// somebody types an apostrophe, which *ends the text* in SQL, and goes on in SQL of their own:
/// parent 3 gets to see the children of all.
///
/// A second statement after a semicolon is refused, since one `Parse` takes one statement. That
/// makes it less bad, and not good.
pub fn pasted(client: &mut Client, out: &mut Out) -> Result<()> {
    for typed in ["Wei", "' OR true --", "'; DROP TABLE messages; --"] {
        let sql = search(typed);
        out.say(&sql);
        match client.query(&sql, &[]) {
            Ok(rows) => out.say(format!("found: {}", rows.len())),
            Err(error) => out.error(&error),
        }
    }
    Ok(())
}

fn search(typed: &str) -> String {
    format!(
        "SELECT id, name FROM children \
         WHERE parent_id = 3 AND name = '{typed}'"
    )
}

/// ## And the simple way?
///
/// Before you go on: the third text again, and this time the SQL goes out with `simple_query`.
pub const STILL_THERE: Prediction = predict(
    "Afterwards, is there a table `messages`?",
    &[
        choice(
            "Yes: the SQL as a whole is not valid",
            Claim::Value("messages: there"),
            "It is: a SELECT, a DROP TABLE, and a comment that swallows the last apostrophe.",
        ),
        choice(
            "No: it is dropped, with all that parents ever wrote",
            Claim::Value("messages: gone"),
            "A simple query may hold several statements, and the server cannot know which of them \
             you meant.",
        ),
    ],
);

/// ## The table is gone
///
/// Nobody broke in. The program itself sent `DROP TABLE`, with the rights that it has.
///
/// Doubling the apostrophes in `typed` would have helped here, until somebody forgets it in one of
/// a hundred places.
pub fn dropped(client: &mut Client, out: &mut Out) -> Result<()> {
    client.simple_query(&search("'; DROP TABLE messages; --"))?;
    out.say(there(client)?);
    Ok(())
}

fn there(client: &mut Client) -> Result<&'static str> {
    let sql = "SELECT to_regclass('messages') IS NOT NULL";
    let there: bool = client.query_one(sql, &[])?.get(0);
    Ok(if there { "messages: there" } else { "messages: gone" })
}

/// ## The same text, bound
///
/// The table is back (from a backup, let us say), and the same text comes again, as a value. The
/// messages show why nothing happens: when it arrives, in `Bind`, the SQL has been parsed. The
/// apostrophe is a letter, `DROP TABLE` is part of a name, and no child is called that. (`Bind` is
/// shown as one would write the value in SQL. On the wire there are no quotes, only the length of
/// the value and its bytes.)
///
/// A value can be bound; the name of a table or a column cannot, since the server has to know it to
/// parse. Where the user chooses the column to sort by, let the program choose among texts of its
/// own, with a `match`.
pub fn bound(url: &str, out: &mut Out) -> Result<()> {
    let mut client = Client::connect(url, NoTls)?;
    client.batch_execute("CREATE TABLE messages (content text)")?;
    let sql = "SELECT id, name FROM children
               WHERE parent_id = 3 AND name = $1";
    let typed = "'; DROP TABLE messages; --";
    out.listen();
    let rows = client.query(sql, &[&typed])?;
    out.heard("query, with the text as a value");
    out.say(format!("found: {}", rows.len()));
    out.say(there(&mut client)?);
    Ok(())
}

/// ## In three lines
///
/// - `query`, `query_one`, `query_opt` and `execute` parse, bind and execute, in two round trips;
///   `simple_query` and `batch_execute` send a text.
/// - What is prepared once is parsed once: keep the `Statement` where the same SQL runs again.
/// - Values go into the slice, never into the SQL: what is bound cannot be read as SQL.
///
/// Read on: *Frontend/Backend Protocol* in the part *Internals* of the PostgreSQL manual, above all
/// its section *Message Flow*; `Client` and `Transaction::bind` in the documentation of the crate
/// `postgres`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 15,
    steps: [
        simple,
        extended,
        four_names,
        prepared,
        a_portal,
        pasted,
        STILL_THERE,
        dropped,
        bound,
        IN_SHORT,
    ],
}
