//! # Transactions: all or nothing
//!
//! A family signs up: a parent, two children, a first conversation. That is four rows in three
//! tables, and four statements. What if the third fails, or the program is killed before the
//! fourth?
//!
//! A transaction is a bracket around statements. `BEGIN` opens it and `COMMIT` closes it. Inside,
//! you see what you have changed, and nobody else does. At `COMMIT` all of it becomes true at one
//! moment, for everyone, and stays true if the power fails. If the bracket ends in any other way,
//! by `ROLLBACK`, by an error, by a lost connection, by a program that is killed, then nothing in
//! it ever happened.
//!
//! Two things are easily forgotten. Without `BEGIN`, each statement is a bracket of its own. And
//! the bracket belongs to **one connection**: what you send over another is not in it.
//!
//! The database is Lundo with its rows.

use postgres::GenericClient;

use crate::lesson::prelude::*;

/// ## Without one
///
/// Two statements. The first works and is true from then on. The second fails, because there is no
/// such day, and what is left is a parent who tried to register a child and has none. If she tries
/// again, her email is taken.
pub fn half_a_family(client: &mut Client, out: &mut Out) -> Result<()> {
    let row = client.query_one(
        "INSERT INTO users (email, full_name) VALUES ($1, $2) RETURNING id",
        &[&"ada@example.com", &"Ada Lovelace"],
    )?;
    let id: i32 = row.get("id");
    if let Err(error) =
        client.execute(ADD_CHILD, &[&id, &"Byron", &"2019-02-30"])
    {
        out.error(&error);
    }
    let left = client.query(
        "SELECT u.full_name, count(c.id) AS children
         FROM users u LEFT JOIN children c ON c.parent_id = u.id
         WHERE u.id = $1 GROUP BY u.id",
        &[&id],
    )?;
    out.rows(&left);
    Ok(())
}

// The date comes as the parent typed it.
const ADD_CHILD: &str =
    "INSERT INTO children (parent_id, name, date_of_birth)
     VALUES ($1, $2, $3::text::date)";

/// ## Who sees what, and when
///
/// `client.transaction()` sends `BEGIN`, `commit()` sends `COMMIT`. Between the two, one session has
/// a user more than the other, and both are right: the row is stored, and it is not yet true.
pub fn two_views(url: &str, out: &mut Out) -> Result<()> {
    let mut ours = Client::connect(url, NoTls)?;
    let mut theirs = Client::connect(url, NoTls)?;
    let before =
        vec!["before".to_owned(), graces(&mut ours)?, graces(&mut theirs)?];

    let mut transaction = ours.transaction()?;
    transaction.execute(
        "INSERT INTO users (email, full_name)
         VALUES ('grace@example.com', 'Grace Hopper')",
        &[],
    )?;
    let inside = vec![
        "INSERT".to_owned(),
        graces(&mut transaction)?,
        graces(&mut theirs)?,
    ];

    transaction.commit()?;
    let after =
        vec!["COMMIT".to_owned(), graces(&mut ours)?, graces(&mut theirs)?];

    out.table(
        &["moment", "we see", "others see"],
        &[before, inside, after],
    );
    Ok(())
}

fn graces(
    client: &mut impl GenericClient,
) -> Result<String, postgres::Error> {
    let sql =
        "SELECT count(*) FROM users WHERE email = 'grace@example.com'";
    let count: i64 = client.query_one(sql, &[])?.get(0);
    Ok(count.to_string())
}

/// ## Not true yet, and already in the way
///
/// On a phone and on a laptop, the same person signs up at the same moment. A timeline has a column
/// for each session, and time runs downward; the bracket beside a column is its transaction.
///
/// The laptop cannot see the phone's row, yet it cannot pass by it either: whether the email is
/// taken is not known before the phone has ended its transaction. So the server lets the laptop
/// wait. Had the phone said `ROLLBACK`, the laptop's row would have been stored.
pub fn same_email(sessions: &mut Sessions, out: &mut Out) -> Result<()> {
    let [phone, laptop] = sessions.open(["phone", "laptop"])?;
    phone.run("BEGIN")?;
    phone.run(ADD_ROSALIND)?;
    laptop.run(
        "SELECT count(*) FROM users WHERE email = 'rosalind@example.com'",
    )?;
    let waiting = laptop.start(ADD_ROSALIND)?;
    phone.run("COMMIT")?;
    waiting.fails("23505")?;
    out.timeline(sessions)
}

