//! Judging once more, alone, what came out wrong for want of processes that another answer had taken.
//!
//! The system counts processes and threads for each user. Root's answers have a user each; who is not
//! root shares one with all of them, and an answer that starts a thousand threads keeps the compiler
//! and the answers beside it from starting any.

use std::sync::{PoisonError, RwLock};

use super::compile::Compiled;
use super::words::Words;
use crate::error::Result;
use crate::grade::build::none_left;
use crate::grade::verdict::{State, Status};
use crate::grade::{Verdict, watch};

/// What is done among others has a part of it; what is done alone has it whole.
static TURN: RwLock<()> = RwLock::new(());

/// Does it among others, and once more when nothing else is done if it may have been short of processes:
/// `short` looks at what came out, and hears whether anybody had many meanwhile.
pub(super) fn fairly<T>(
    mut work: impl FnMut() -> Result<T>,
    short: impl FnOnce(&T, bool) -> bool,
) -> Result<T> {
    let among_others = TURN.read().unwrap_or_else(PoisonError::into_inner);
    let before = watch::crowds();
    let done = work()?;
    drop(among_others);
    if !short(&done, watch::crowds() != before) {
        return Ok(done);
    }
    let _alone = TURN.write().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Whether an answer may not compile for that.
pub(super) fn kept_from_compiling(compiled: &Compiled, crowded: bool) -> bool {
    matches!(compiled, Compiled::Refused(words) if crowded || none_left(words).is_some())
}

/// Whether an answer may have failed for that. It can say so itself: it is judged twice then.
pub(super) fn kept_from_running(verdict: &Verdict, words: Words, crowded: bool) -> bool {
    let failed = verdict.checks.iter().filter_map(|check| match &check.state {
        State::Failed(message) => Some(words(message)),
        _ => None,
    });
    let mut said = failed.chain([verdict.message.clone(), verdict.output.clone()]);
    verdict.status != Status::Passed && (crowded || said.any(|text| none_left(&text).is_some()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_was_short_is_done_once_more_and_alone() {
        let times = Cell::new(0);
        let work = || {
            times.set(times.get() + 1);
            assert_eq!(TURN.try_read().is_ok(), times.get() == 1, "alone the second time");
            Ok(times.get())
        };
        assert_eq!(fairly(work, |_, _| true).ok(), Some(2));
        times.set(0);
        assert_eq!(fairly(work, |_, _| false).ok(), Some(1));
    }

    #[test]
    fn it_is_told_by_the_words_of_the_system() {
        let words = "thread 'main' panicked:\nfailed to spawn thread: Os { code: 11, kind: \
                     WouldBlock, message: \"Resource temporarily unavailable\" }\nend of query stack";
        let refused = |words: &str| Compiled::Refused(words.to_owned());
        assert!(kept_from_compiling(&refused(words), false));
        assert!(!kept_from_compiling(&refused("end of query stack"), false));
        assert!(kept_from_compiling(&refused("end of query stack"), true));
    }
}
