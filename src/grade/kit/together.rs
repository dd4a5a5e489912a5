//! Two calls at once, brought into one order: by turns, or while both wait.

use std::time::Duration;

use serde::Serialize;

use super::going::{After, Going, Stand};
use super::wire::indented;
use super::{Outcome, Trial};

/// The most statements that a call may send while others stand still.
pub const STATEMENTS: usize = 40;

/// How long a call may take until it stands. One that asks again and again never does.
const WAIT: Duration = Duration::from_secs(1);

impl Going<'_> {
    /// Lets a call that was begun with `After("")` go on as far as it comes without the others, and says
    /// whether that is its end. If not, it waits for one of them, or asks again and again. `look` is
    /// asked behind each of its statements.
    pub fn go_on(&mut self, mut look: impl FnMut(&str) -> Outcome) -> Outcome<bool> {
        for _ in 0..STATEMENTS {
            match self.stand()? {
                Stand::Held(sql) => {
                    look(&indented(&sql))?;
                    self.release_to(After(""));
                }
                stand => return Ok(stand == Stand::Over),
            }
        }
        Ok(false)
    }

    /// Lets it send one statement more, and says whether it is over.
    fn step(&mut self) -> Outcome<bool> {
        if matches!(self.stand()?, Stand::Held(_)) {
            self.release_to(After(""));
        }
        Ok(self.stand()? == Stand::Over)
    }
}

/// Lets the second of two calls that were begun with `After("")` go on as far as it comes while the first
/// is held, and then both, by turns: either may need that the other goes on.
pub fn both_go_on([one, two]: [&mut Going<'_>; 2]) -> Outcome {
    let unseen = |_: &str| Ok(());
    if two.go_on(unseen)? {
        return Ok(());
    }
    for _ in 0..STATEMENTS {
        let over = one.go_on(unseen)?;
        if two.go_on(unseen)? && over {
            break;
        }
    }
    Ok(())
}

impl<'a> Trial<'a> {
    /// Two calls by turns, one statement each, as far as they come.
    pub fn by_turns(
        &mut self,
        function: &str,
        [one, two]: [impl Serialize; 2],
    ) -> Outcome<[Going<'a>; 2]> {
        let mut one = self.apart()?.start_to(After(""), function, one)?;
        one.stand()?;
        let mut two = self.apart()?.start_to(After(""), function, two)?;
        two.stand()?;
        for _ in 0..STATEMENTS {
            let over = one.step()?;
            if two.step()? && over {
                break;
            }
        }
        Ok([one, two])
    }

    /// Two calls, while the check holds what `lock` has locked: a row that one of them writes, or both lock.
    /// So the second comes while the first is in the middle of a statement, where no gate can hold it.
    /// Each waits or is over when the lock is let go.
    pub fn while_locked(
        &mut self,
        lock: &str,
        function: &str,
        [one, two]: [impl Serialize; 2],
    ) -> Outcome<[Going<'a>; 2]> {
        self.sql(&format!("BEGIN; {lock}"))?;
        let mut one = self.start(function, one)?;
        one.stand_within(WAIT)?;
        let mut two = self.start(function, two)?;
        two.stand_within(WAIT)?;
        self.sql("COMMIT")?;
        Ok([one, two])
    }
}
