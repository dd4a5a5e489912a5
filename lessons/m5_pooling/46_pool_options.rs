//! # Pool options: how many, how long, how fresh
//!
//! Think of a pool as a shelf of open sessions and a box of tickets. There are `max_connections`
//! tickets. Whoever wants a session takes a ticket, or waits for one, at most `acquire_timeout`.
//! With the ticket in hand they take the session that has lain on the shelf longest; if the shelf is
//! empty, a new one is opened. When they let go, session and ticket go back.
//!
//! Every option belongs to one place in this picture:
//!
//! - how many tickets there are, and how many sessions are opened before anybody asks;
//! - how long to wait for a ticket;
//! - how long a session may lie on the shelf, and how old it may get;
//! - what is done to a session when it is opened, when it is handed out, and when it comes back.
//!
//! The pool is part of your program. The server knows nothing of it: it sees sessions, and most of
//! this lesson looks at the pool from there.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection};

use crate::lesson::prelude::*;

/// ## A pool with a name
///
/// How to log in is the business of `PgConnectOptions`, which a URL can be parsed into. How many
/// and how long is the business of `PgPoolOptions`. `application_name` is the one option that
/// every program should set: it is how the server, and whoever looks after it, tells your sessions
/// from everybody else's.
///
/// `connect_with` opens `min_connections` sessions, and at least one, so that a wrong password
/// shows now and not at the first request. (`connect_lazy_with` opens none.)
///
/// *Coming from Python: `create_engine(url, connect_args={"application_name": "lundo-web"})`.*
pub async fn a_pool_with_a_name(url: &str, out: &mut Out) -> Result<()> {
    let login: PgConnectOptions = url.parse()?;
    let pool = PgPoolOptions::new()
        .max_connections(5)
        .min_connections(2)
        .connect_with(login.application_name("lundo-web"))
        .await?;
    out.say(format!(
        "the pool says: {} sessions, {} on the shelf",
        pool.size(),
        pool.num_idle()
    ));

    // Another connection, to look from outside.
    let mut outside = PgConnection::connect(url).await?;
    let sessions = sqlx::query(
        "SELECT pid, application_name, state FROM pg_stat_activity
         WHERE datname = current_database()
           AND application_name = 'lundo-web'",
    )
    .fetch_all(&mut outside)
    .await?;
    out.rows(&sessions);
    pool.close().await;
    Ok(())
}

/// ## SQLAlchemy's words and ours
///
/// | SQLAlchemy | sqlx | default |
/// |---|---|---|
/// | `pool_size=10, max_overflow=20` | `max_connections(30)` | 10 |
/// | (`pool_size` stay open) | `min_connections(n)`: opened at the start | 0 |
/// | (overflow is closed on return) | `idle_timeout(d)`: closed after lying idle | 10 minutes |
/// | `pool_timeout=30` | `acquire_timeout(d)` | 30 seconds |
/// | `pool_recycle=1800` | `max_lifetime(d)` | 30 minutes |
/// | `pool_pre_ping=True` | `test_before_acquire(true)` | on |
/// | event `connect` | `after_connect(f)` | nothing |
/// | event `checkout` | `before_acquire(f)` | nothing |
/// | event `checkin` | `after_release(f)` | nothing |
///
/// Two defaults differ: SQLAlchemy neither pings nor recycles unless it is told to, sqlx does both.
/// And there is no overflow here: one number is the limit, and sessions above `min_connections` go
/// when they have been idle for long.
///
/// `max_lifetime` never ends a session that is in use. It is looked at when the session comes back,
/// and from time to time on the shelf.
pub const IN_OTHER_WORDS: Words = Words;

/// ## More guests than tickets
///
/// A pool has two tickets and an `acquire_timeout` of a second. Two guests hold a session each and do
/// not let go. A third asks.
pub const THE_THIRD: Prediction = predict(
    "What does the third guest get?",
    &[
        choice(
            "A third session, which is closed when it comes back",
            Claim::Value("a session"),
            "That is SQLAlchemy's max_overflow. In sqlx max_connections is the limit, with nothing \
             above it.",
        ),
        choice(
            "The error PoolTimedOut, after a second",
            Claim::Value("PoolTimedOut"),
            "No ticket came back in time, so the pool gives up. The server was never asked: this \
             error is made in your program.",
        ),
        choice(
            "The server's error 53300, too_many_connections",
            Claim::Value("53300"),
            "The server has many slots left. It is the pool that has none, and it does not even ask.",
        ),
    ],
);

