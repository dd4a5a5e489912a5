//! Time, and only as a ratio: machines differ, and a busy one slows down both sides.
//!
//! Noise adds time and never takes any away, so the least of several rounds counts, and the two
//! sides take turns, so that a slow moment meets both.

use std::time::{Duration, Instant};

use super::{Outcome, Trial, wrong};

/// How often each side runs.
const ROUNDS: usize = 3;

/// How often at the most, as long as the answer seems to be too slow.
const MOST_ROUNDS: usize = 6;

/// What a call may take beside its work: the way to the answer's process and back.
const FLOOR: Duration = Duration::from_millis(5);

impl Trial<'_> {
    /// The work takes at most so many times as long as SQL of the grader's that does the same well:
    /// `t.at_most_times(10.0, "SELECT …", |t| t.call::<i64>("total", ())?.ok().map(drop))?`.
    ///
    /// The work runs several times, so it must not mind what it did before. A few milliseconds
    /// never count: let there be enough data that the slow way takes a tenth of a second.
    pub fn at_most_times(
        &mut self,
        bound: f64,
        reference: &str,
        work: impl FnMut(&mut Trial<'_>) -> Outcome,
    ) -> Outcome {
        self.at_most_times_of(bound, |t| t.rows(reference).map(drop), work)
    }

    /// The same, held against any other work, such as another call.
    pub fn at_most_times_of(
        &mut self,
        bound: f64,
        mut reference: impl FnMut(&mut Trial<'_>) -> Outcome,
        mut work: impl FnMut(&mut Trial<'_>) -> Outcome,
    ) -> Outcome {
        let (mut least, mut least_reference) = (Duration::MAX, Duration::MAX);
        for round in 1..=MOST_ROUNDS {
            let began = Instant::now();
            reference(self)?;
            least_reference = least_reference.min(began.elapsed());
            let began = Instant::now();
            work(self)?;
            least = least.min(began.elapsed());
            if round >= ROUNDS && least <= least_reference.mul_f64(bound) + FLOOR {
                return Ok(());
            }
        }
        let ratio = least.as_secs_f64() / least_reference.as_secs_f64();
        wrong(format!(
            "it takes {}, and the same work can be done in {}: that is {ratio:.0} times as long. It \
             may take {bound} times as long at the most.",
            time(least),
            time(least_reference)
        ))
    }
}

fn time(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    if milliseconds < 10.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{milliseconds:.0} ms")
    }
}
