//! What things cost, as ratios from one run, since machines differ:
//!
//!     cargo bench --profile dev --bench ratios [-- engine] [-- edit] [-- first]
//!
//! - `engine`: round trips of a prepared `SELECT 1` through the tap, against without; a database handed
//!   out for a check, against one created and migrated as `#[sqlx::test]` does it; lesson 7 straight
//!   through with the server up, against `psql` with the same SQL;
//! - `edit`: from an edit of one line to the verdict, for every exercise, against rustlings and
//!   `cargo test`;
//! - `first`: the first build, against a program that only depends on postgres, sqlx, tokio and clap.
//!   It compiles for some minutes, and is done only when it is asked for.
//!
//! Each is taken in turn with what it is held against, and the medians are compared. Unoptimized, as
//! pglings is for whoever runs it with `cargo run`.

use std::time::Duration;

#[path = "../common/copy.rs"]
mod copy;
mod edit;
mod engine;
mod first;

type Anyhow<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Anyhow {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |name: &str| words.iter().any(|word| word == name);
    if words.is_empty() || wanted("engine") {
        engine::run()?;
    }
    if words.is_empty() || wanted("edit") {
        edit::run()?;
    }
    if wanted("first") {
        first::run()?;
    }
    Ok(())
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn told(name: &str, ours: &[Duration], theirs: &[Duration]) {
    let of = |times| median(times).as_secs_f64() * 1e6;
    let (ours, theirs) = (of(ours), of(theirs));
    println!("{name:<9} {ours:>10.1} µs against {theirs:>10.1} µs: {:.2}", ours / theirs);
}