/// ## The third guest
///
/// An `acquire_timeout` of a second is short, for the lesson. The default of 30 seconds is long: a
/// person who waits for a page has left by then. Choose what your caller can bear, and let it fail.
///
/// The limit counts everything between asking and getting: the wait for a ticket, the test of the
/// session, and opening a new one, login and `after_connect` included.
pub async fn the_third_guest(url: &str, out: &mut Out) -> Result<()> {
    let pool = PgPoolOptions::new()
        .max_connections(2)
        .min_connections(2)
        .acquire_timeout(Duration::from_secs(1))
        .connect(url)
        .await?;
    let first = pool.acquire().await?;
    let _second = pool.acquire().await?;

    match pool.acquire().await {
        Ok(_) => out.say("a session"),
        Err(error @ sqlx::Error::PoolTimedOut) => {
            out.say("PoolTimedOut");
            out.error(&error);
        }
        Err(error) => return Err(error.into()),
    }

    // Dropping it is giving it back: the ticket is free again.
    drop(first);
    let _third = pool.acquire().await?;
    out.say("the third guest has the first one's session");
    Ok(())
}

/// ## A setting for every session
///
/// `SET` changes the session that it runs in, and no other. A query on the pool runs in *some*
/// session: so a setting made that way holds for whoever happens to get that one, and only until
/// it is recycled.
///
/// `after_connect` runs once in each session, right after login. That is the place. It gets a
/// function that returns a boxed future, hence `Box::pin`.
///
/// If it returns an error, the pool closes the session and tries again until `acquire_timeout`, and
/// what you see is `PoolTimedOut`; the true error is only in the log. A pool that cannot give out
/// a single session on an idle server has a broken `after_connect`.
pub async fn in_every_session(url: &str, out: &mut Out) -> Result<()> {
    let once = PgPoolOptions::new()
        .min_connections(3)
        .max_connections(3)
        .connect(url)
        .await?;
    sqlx::query("SET statement_timeout = '2s'").execute(&once).await?;

    let always = PgPoolOptions::new()
        .min_connections(3)
        .max_connections(3)
        .after_connect(|session, _| {
            Box::pin(async move {
                session.execute("SET statement_timeout = '2s'").await?;
                Ok(())
            })
        })
        .connect(url)
        .await?;

    let mut lines = Vec::new();
    for (how, pool) in
        [("a query on the pool", &once), ("after_connect", &always)]
    {
        // Three guests at once, so that each has a session of their own.
        let mut guests = [
            pool.acquire().await?,
            pool.acquire().await?,
            pool.acquire().await?,
        ];
        let mut found = Vec::new();
        for session in &mut guests {
            let sql = "SELECT current_setting('statement_timeout')";
            let setting: String =
                sqlx::query_scalar(sql).fetch_one(&mut **session).await?;
            found.push(setting);
        }
        found.sort();
        lines.push(vec![how.to_owned(), found.join(", ")]);
    }
    out.table(
        &["SET by", "statement_timeout in the three sessions"],
        &lines,
    );
    Ok(())
}

/// ## SET takes no parameters
///
/// `SET` is not a query: its grammar has no place for `$1`, so a value cannot travel beside it.
/// Pasting the value into the SQL would work, and would be an injection. The function `set_config`
/// does what `SET` does, and its arguments are values like any other. The third says whether the
/// setting ends with the transaction: `false` is `SET`, `true` is `SET LOCAL`.
///
/// What is known before login can go with the login instead: `PgConnectOptions::options` sends
/// settings along, and costs no trip. (Except for the time zone: sqlx itself asks for UTC at login,
/// and its word comes last.)
pub async fn set_takes_no_parameters(
    url: &str,
    out: &mut Out,
) -> Result<()> {
    let login: PgConnectOptions = url.parse()?;
    let login = login.options([("statement_timeout", "2s")]);
    let mut session = PgConnection::connect_with(&login).await?;

    let refused = sqlx::query("SET TIME ZONE $1")
        .bind("Asia/Kolkata")
        .execute(&mut session)
        .await;
    if let Err(error) = refused {
        out.error(&error);
    }

    sqlx::query("SELECT set_config('TimeZone', $1, false)")
        .bind("Asia/Kolkata")
        .execute(&mut session)
        .await?;
    let settings = "SELECT current_setting('TimeZone') AS zone,
                           current_setting('statement_timeout') AS timeout";
    out.row(&sqlx::query(settings).fetch_one(&mut session).await?);
    Ok(())
}

