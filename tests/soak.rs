//! The private cluster under fire: pglings, its server and the server's processes are killed at
//! random moments, and whatever was killed, the next command works and nothing stays.
//!
//! `PGLINGS_SOAK` is how many are killed, 3 unless told; `PGLINGS_SOAK_SEED` repeats a run that
//! failed, as far as the machine lets it: what is killed and after how long is the same.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "soak/processes.rs"]
mod processes;
#[path = "soak/round.rs"]
mod round;
#[path = "program/world.rs"]
#[expect(dead_code, reason = "the tests of the program use the rest")]
mod world;

use std::collections::BTreeMap;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use round::{Place, Victim};

#[test]
fn many_at_once_share_one_server_and_one_progress_file() {
    let place = Place::new("home-crowd");
    // Where there is little time, fewer do.
    place.crowd(if number("PGLINGS_SOAK").is_some() { 20 } else { 8 });
}

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn whatever_is_killed_the_next_command_works_and_nothing_stays() {
    let seed = number("PGLINGS_SOAK_SEED").unwrap_or_else(|| rand::rng().random());
    let count = number("PGLINGS_SOAK").unwrap_or(3);
    let place = Place::new("home-soak");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut killed = BTreeMap::<String, (u64, u64)>::new();
    let began = Instant::now();
    for number in 1..=count {
        let victim = *Victim::ALL.choose(&mut rng).unwrap();
        let moment = rng.random_range(0.0..1.0);
        // Shown where the test fails.
        println!("PGLINGS_SOAK_SEED={seed}, kill {number} of {count}: {victim:?} at {moment:.3}");
        let hit = place.round(victim, moment, number);
        let figures = killed.entry(format!("{victim:?}")).or_default();
        figures.0 += 1;
        figures.1 += u64::from(hit);
    }
    println!("{count} kills in {:.0} s", began.elapsed().as_secs_f64());
    for (victim, (count, hit)) in killed {
        println!("  {victim}: {count}, of these alive when it came: {hit}");
    }
}
