//! Checks of exercise 1: who is there?

use serde::Deserialize;

use crate::error::Context;
use crate::grade::kit::*;
use crate::lesson::fixtures::EMPTY;

const HINTS: &[&str] = &[
    "Connect as the lesson does, send a SELECT with `query_one`, and take the values out of the row \
     with `row.get(0)` and `row.get(1)`.",
    "The server knows both: `current_database()` is the name of the database, and \
     `current_setting('server_version_num')` the number of the version.",
    "A setting is text, and `row.get` does not turn text into an i32. Let the server do it: \
     `current_setting('server_version_num')::integer`.",
    "`Client::connect(url, NoTls)?` and `client.query_one(…)?`: with `?` an error leaves the \
     function as its result. With `unwrap` it ends the program.",
];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

#[derive(Debug, Deserialize)]
struct About {
    version: i32,
    database: String,
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check("version is the number that the server gives", &EMPTY, |t| {
        let about: About = t.call("about", (t.url(),))?.ok()?;
        let version = t.value("SELECT current_setting('server_version_num')")?;
        ensure(
            version.as_deref() == Some(about.version.to_string().as_str()),
            format!(
                "this server's server_version_num is {}, and `about` says {}.",
                version.unwrap_or_default(),
                about.version
            ),
        )?;
        let said = |s: &Statement| {
            let values = s.params.iter().map(ToString::to_string);
            values.chain([s.sql.clone()]).any(|text| text.to_lowercase().contains("version"))
        };
        ensure(
            t.statements()?.iter().any(said),
            "the number is right for this server, but the server was not asked for it. Send a \
             SELECT: another server has another version.",
        )
    })?;

    g.then("database is the name of the database that the URL leads to", |t| {
        let about: About = t.call("about", (t.url(),))?.ok()?;
        let config = t.url().parse::<postgres::Config>().context("a URL of ours does not read")?;
        let name = Some(about.database.as_str());
        ensure(
            name == Some(t.database_name()) || name != config.get_user(),
            "that is the name of the user who is logged in. The database has a name of its own: \
             current_database().",
        )?;
        ensure(
            !about.database.contains('%'),
            format!(
                "{} is how the URL spells it. Ask the server, as for the version: \
                 current_database().",
                about.database
            ),
        )?;
        equal("the database", about.database.as_str(), t.database_name())
    })?;

    g.then("one connection is enough for both", |t| {
        t.call::<About>("about", (t.url(),))?.ok()?;
        let count = t.connections();
        ensure(
            count == 1,
            format!("the server was connected to {count} times. Connect once, and ask twice."),
        )
    })?;

    g.then("a connection that fails is an error for the caller", |t| {
        let port = t.closed_port()?;
        let nobody = format!("postgres://nobody:none@127.0.0.1:{port}/nothing?sslmode=disable");
        let what_if =
            |situation: &str, stop: Stop| match stop {
                Stop::Wrong(why) => Stop::Wrong(why.behind(format!("{situation}: ")).and(
                    "\nWrite `?` behind what may fail: the error becomes the function's result.",
                )),
                other => other,
            };
        t.call::<About>("about", (nobody,))
            .and_then(Called::error)
            .map_err(|stop| what_if("nobody listens at the address", stop))?;

        let url = t.url();
        let server = url.rsplit_once('/').map_or("", |(server, _)| server);
        let elsewhere = format!("{server}/pglings_no_such_database?sslmode=disable");
        let failure = t
            .call::<About>("about", (elsewhere,))
            .and_then(Called::error)
            .map_err(|stop| what_if("there is no such database", stop))?;
        ensure(
            failure.sqlstate() == Some("3D000"),
            format!(
                "there is no such database: expected the server's error 3D000, got: {}",
                explain(&failure)
            ),
        )
    })
}