/// ## What a guest leaves behind
///
/// A session that comes back keeps what was done to it: settings, temporary tables, prepared
/// statements. The next guest finds them. (An open transaction is rolled back, and that is all.)
///
/// Two doors can be guarded. `after_release` runs when a session comes back, `before_acquire` when
/// it is handed out again; both get the session, its age and how long it lay idle, and both answer
/// `true` to keep it or `false` to close it. Here one tidies up and the other turns away.
///
/// `RESET` goes back to what the session was *logged in* with. What `after_connect` did with `SET`
/// would be lost by `RESET ALL`, so reset by name, or send your settings with the login. And leave
/// `DISCARD ALL` alone: it also drops the prepared statements, which sqlx believes are still there.
pub async fn left_behind(url: &str, out: &mut Out) -> Result<()> {
    let trusting = PgPoolOptions::new();
    let tidying = PgPoolOptions::new().after_release(|session, _| {
        Box::pin(async move {
            session.execute("RESET TIME ZONE").await?;
            Ok(true)
        })
    });
    let strict = PgPoolOptions::new().before_acquire(|session, _| {
        Box::pin(async move {
            let sql = "SELECT current_setting('TimeZone') = 'UTC'";
            sqlx::query_scalar(sql).fetch_one(session).await
        })
    });

    let mut lines = Vec::new();
    let pools = [
        ("nothing", trusting),
        ("after_release", tidying),
        ("before_acquire", strict),
    ];
    for (guard, options) in pools {
        let pool = options.max_connections(1).connect(url).await?;
        let visit = "SELECT pg_backend_pid(), current_setting('TimeZone')";

        let mut guest = pool.acquire().await?;
        guest.execute("SET TIME ZONE 'Asia/Kolkata'").await?;
        let (first, _): (i32, String) =
            sqlx::query_as(visit).fetch_one(&mut *guest).await?;
        drop(guest);

        let (next, zone): (i32, String) =
            sqlx::query_as(visit).fetch_one(&pool).await?;
        let session = if next == first { "the same" } else { "a new one" };
        lines.push(vec![guard.to_owned(), zone, session.to_owned()]);
    }
    out.table(&["guard", "the next guest's time zone", "session"], &lines);
    Ok(())
}

/// ## A session that has died on the shelf
///
/// Servers restart, firewalls forget, administrators end sessions. The shelf does not notice: a
/// dead session looks like any other until somebody speaks to it.
///
/// `test_before_acquire` speaks to it first: a short message there and back for each acquire. If no
/// answer comes, the session is thrown away and the guest gets another one, none the wiser. Without
/// it the guest is the one who finds out.
///
/// Where that trip is too dear, switch the test off and ping in `before_acquire` only what has
/// been idle for a while: `if meta.idle_for.as_secs() > 60 { session.ping().await?; }`.
///
/// No test covers a session that dies in the middle of your work. For that there are transactions,
/// and retrying them (lesson 43).
pub async fn dead_on_the_shelf(url: &str, out: &mut Out) -> Result<()> {
    let mut outside = PgConnection::connect(url).await?;
    for test in [true, false] {
        let name = format!("lundo-test-{test}");
        let login: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .test_before_acquire(test)
            .connect_with(login.application_name(&name))
            .await?;

        // Ends the session on the shelf, and waits for it to be gone.
        sqlx::query(
            "SELECT pg_terminate_backend(pid, 5000)
             FROM pg_stat_activity WHERE application_name = $1",
        )
        .bind(&name)
        .execute(&mut outside)
        .await?;

        out.say(format!("test_before_acquire({test}):"));
        match sqlx::query("SELECT 1").execute(&pool).await {
            Ok(_) => out.say("the guest got another session"),
            Err(error) => out.error(&error),
        }
    }
    Ok(())
}

/// ## In three lines
///
/// - `max_connections` tickets, `acquire_timeout` to wait for one, then `PoolTimedOut`, which comes
///   from your program and not from the server.
/// - What each session must have goes into the login or `after_connect`; values go through
///   `set_config`, since `SET` takes none; what a guest changed is put right in `after_release`.
/// - Name your sessions, keep `test_before_acquire`, and look at the pool from `pg_stat_activity`.
///
/// Read on: `PoolOptions` and `PgConnectOptions` in the documentation of sqlx; *Client Connection
/// Defaults* in the PostgreSQL manual (chapter 20), and *RESET* and *DISCARD* in its reference of
/// SQL commands.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: EMPTY,
    minutes: 15,
    steps: [
        a_pool_with_a_name,
        IN_OTHER_WORDS,
        THE_THIRD,
        the_third_guest,
        in_every_session,
        set_takes_no_parameters,
        left_behind,
        dead_on_the_shelf,
        IN_SHORT,
    ],
}