const ADD_ROSALIND: &str = "INSERT INTO users (email, full_name)
     VALUES ('rosalind@example.com', 'Rosalind Franklin')";

/// ## A line is missing
///
/// `add_radia` opens a transaction, inserts a row, and returns the 1 that `execute` gave it.
pub const WHAT_IS_LEFT: Prediction = predict(
    "`add_radia` returns `Ok(1)`. It has no line with `commit`. How many Radias are stored afterwards?",
    &[
        choice(
            "1: `execute` returned 1, so the row was inserted",
            Claim::Value("1"),
            "It was, inside the bracket. `execute` tells what the statement did, and only `COMMIT` \
             makes it true.",
        ),
        choice(
            "0: the transaction is rolled back",
            Claim::Value("0"),
            "A transaction that is dropped without `commit` sends `ROLLBACK`. Nothing failed, so \
             there is no error either: the row is just not there.",
        ),
        choice(
            "The count fails, since a transaction is still open",
            Claim::Fails("25P02"),
            "Counting in an open transaction would work. It is not open any more, though: at the end \
             of the function the variable is dropped, and with it the transaction.",
        ),
    ],
);

/// ## Dropped is rolled back
///
/// This is the commonest mistake with transactions in Rust, and it makes no noise.
///
/// It is also what makes them safe. Whenever `?` leaves a function early, or a panic does, the
/// transaction is dropped on the way out and undone. You never write the `ROLLBACK` for an error;
/// you only say, at the very end, that all went well.
///
/// *Coming from Python: `with session.begin():` commits at the end of the block and rolls back when
/// an exception leaves it. Here the `?` is the exception, the drop is the rollback, and the commit is
/// yours to write.*
pub fn dropped(client: &mut Client, out: &mut Out) -> Result<()> {
    add_radia(client)?;
    let sql =
        "SELECT count(*) FROM users WHERE email = 'radia@example.com'";
    let count: i64 = client.query_one(sql, &[])?.get(0);
    out.say(count);
    Ok(())
}

fn add_radia(client: &mut Client) -> Result<u64, postgres::Error> {
    let mut transaction = client.transaction()?;
    let count = transaction.execute(
        "INSERT INTO users (email, full_name)
         VALUES ('radia@example.com', 'Radia Perlman')",
        &[],
    )?;
    Ok(count)
}

/// ## After an error
///
/// Here a program notes that a child was refused, and goes on with the next. But "all" cannot come
/// true any more, and the server knows it: after the first error it refuses whatever is sent, with
/// `25P02`, until the transaction ends. The cause is the first error; `25P02` only says that there
/// was one.
///
/// And then `commit` returns `Ok`. The server answers the `COMMIT` of a failed transaction with
/// `ROLLBACK`, which is not an error, and neither client tells you. So never swallow an error inside
/// a transaction: return it with `?`. (To go on after an error takes a savepoint: lesson 40.)
pub fn after_an_error(client: &mut Client, out: &mut Out) -> Result<()> {
    let mut transaction = client.transaction()?;
    let row = transaction.query_one(
        "INSERT INTO users (email, full_name) VALUES ($1, $2) RETURNING id",
        &[&"hedy@example.com", &"Hedy Lamarr"],
    )?;
    let id: i32 = row.get("id");
    for (name, born) in [("James", "2019-02-30"), ("Denise", "2021-01-19")]
    {
        if let Err(error) =
            transaction.execute(ADD_CHILD, &[&id, &name, &born])
        {
            out.say(format!("{name} was refused; on to the next"));
            out.error(&error);
        }
    }
    out.say(format!(
        "commit returned {:?}",
        transaction.commit().map_err(|e| e.to_string())
    ));

    let count: i64 = client
        .query_one(
            "SELECT count(*) FROM users WHERE email = 'hedy@example.com'",
            &[],
        )?
        .get(0);
    out.say(format!("Hedys stored: {count}"));
    Ok(())
}

