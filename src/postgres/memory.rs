//! Databases of checks in memory, where the system has a place for that.
//!
//! A database is some three hundred files, made and removed for each check. On a disk that takes up to
//! ten times as long, and the longer the more were removed just before. They are of no use after the
//! check; what is kept for a look inside goes to the disk.

use std::fs;
use std::path::{Path, PathBuf};

use postgres::Client;

use crate::error::{Context, Result};
use crate::home::{self, User};

/// The tablespace.
const NAME: &str = "pglings_memory";

/// One pglings at a time makes it: "pglings" in ASCII, and one more.
const LOCK: i64 = 0x70_676c_696e_6774;

/// How a database is made there, in SQL; empty where it is made like others.
/// `cluster` is the folder of the private one, and who it runs as, if it is one.
pub(super) fn tablespace(
    admin: &mut Client,
    cluster: Option<(&Path, Option<User>)>,
) -> &'static str {
    // What cannot be in memory is on the disk.
    let made = cluster.is_some_and(|(dir, user)| {
        home::beside_in_memory(dir, user).is_some_and(|place| {
            there(admin, &place, user)
                .and_then(|there| there.map_or_else(|| make(admin, &place, user), Ok))
                .unwrap_or(false)
        })
    });
    if made { " TABLESPACE pglings_memory" } else { "" }
}

/// Whether it is there, and can be used; none if it is not. What the last start of the machine, or the
/// last stop of the server, has taken of it is made again.
fn there(admin: &mut Client, place: &Path, user: Option<User>) -> Result<Option<bool>> {
    let row = admin
        .query_opt(
            "SELECT pg_tablespace_location(t.oid),
                    'PG_' || current_setting('server_version_num')::int / 10000
                    || '_' || c.catalog_version_no
             FROM pg_tablespace t, pg_control_system() c WHERE spcname = $1",
            &[&NAME],
        )
        .context("cannot list the tablespaces")?;
    Ok(row.map(|row| {
        let (location, version): (String, String) = (row.get(0), row.get(1));
        // A cluster that was moved has it somewhere else.
        Path::new(&location) == place && home::private_dir(&place.join(version), user).is_ok()
    }))
}

/// Makes it, unless another pglings has made it since.
fn make(admin: &mut Client, place: &Path, user: Option<User>) -> Result<bool> {
    admin.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).context("cannot take a lock")?;
    let made = there(admin, place, user).and_then(|there| match there {
        Some(usable) => Ok(usable),
        None => {
            // Of another cluster that was at this place.
            for entry in fs::read_dir(place).into_iter().flatten().flatten() {
                let _ = fs::remove_dir_all(entry.path());
            }
            let location = place.to_string_lossy().replace('\'', "''");
            let sql = format!("CREATE TABLESPACE {NAME} LOCATION '{location}'");
            admin.batch_execute(&sql).context("cannot make a tablespace").map(|()| true)
        }
    });
    admin.execute("SELECT pg_advisory_unlock($1)", &[&LOCK]).context("cannot leave a lock")?;
    made
}

/// What a tablespace of a cluster needs to be there when its server starts: it goes with each start of
/// the machine, and whenever the server stops. Done as well as it can be: the server says what it
/// misses.
pub(super) fn restore(data: &Path, user: Option<User>) {
    for place in places(data).into_iter().filter(|place| !place.exists()) {
        let _ = home::private_dir(&place, user);
    }
}

/// Takes away what is empty, when the server has stopped.
pub(super) fn leave(data: &Path) {
    for place in places(data) {
        for version in fs::read_dir(&place).into_iter().flatten().flatten() {
            let _ = fs::remove_dir(version.path());
        }
        let _ = fs::remove_dir(place);
    }
}

/// The folders in memory that the tablespaces of a cluster lead to.
fn places(data: &Path) -> Vec<PathBuf> {
    let links = fs::read_dir(data.join("pg_tblspc")).into_iter().flatten().flatten();
    let places = links.filter_map(|link| fs::read_link(link.path()).ok());
    places.filter(|place| home::is_memory(place)).collect()
}
