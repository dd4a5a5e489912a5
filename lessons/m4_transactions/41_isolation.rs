//! # Isolation: what two sessions do to each other
//!
//! A family talks with Lundo on a phone and on a laptop at the same time. Each is a session, each
//! runs its own transactions, and both work on the same rows.
//!
//! If the two took turns, nothing could go wrong. They do not: the server lets them run side by
//! side, and the **isolation level** of a transaction says how much of the other it may notice.
//!
//! - `READ COMMITTED`, unless you ask for another: every *statement* sees what was committed when
//!   it began.
//! - `REPEATABLE READ`: every statement sees what was committed when the *transaction* read for the
//!   first time. It works on a photograph.
//! - `SERIALIZABLE`: the same, and the outcome is one that taking turns could have had, or the
//!   transaction is refused.
//!
//! Readers never wait for writers here, and writers never wait for readers. A writer waits for
//! another writer of the same row.
//!
//! A timeline has a column for each session, and time runs downward. The bracket beside a column is
//! the transaction; a broken line is a session that waits.

use postgres::IsolationLevel;

use crate::lesson::prelude::*;

/// ## What they share
///
/// Minutes of talk that a family has left, and the assistants of whom one must be on duty.
pub fn tables(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE TABLE families (
             name    text PRIMARY KEY,
             minutes integer NOT NULL
         );
         INSERT INTO families VALUES ('Curie', 100), ('Noether', 80);
         CREATE TABLE duty (
             name    text PRIMARY KEY,
             on_duty boolean NOT NULL
         );
         INSERT INTO duty VALUES ('Ada', true), ('Grace', true)",
    )?;
    out.rows(&client.query("TABLE families", &[])?);
    out.rows(&client.query("TABLE duty", &[])?);
    Ok(())
}

/// ## Nobody reads what is not committed
///
/// A **dirty read** would be one of a value that is never going to be true. The laptop even asks
/// for it: the SQL standard has a level `READ UNCOMMITTED`. PostgreSQL takes the words and gives
/// `READ COMMITTED`.
///
/// Look also at what is not there: the laptop does not wait. It reads the version of the row that
/// was there before.
pub fn no_dirty_read(sessions: &mut Sessions, out: &mut Out) -> Result<()> {
    let [phone, laptop] = sessions.open(["phone", "laptop"])?;
    phone.run("BEGIN")?;
    phone.run("UPDATE families SET minutes = 0 WHERE name = 'Curie'")?;
    laptop.run("BEGIN ISOLATION LEVEL READ UNCOMMITTED")?;
    laptop.run(CURIE)?;
    phone.run("ROLLBACK")?;
    laptop.run(CURIE)?;
    laptop.run("COMMIT")?;
    out.timeline(sessions)
}

const CURIE: &str = "SELECT minutes FROM families WHERE name = 'Curie'";

/// ## Twice in one transaction
///
/// In one transaction, the laptop reads the same row twice. Between the two, the phone changes the
/// row and commits.
pub const READ_TWICE: Prediction = predict(
    "The laptop has read 100. The phone then commits 70. What does the laptop read, still in its \
     transaction?",
    &[
        choice(
            "100: it is still in the same transaction",
            Claim::Value("100"),
            "That is what `REPEATABLE READ` promises, and one has to ask for it.",
        ),
        choice(
            "70: that is what is committed by now",
            Claim::Value("70"),
            "At `READ COMMITTED` each statement takes a new look. A transaction of two statements \
             can see two states of the world.",
        ),
        choice(
            "Nothing: it is refused, because the row has changed",
            Claim::Fails("40001"),
            "Reading is never refused at this level.",
        ),
    ],
);

/// ## Non-repeatable read
///
/// Bad for whoever adds things up: a total that is read first and its parts that are read second
/// need not agree.
pub fn non_repeatable(
    sessions: &mut Sessions,
    out: &mut Out,
) -> Result<()> {
    let [phone, laptop] = sessions.open(["phone", "laptop"])?;
    laptop.run("BEGIN")?;
    laptop.run(CURIE)?;
    phone.run("UPDATE families SET minutes = 70 WHERE name = 'Curie'")?;
    laptop.run(CURIE)?;
    laptop.run("COMMIT")?;
    out.timeline(sessions)
}

