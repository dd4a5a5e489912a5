//! `pglings watch`: grades the exercise in hand at each save, with everything else a key away.
//!
//! One loop takes keys, saves and verdicts as they come. The grading is done in a thread that can
//! be cancelled, so nothing that an answer does keeps the keys from working.

mod editor;
mod grading;
mod hand;
mod keys;
mod saves;
mod show;
mod terminal;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::grading::{Graded, Grading, News};
use self::hand::Next;
use self::saves::Saves;
use self::terminal::{Input, Terminal};
use super::{Context, exercise_named, is_interactive};
use crate::error::{Error, Result};
use crate::exercise::files::File;
use crate::exercise::{Exercise, exercises};
use crate::grade::verdict::Status;
use crate::interrupt;
use crate::postgres::servers::Servers;
use crate::report::board::View;
use crate::report::call;
use crate::report::watch::{Page, Way};

/// How long a key is waited for before saves and verdicts are looked for again.
const TICK: Duration = Duration::from_millis(25);

/// What the search for a server said last: its listener is a function that has nothing else.
static SAID: Mutex<Option<String>> = Mutex::new(None);

pub(super) fn run(context: &Context, wanted: Option<&str>) -> Result<u8> {
    let named = wanted.map(exercise_named).transpose()?;
    if !is_interactive() {
        return Err(Error::Usage(format!(
            "watch needs a terminal to show verdicts on and to take keys from. To grade once: {}",
            call("check")
        )));
    }
    let progress = context.progress()?;
    let first = || hand::first(&context.workbook, &progress).or(exercises().first());
    let hand = named
        .or_else(first)
        .ok_or_else(|| Error::Content("the workbook has no exercises".to_owned()))?;
    let mut session = Session {
        context,
        servers: Arc::new(Servers::new(context.choice.clone(), |text| {
            *SAID.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.to_owned());
        })),
        saves: Saves::new(&context.workbook, hand),
        hand,
        follows: named.is_none(),
        page: Page::Task(hand),
        verdict: None,
        grading: None,
        wanted: vec![hand],
        all: None,
        asks: None,
        note: None,
        view: View::Best,
        top: 0,
        window: 1,
        shown: None,
        terminal: Terminal::enter()?,
    };
    let result = session.go_on();
    // Whoever leaves does not wait for a compiler or a download.
    if session.grading.is_some() {
        interrupt::raise();
    }
    drop(session);
    result.map(|()| 0)
}

/// What is asked before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    Reset,
    Solution,
    Difference,
}

struct Session<'a> {
    context: &'a Context,
    // Dropped in this order: the terminal is given back when all else is put away, so that a
    // learner is not asked for the next command too early. What runs is dropped before its server.
    grading: Option<Grading>,
    servers: Arc<Servers>,
    saves: Saves,
    hand: &'static Exercise,
    /// Whether the exercise that is saved is taken in hand; not if one was named.
    follows: bool,
    page: Page,
    /// What was last said of the exercise in hand, to go back to from other pages.
    verdict: Option<(crate::grade::Verdict, Way)>,
    /// What is to be graded as soon as nothing is.
    wanted: Vec<&'static Exercise>,
    /// The verdicts so far, when all that was begun is graded.
    all: Option<Vec<crate::grade::Verdict>>,
    asks: Option<Question>,
    /// A word on what was done, until the next key.
    note: Option<String>,
    view: View,
    /// The first line of the body that is seen, and how many are.
    top: usize,
    window: usize,
    /// What was shown last, so that nothing is drawn twice.
    shown: Option<Vec<String>>,
    terminal: Terminal,
}