/// ## In sqlx
///
/// `pool.begin()` takes a connection out of the pool and sends `BEGIN` on it. The statements have to
/// go over that connection, so they are given the transaction instead of the pool: `&mut *tx`. The
/// `*` reaches through the transaction to its connection, which is what can execute. `&mut tx` does
/// not compile: *the trait bound `&mut Transaction<'_, Postgres>: Executor<'_>` is not satisfied*.
///
/// `commit` takes the transaction by value, so nobody can use it afterwards, and sqlx gives the
/// connection back to the pool. A `tx` that is dropped is rolled back, as above.
pub async fn in_sqlx(pool: &PgPool, out: &mut Out) -> Result<()> {
    let mut tx = pool.begin().await?;
    let parent: i32 = sqlx::query_scalar(
        "INSERT INTO users (email, full_name) VALUES ($1, $2) RETURNING id",
    )
    .bind("barbara@example.com")
    .bind("Barbara Liskov")
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(ADD_CHILD)
        .bind(parent)
        .bind("Moses")
        .bind("2019-02-28")
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;

    let family = sqlx::query(
        "SELECT u.full_name, c.name, c.date_of_birth
         FROM users u JOIN children c ON c.parent_id = u.id
         WHERE u.id = $1",
    );
    out.rows(&family.bind(parent).fetch_all(pool).await?);
    Ok(())
}

/// ## Beside the bracket
///
/// This compiles, and it is wrong in one word: the second statement is given `pool`. It goes over
/// another connection, where the new parent does not exist yet.
///
/// Here the foreign key notices. A statement that does not refer to the new row would work, and be
/// true at once: neither the rollback nor anything else that happens to `tx` would touch it.
pub async fn beside(pool: &PgPool, out: &mut Out) -> Result<()> {
    let mut tx = pool.begin().await?;
    let parent: i32 = sqlx::query_scalar(
        "INSERT INTO users (email, full_name) VALUES ($1, $2) RETURNING id",
    )
    .bind("sophie@example.com")
    .bind("Sophie Wilson")
    .fetch_one(&mut *tx)
    .await?;
    let child =
        sqlx::query(ADD_CHILD).bind(parent).bind("Arm").bind("2020-04-26");
    if let Err(error) = child.execute(pool).await {
        out.error(&error);
    }
    tx.rollback().await?;
    Ok(())
}

/// ## One statement is a transaction
///
/// A statement outside of any bracket is all or nothing by itself, whatever it touches. A `WITH` may
/// hold several `INSERT`s, and the ids of one feed the next. Where that stays readable, there is
/// nothing to open and nothing to forget.
pub const ONE_STATEMENT: Sql = sql(indoc! {"
    WITH parent AS (
        INSERT INTO users (email, full_name)
        VALUES ('margaret@example.com', 'Margaret Hamilton')
        RETURNING id, full_name
    ), child AS (
        INSERT INTO children (parent_id, name, date_of_birth)
        SELECT id, 'Lauren', '2019-07-20' FROM parent
        RETURNING parent_id, name
    )
    SELECT parent.full_name, child.name
    FROM parent JOIN child ON child.parent_id = parent.id
"});

/// ## In three lines
///
/// - From `BEGIN` to `COMMIT` on one connection: all of it is true at one moment, or none ever was.
/// - Dropped without `commit` is rolled back: `?` undoes everything, and a forgotten `commit` does too,
///   without an error.
/// - Statements of a transaction are given `&mut *tx`, never the pool; after an error only the end is
///   left (`25P02`).
///
/// Read on: *Transactions* in the PostgreSQL manual (chapter 3, the tutorial) and *BEGIN* in its
/// reference; `Transaction` in the documentation of the crates `postgres` and `sqlx`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 14,
    steps: [
        half_a_family,
        two_views,
        same_email,
        WHAT_IS_LEFT,
        dropped,
        after_an_error,
        in_sqlx,
        beside,
        ONE_STATEMENT,
        IN_SHORT,
    ],
}