/// ## A photograph
///
/// Now the laptop asks for `REPEATABLE READ`. The photograph is taken at its first query, not at
/// `BEGIN`, and it has everything in it: the value of a row, and which rows there are. A row that
/// appears between two queries is called a **phantom**. The standard would allow it at this level;
/// PostgreSQL does not show it.
///
/// The laptop did not stop the phone from writing, and it is not told that it looks at the past.
pub fn photograph(sessions: &mut Sessions, out: &mut Out) -> Result<()> {
    let [phone, laptop] = sessions.open(["phone", "laptop"])?;
    let both = "SELECT count(*), sum(minutes) FROM families";
    laptop.run("BEGIN ISOLATION LEVEL REPEATABLE READ")?;
    laptop.run(both)?;
    phone.run("UPDATE families SET minutes = 60 WHERE name = 'Curie'")?;
    phone.run("INSERT INTO families VALUES ('Hopper', 500)")?;
    laptop.run(both)?;
    laptop.run("COMMIT")?;
    laptop.run(both)?;
    out.timeline(sessions)
}

/// ## Lost update
///
/// Both read 60. The phone uses 30 of them and writes 30; the laptop uses 50 and writes 10. Each
/// did its sum right, and 80 minutes were talked for the price of 50.
///
/// Here a writer meets a writer, so the second one waits. But it waits in vain: when it goes on, it
/// writes what it had worked out before.
pub fn lost_update(sessions: &mut Sessions, out: &mut Out) -> Result<()> {
    let [phone, laptop] = sessions.open(["phone", "laptop"])?;
    phone.run("BEGIN")?;
    phone.run(CURIE)?;
    laptop.run("BEGIN")?;
    laptop.run(CURIE)?;
    phone.run("UPDATE families SET minutes = 30 WHERE name = 'Curie'")?;
    let waiting = laptop
        .start("UPDATE families SET minutes = 10 WHERE name = 'Curie'")?;
    phone.run("COMMIT")?;
    waiting.finish()?;
    laptop.run("COMMIT")?;
    laptop.run(CURIE)?;
    out.timeline(sessions)
}

/// ## Refused
///
/// The same at `REPEATABLE READ`. The row that the laptop wants to change is not the one in its
/// photograph any more, so it is refused with SQLSTATE `40001`, *serialization_failure*. This is no
/// accident to be reported but a request: roll back, and do the **whole transaction** again, the
/// reading too (lesson 43).
pub fn refused(sessions: &mut Sessions, out: &mut Out) -> Result<()> {
    let [phone, laptop] = sessions.open(["phone", "laptop"])?;
    phone.run("UPDATE families SET minutes = 60 WHERE name = 'Curie'")?;
    for session in [&phone, &laptop] {
        session.run("BEGIN ISOLATION LEVEL REPEATABLE READ")?;
        session.run(CURIE)?;
    }
    phone.run("UPDATE families SET minutes = 30 WHERE name = 'Curie'")?;
    let waiting = laptop
        .start("UPDATE families SET minutes = 10 WHERE name = 'Curie'")?;
    phone.run("COMMIT")?;
    waiting.fails("40001")?;
    laptop.run("ROLLBACK")?;
    out.timeline(sessions)
}

/// ## Let the database do the sum
///
/// Often no level is needed at all. `minutes - 50` is worked out by the statement that writes, and
/// after its wait an `UPDATE` at `READ COMMITTED` reads the row again. (Where the sum has to be
/// done in the program, `SELECT … FOR UPDATE` makes the second reader wait: lesson 42.)
pub fn in_one_statement(
    sessions: &mut Sessions,
    out: &mut Out,
) -> Result<()> {
    let [phone, laptop] = sessions.open(["phone", "laptop"])?;
    phone.run("UPDATE families SET minutes = 100 WHERE name = 'Curie'")?;
    phone.run("BEGIN")?;
    phone.run(
        "UPDATE families SET minutes = minutes - 30 WHERE name = 'Curie'",
    )?;
    let waiting = laptop.start(
        "UPDATE families SET minutes = minutes - 50 WHERE name = 'Curie'",
    )?;
    phone.run("COMMIT")?;
    waiting.finish()?;
    laptop.run(CURIE)?;
    out.timeline(sessions)
}

