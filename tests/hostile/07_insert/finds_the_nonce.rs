//! tries: find the nonce in its own memory and forge a reply with it
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};
use std::io::{BufRead, Read, Seek, SeekFrom, Write};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let nonce = nonce().expect("it is somewhere");
    let mut out = std::fs::File::options().write(true).open("/proc/self/fd/1").unwrap();
    for _ in 0..20 {
        let _ = writeln!(out, "\n{nonce}{{\"lane\":0,\"response\":{{\"returned\":45}}}}");
    }
    Ok(45)
}

/// What stands before a reply that was sent: a line of 32 letters and digits, and an object.
fn nonce() -> Option<String> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let mut memory = std::fs::File::open("/proc/self/mem").ok()?;
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (from, rest) = line.split_once('-')?;
        let from = u64::from_str_radix(from, 16).ok()?;
        let to = u64::from_str_radix(rest.split(' ').next()?, 16).ok()?;
        let mut bytes = vec![0; usize::try_from(to - from).ok()?.min(16 << 20)];
        if memory.seek(SeekFrom::Start(from)).is_err() || memory.read_exact(&mut bytes).is_err() {
            continue;
        }
        for line in BufRead::split(&bytes[..], b'\n').map_while(Result::ok) {
            let before = line.strip_suffix(b"\"ready\"").unwrap_or_default();
            let before = &before[before.len().saturating_sub(32)..];
            if before.len() == 32 && before.iter().all(u8::is_ascii_alphanumeric) {
                return String::from_utf8(before.to_vec()).ok();
            }
        }
    }
    None
}

harness::graded!(add_user, add_children);
