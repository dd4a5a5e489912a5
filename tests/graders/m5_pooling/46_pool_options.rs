//! Checks of exercise 46: pool options.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::grade::kit::*;
use crate::lesson::fixtures::EMPTY;

const HINTS: &[&str] = &[
    "Three places to put things: the login (`PgConnectOptions`, parsed from the URL), the pool \
     (`PgPoolOptions`), and the functions that the pool runs when a session is opened, handed out \
     or comes back. `connect_with` takes the login.",
    "`application_name` belongs to the login, and `statement_timeout` may: \
     `login.options([(\"statement_timeout\", \"1500ms\")])`. Then no RESET can take it away. \
     `min_connections`, `max_connections` and `acquire_timeout` belong to the pool, and testing a \
     session before it is handed out is what sqlx does anyway.",
    "What the last guest did is undone in `after_release(|session, _| Box::pin(async move { … \
     Ok(true) }))`: `RESET TIME ZONE` there is enough, and `RESET ALL` is more thorough.",
    "SET takes no parameters; the function does: `SELECT set_config('TimeZone', $1, false)`.",
];

pub(crate) fn grade() -> Grader {
    // A guest who is told after one second that there is no session waits for that long.
    Grader { at_most: Duration::from_millis(1200), ..grader(HINTS, checks) }
}

#[derive(Debug, Deserialize)]
struct Report {
    sessions: Vec<Session>,
    refused_after: Vec<u128>,
    went_home: usize,
}

#[derive(Debug, Deserialize)]
struct Session {
    pid: i32,
    statement_timeout: String,
    time_zone: String,
}

/// The answer's sessions: all those in the check's database but the grader's own.
const SESSIONS: &str = "FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend'";

fn crowd(t: &mut Trial<'_>, guests: usize) -> Outcome<Called<Report>> {
    let url = t.url();
    t.call("crowd", (url, guests))
}

/// What came of a crowd. When not one session could be handed out, the error is `PoolTimedOut` and
/// says nothing: what the server refused is on the wire.
fn fared(t: &mut Trial<'_>, guests: usize) -> Outcome<Report> {
    match crowd(t, guests)?.either() {
        Ok(report) => Ok(report),
        Err(failure) => {
            let mut message = format!("`crowd` returned an error: {}", explain(&failure));
            let refused = t.statements()?.into_iter().find_map(|s| Some((s.sql, s.error?)));
            if let (None, Some((sql, error))) = (&failure.server, refused) {
                message.push_str(&format!(
                    ".\nThe pool could not hand out a session, because the server refused what is \
                     run in each new one:\n    {sql}\n    {} (SQLSTATE {})",
                    error.message, error.sqlstate
                ));
            }
            wrong(message)
        }
    }
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check("two sessions are open before anybody asks for one", &EMPTY, |t| {
        fared(t, 0)?;
        let open = t.value(&format!("SELECT count(*) {SESSIONS}"))?.unwrap_or_default();
        ensure(
            open == "2",
            format!("when make_pool returns, {open} of its sessions are open; 2 are wanted."),
        )
    })?;

    g.check("the server knows every session as lundo-web", &EMPTY, |t| {
        fared(t, 3)?;
        let names = t.rows(&format!("SELECT DISTINCT application_name {SESSIONS} ORDER BY 1"))?;
        let names: Vec<String> =
            names.into_iter().flatten().map(Option::unwrap_or_default).collect();
        equal("application_name in pg_stat_activity", names, vec!["lundo-web".to_owned()])
    })?;

    g.check("there are never more than four sessions", &EMPTY, |t| {
        let report = fared(t, 9)?;
        let served = report.sessions.len();
        ensure(
            served == 4,
            format!("of nine guests who came at once, {served} got a session; it has to be 4."),
        )?;
        let opened = t.connections();
        ensure(
            opened <= 4,
            format!("{opened} sessions were opened for nine guests; 4 is the limit."),
        )
    })?;

    g.check("a guest who gets no session is told so after one second", &EMPTY, |t| {
        let report = fared(t, 12)?;
        let home = report.went_home;
        ensure(
            home == 0,
            format!("{home} of twelve guests still had no answer after three seconds."),
        )?;
        ensure(!report.refused_after.is_empty(), "twelve guests came, and all got a session.")?;
        match report.refused_after.iter().find(|after| !(800..2500).contains(*after)) {
            Some(after) => wrong(format!("a guest got PoolTimedOut after {after} ms.")),
            None => Ok(()),
        }
    })?;

    g.check("statement_timeout is 1.5 seconds in every session", &EMPTY, |t| {
        let report = fared(t, 4)?;
        let timeouts: Vec<_> =
            report.sessions.into_iter().map(|session| session.statement_timeout).collect();
        ensure(
            timeouts.iter().all(|timeout| timeout == "1500ms"),
            format!("the sessions of four guests have statement_timeout {}.", timeouts.join(", ")),
        )
    })?;

    g.check("a session that the server has ended is replaced before a guest sees it", &EMPTY, |t| {
        fared(t, 2)?;
        let ended = t.rows(&format!("SELECT pg_terminate_backend(pid, 5000) {SESSIONS}"))?.len();
        match crowd(t, 2)?.either() {
            Ok(report) => equal("guests who got a session", report.sessions.len(), 2),
            Err(failure) => wrong(format!(
                "the server ended the {ended} idle sessions, and the next guest met an error: {}",
                explain(&failure)
            )),
        }
    })?;

    g.check("use_zone sets the session's time zone, which travels beside the SQL", &EMPTY, |t| {
        let url = t.url();
        let zone: String = t.call("guest_from", (&url, "Asia/Kolkata"))?.ok()?;
        equal("the session's time zone after use_zone", zone.as_str(), "Asia/Kolkata")?;
        if let Some(statement) = t.statements()?.iter().find(|s| s.sql.contains("Kolkata")) {
            return wrong(format!(
                "the server was sent this SQL, with the zone in it:\n    {}\nWrite $1 there and bind \
                 the zone.",
                statement.sql
            ));
        }
        let failure = t.call::<String>("guest_from", (&url, "Mars/O'Higgins"))?.error()?;
        ensure(
            failure.sqlstate() == Some("22023"),
            format!("a zone that does not exist has to be error 22023, got: {}", explain(&failure)),
        )
    })?;

    g.check("the next guest finds a session as it was", &EMPTY, |t| {
        let before: BTreeMap<i32, Session> =
            fared(t, 4)?.sessions.into_iter().map(|session| (session.pid, session)).collect();
        let url = t.url();
        for _ in 0..3 {
            // Whether that worked is the business of another check.
            t.call::<String>("guest_from", (&url, "Asia/Kolkata"))?.either().ok();
        }
        for now in fared(t, 4)?.sessions {
            ensure(
                now.time_zone != "Asia/Kolkata",
                "a guest used the time zone Asia/Kolkata and left; the next guest's session still \
                 has it.",
            )?;
            let Some(then) = before.get(&now.pid) else { continue };
            ensure(
                now.statement_timeout == then.statement_timeout,
                format!(
                    "a session had statement_timeout {} when it was new, and has {} after it came \
                     back.",
                    then.statement_timeout, now.statement_timeout
                ),
            )?;
            equal("the time zone of a session that came back", &now.time_zone, &then.time_zone)?;
        }
        Ok(())
    })
}