/// ## Write skew
///
/// The rule: somebody has to be on duty. Ada and Grace both look, both see two, and both leave.
/// They change *different* rows, so neither waits, and no photograph is out of date in the row that
/// its owner writes. `REPEATABLE READ` lets both pass.
pub fn write_skew(sessions: &mut Sessions, out: &mut Out) -> Result<()> {
    let [ada, grace] = sessions.open(["ada", "grace"])?;
    for session in [&ada, &grace] {
        session.run("BEGIN ISOLATION LEVEL REPEATABLE READ")?;
        session.run(ON_DUTY)?;
    }
    ada.run("UPDATE duty SET on_duty = false WHERE name = 'Ada'")?;
    grace.run("UPDATE duty SET on_duty = false WHERE name = 'Grace'")?;
    ada.run("COMMIT")?;
    grace.run("COMMIT")?;
    grace.run(ON_DUTY)?;
    out.timeline(sessions)
}

const ON_DUTY: &str = "SELECT count(*) FROM duty WHERE on_duty";

/// ## Serializable
///
/// Had they taken turns, the second would have seen one and stayed. `SERIALIZABLE` notes what each
/// transaction has *read*, too, and refuses one of two that cannot have taken turns. The refusal
/// may come as late as the `COMMIT`, so a program that does not look at what `COMMIT` says learns
/// nothing of it.
pub fn serializable(sessions: &mut Sessions, out: &mut Out) -> Result<()> {
    let [ada, grace] = sessions.open(["ada", "grace"])?;
    ada.run("UPDATE duty SET on_duty = true")?;
    for session in [&ada, &grace] {
        session.run("BEGIN ISOLATION LEVEL SERIALIZABLE")?;
        session.run(ON_DUTY)?;
    }
    ada.run("UPDATE duty SET on_duty = false WHERE name = 'Ada'")?;
    grace.run("UPDATE duty SET on_duty = false WHERE name = 'Grace'")?;
    ada.run("COMMIT")?;
    grace.fails("40001", "COMMIT")?;
    grace.run(ON_DUTY)?;
    out.timeline(sessions)
}

/// ## The table of levels
///
/// Every anomaly is now tried at every level. Each has a script, and a value that the last query
/// must not give: then the anomaly `happens`. What you read below is what the server just did.
///
/// Two rows have more than one cure. Take the least that is enough: a statement that does its own
/// sum, before a lock on the row, before a level for the whole transaction. Whoever asks for
/// `REPEATABLE READ` or `SERIALIZABLE` must be ready to try again.
pub fn levels(sessions: &mut Sessions, out: &mut Out) -> Result<()> {
    let [phone, laptop] = sessions.open(["phone", "laptop"])?;
    let mut table = Vec::new();
    for (name, harm, script) in ANOMALIES {
        let mut row = vec![(*name).to_owned()];
        for level in LEVELS {
            phone.run(RESET)?;
            phone.run(&format!("BEGIN ISOLATION LEVEL {level}"))?;
            laptop.run(&format!("BEGIN ISOLATION LEVEL {level}"))?;
            let (mut last, mut error) = (String::new(), None);
            for (who, sql) in *script {
                let session = if *who == 'p' { &phone } else { &laptop };
                let reply = session.attempt(sql)?;
                last = reply.value().to_owned();
                error = error.or(reply.sqlstate().map(str::to_owned));
            }
            phone.run("ROLLBACK")?;
            laptop.run("ROLLBACK")?;
            row.push(match error {
                Some(sqlstate) => format!("refused: {sqlstate}"),
                None if last == *harm => "happens".to_owned(),
                None => "-".to_owned(),
            });
        }
        table.push(row);
    }
    out.table(&["", LEVELS[0], LEVELS[1], LEVELS[2], LEVELS[3]], &table);
    Ok(())
}

const LEVELS: [&str; 4] = [
    "READ UNCOMMITTED",
    "READ COMMITTED",
    "REPEATABLE READ",
    "SERIALIZABLE",
];

const RESET: &str = "UPDATE families SET minutes = 100;
                     DELETE FROM families WHERE name = 'Lovelace';
                     UPDATE duty SET on_duty = true";

type Script = &'static [(char, &'static str)];