impl Session<'_> {
    /// The loop, until the learner leaves.
    fn go_on(&mut self) -> Result<()> {
        loop {
            interrupt::check()?;
            self.hear()?;
            if let Some(saved) = self.saves.saved(&self.context.workbook, self.hand) {
                self.take_saved(saved);
            }
            self.start();
            self.show()?;
            let mut wait = TICK;
            while let Some(input) = self.terminal.input(wait)? {
                wait = Duration::ZERO;
                match input {
                    Input::Interrupt => return Err(Error::Interrupted),
                    Input::Suspend => self.suspend()?,
                    Input::Resize => self.shown = None,
                    Input::Key(key) => {
                        if !self.press(key)? {
                            return Ok(());
                        }
                        // What the key did is seen before the next one is read.
                        self.show()?;
                    }
                }
            }
        }
    }

    /// Grades these next; what is being graded stops.
    fn want(&mut self, exercises: Vec<&'static Exercise>) {
        self.wanted = exercises;
        self.all = None;
        if let Some(grading) = &self.grading {
            grading.cancel();
        }
    }

    fn start(&mut self) {
        if self.grading.is_none() && !self.wanted.is_empty() {
            let exercises = std::mem::take(&mut self.wanted);
            self.grading = Some(Grading::start(&self.context.workbook, &self.servers, exercises));
        }
    }

    /// Takes what the grading has to tell.
    fn hear(&mut self) -> Result<()> {
        while let Some(grading) = &mut self.grading {
            match grading.news() {
                News::Nothing => break,
                News::Over => self.grading = None,
                // A save has overtaken it.
                News::One(_) if grading.is_cancelled() => {}
                News::One(graded) => self.take_verdict(*graded)?,
            }
        }
        Ok(())
    }

    fn take_verdict(&mut self, graded: Graded) -> Result<()> {
        let verdict = match graded.verdict {
            Ok(verdict) => verdict,
            Err(Error::Interrupted) => return interrupt::check(),
            // The learner can mend a full disk, or the network, and go on.
            Err(error) => {
                self.turn_to(Page::Trouble(error.to_string()));
                return Ok(());
            }
        };
        self.remember(graded.exercise, &graded.file, verdict.status)?;
        if let Some(mut all) = self.all.take() {
            all.push(verdict.clone());
            self.page = Page::All(all.clone());
            self.all = Some(all);
            if graded.exercise.stem == self.hand.stem {
                self.verdict = Some((verdict, self.way()?));
            }
            return Ok(());
        }
        let way = self.way()?;
        self.verdict = Some((verdict, way));
        self.back();
        Ok(())
    }

    fn remember(&mut self, exercise: &Exercise, file: &File, status: Status) -> Result<()> {
        let File::Begun(text) = file else { return Ok(()) };
        // A text that has changed meanwhile may be what was built; the save will tell.
        if self.context.workbook.read(exercise) != *file {
            return Ok(());
        }
        let mut progress = self.context.progress()?;
        progress.graded(exercise, text, status);
        if let Err(error) = progress.save(&self.context.workbook) {
            self.note = Some(format!("Your progress could not be saved: {error}"));
        }
        Ok(())
    }

    fn way(&self) -> Result<Way> {
        let progress = self.context.progress()?;
        let workbook = &self.context.workbook;
        let (passed, of) = hand::passed(workbook, &progress);
        let next = hand::next(workbook, &progress, self.hand.number).map(|next| match next {
            Next::Lesson(lesson) => format!("lesson {}: {}", lesson.number, lesson.cut().title),
            Next::Exercise(exercise) => format!("exercise {}", exercise.stem),
        });
        Ok(Way { passed, of, next })
    }

    fn take_saved(&mut self, saved: &'static Exercise) {
        if saved.stem != self.hand.stem {
            let begun = self.context.workbook.read(saved) != File::Untouched;
            if !self.follows || !begun {
                return;
            }
            self.take_in_hand(saved);
        }
        self.note = None;
        self.want(vec![self.hand]);
    }

    /// Turns to an exercise, and has it graded.
    fn take_in_hand(&mut self, exercise: &'static Exercise) {
        self.hand = exercise;
        self.verdict = None;
        self.asks = None;
        self.turn_to(Page::Task(exercise));
        self.want(vec![exercise]);
    }

    fn turn_to(&mut self, page: Page) {
        self.page = page;
        self.view = View::Best;
    }

    /// To the verdict, or to the task as long as there is none.
    fn back(&mut self) {
        let page = match &self.verdict {
            Some((verdict, way)) if verdict.status != Status::NotStarted => {
                Page::Verdict(Box::new(verdict.clone()), way.clone())
            }
            _ => Page::Task(self.hand),
        };
        self.turn_to(page);
    }

    fn suspend(&mut self) -> Result<()> {
        // A run that sleeps would be found to have taken too long.
        let graded = self.grading.as_ref().map(|grading| {
            grading.cancel();
            grading.rest()
        });
        self.grading = None;
        self.terminal.suspend()?;
        if self.wanted.is_empty() {
            self.wanted = graded.unwrap_or_default();
        }
        self.shown = None;
        Ok(())
    }
}