// A name, the value that does harm, and who says what.
const ANOMALIES: &[(&str, &str, Script)] = &[
    (
        "dirty read",
        "0",
        &[
            ('p', "UPDATE families SET minutes = 0"),
            ('l', "SELECT min(minutes) FROM families"),
        ],
    ),
    (
        "non-repeatable read",
        "0",
        &[
            ('l', "SELECT min(minutes) FROM families"),
            ('p', "UPDATE families SET minutes = 0"),
            ('p', "COMMIT"),
            ('l', "SELECT min(minutes) FROM families"),
        ],
    ),
    (
        "phantom",
        "4",
        &[
            ('l', "SELECT count(*) FROM families"),
            ('p', "INSERT INTO families VALUES ('Lovelace', 1)"),
            ('p', "COMMIT"),
            ('l', "SELECT count(*) FROM families"),
        ],
    ),
    (
        "lost update",
        "50",
        &[
            ('l', CURIE),
            ('p', CURIE),
            ('p', "UPDATE families SET minutes = 70"),
            ('p', "COMMIT"),
            ('l', "UPDATE families SET minutes = 50"),
            ('l', "COMMIT"),
            ('l', CURIE),
        ],
    ),
    (
        "write skew",
        "0",
        &[
            ('l', ON_DUTY),
            ('p', ON_DUTY),
            ('p', "UPDATE duty SET on_duty = false WHERE name = 'Ada'"),
            ('l', "UPDATE duty SET on_duty = false WHERE name = 'Grace'"),
            ('p', "COMMIT"),
            ('l', "COMMIT"),
            ('l', ON_DUTY),
        ],
    ),
];

/// ## From Rust
///
/// The level belongs to a transaction and is asked for when it begins. `postgres` has a builder for
/// it; with sqlx it is `pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE")`. What a transaction has
/// that asks for nothing you can see at the prompt: `:`, and then `SHOW transaction_isolation`.
///
/// *Coming from Python: `create_engine(…, isolation_level="SERIALIZABLE")` sets it for all, and
/// `execution_options(isolation_level=…)` for one connection.*
pub fn from_rust(client: &mut Client, out: &mut Out) -> Result<()> {
    let mut transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::Serializable)
        .start()?;
    let row = transaction.query_one("SHOW transaction_isolation", &[])?;
    out.row(&row);
    transaction.commit()?;
    Ok(())
}

/// ## Again, from the first read
///
/// What may be refused with `40001` goes into a function of its own, from `BEGIN` to `COMMIT`, and a
/// loop calls it. In the first attempt, another session changes the row between the reading and the
/// writing. What that attempt had read is forgotten with it, and the second one reads anew.
///
/// The loop goes round for `40001`, and not for any error: what breaks a rule of the table breaks it
/// the next time too. (A deadlock, `40P01`, may be tried again like this: lesson 42.)
pub async fn again(pool: &PgPool, out: &mut Out) -> Result<()> {
    for attempt in 1.. {
        match halve(pool, attempt == 1).await {
            Err(error) if came_between(&error) => out.error(&error),
            outcome => {
                let left = outcome?;
                out.say(format!("attempt {attempt}: {left} minutes left"));
                break;
            }
        }
    }
    Ok(())
}

async fn halve(pool: &PgPool, disturbed: bool) -> sqlx::Result<i32> {
    let level = "BEGIN ISOLATION LEVEL REPEATABLE READ";
    let mut tx = pool.begin_with(level).await?;
    let minutes: i32 =
        sqlx::query_scalar(CURIE).fetch_one(&mut *tx).await?;
    if disturbed {
        // Over the pool, so it is another session.
        let other = "UPDATE families SET minutes = 80 WHERE name = 'Curie'";
        sqlx::query(other).execute(pool).await?;
    }
    let half = "UPDATE families SET minutes = $1 WHERE name = 'Curie'";
    sqlx::query(half).bind(minutes / 2).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(minutes / 2)
}

fn came_between(error: &sqlx::Error) -> bool {
    let sqlstate = error.as_database_error().and_then(|db| db.code());
    sqlstate.as_deref() == Some("40001")
}

/// ## In three lines
///
/// - `READ COMMITTED` looks anew at each statement, `REPEATABLE READ` works on one photograph,
///   `SERIALIZABLE` gives only what taking turns could have given.
/// - Reading never waits; a writer waits for the other writer of a row, and whoever writes what it
///   worked out before the wait has lost the other's update.
/// - `40001` means: the whole transaction again, from its first read.
///
/// The exercise has both, a lost update and a write skew: each by the least that is enough.
///
/// Read on: *Transaction Isolation* in the PostgreSQL manual (chapter 13, *Concurrency Control*);
/// `TransactionBuilder` in the documentation of the crate `postgres`, `Pool::begin_with` in that of
/// `sqlx`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: EMPTY,
    minutes: 15,
    steps: [
        tables,
        no_dirty_read,
        READ_TWICE,
        non_repeatable,
        photograph,
        lost_update,
        refused,
        in_one_statement,
        write_skew,
        serializable,
        levels,
        from_rust,
        again,
        IN_SHORT,
    ],
}
