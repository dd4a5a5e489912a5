//! `pglings watch`: grades the exercise in hand at each save, with everything else a key away.
//!
//! One loop takes keys, saves and verdicts as they come. The grading is done in a thread that can
//! be cancelled, so nothing that an answer does keeps the keys from working.

mod grading;
mod hand;
mod keys;
mod saves;
mod show;
mod work;

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event;
use crossterm::event::KeyCode;

use self::grading::{Graded, Grading, News};
use self::hand::Next;
use self::saves::Saves;
use self::show::Shown;
use self::work::Work;
use super::terminal::{FullScreen, Pressed};
use super::{Context, exercise_named, is_dumb, is_interactive};
use crate::activity::{self, Instead};
use crate::error::{Error, Result};
use crate::exercise::files::File;
use crate::exercise::progress::Progress;
use crate::exercise::{Exercise, exercises};
use crate::grade::Verdict;
use crate::grade::verdict::Status;
use crate::interrupt;
use crate::postgres::servers::Servers;
use crate::report::board::View;
use crate::report::call;
use crate::report::watch::{Line, Page, Way};

/// How long a key is waited for before saves and verdicts are looked for again; and while nothing
/// is graded.
const TICKS: [Duration; 2] = [Duration::from_millis(25), Duration::from_millis(50)];

pub(super) fn run(context: &Context, wanted: Option<&str>, poll: bool) -> Result<u8> {
    let named = wanted.map(exercise_named).transpose()?;
    if !is_interactive() {
        return Err(Error::Usage(format!(
            "watch needs a terminal to show verdicts on and to take keys from. To grade once: {}",
            call("check")
        )));
    }
    let progress = context.progress();
    let first = || hand::first(&context.workbook, &progress).or(exercises().first());
    let hand = named
        .or_else(first)
        .ok_or_else(|| Error::Content("the workbook has no exercises".to_owned()))?;
    let work = Arc::new(Work::default());
    let can_draw = !context.look.spoken && !is_dumb();
    let mut session = Session {
        grading: None,
        servers: Arc::new(context.servers()),
        saves: Saves::new(&context.workbook, hand, poll),
        hand,
        follows: named.is_none(),
        page: Page::Task(hand),
        strayed: false,
        verdict: None,
        wanted: vec![hand],
        all: None,
        asks: None,
        note: None,
        view: View::Best,
        shown: Shown::default(),
        listens: Some(activity::listen_instead(Arc::clone(&work) as _)),
        work,
        screen: if can_draw { FullScreen::enter()? } else { FullScreen::without_a_screen()? },
        context,
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
    /// Whether the learner has turned to that page while something was graded. A verdict would
    /// take it from under their eyes.
    strayed: bool,
    /// What was last said of the exercise in hand, to go back to from other pages.
    verdict: Option<(Verdict, Way)>,
    /// What is to be graded as soon as nothing is.
    wanted: Vec<&'static Exercise>,
    /// What is known so far, when all that was begun is graded.
    all: Option<Vec<Line>>,
    asks: Option<Question>,
    /// A word on what was done, until the next key.
    note: Option<String>,
    view: View,
    shown: Shown,
    /// Hears of long work while we have the screen; what else would, would draw over it.
    listens: Option<Instead>,
    work: Arc<Work>,
    screen: FullScreen,
}

impl Session<'_> {
    /// The loop, until the learner leaves.
    fn go_on(&mut self) -> Result<()> {
        loop {
            self.hear()?;
            if let Some(saved) = self.saves.saved(&self.context.workbook, self.hand) {
                self.take_saved(saved);
            }
            self.start();
            self.show()?;
            let mut wait = TICKS[usize::from(self.grading.is_none())];
            while let Some(pressed) = self.screen.key_within(wait)? {
                wait = Duration::ZERO;
                let key = match pressed {
                    Pressed::Other(Event::Key(key)) => key.code,
                    Pressed::End => KeyCode::Char('q'),
                    // Another size, or back from a stop: drawn again.
                    Pressed::Other(_) | Pressed::Again => continue,
                };
                if !self.press(key)? {
                    return Ok(());
                }
                // What the key did is seen before the next one is read.
                self.show()?;
            }
        }
    }

    /// Grades these next; what is being graded stops.
    fn want(&mut self, exercises: Vec<&'static Exercise>) {
        self.wanted = exercises;
        self.all = None;
        self.strayed = false;
        if let Some(grading) = &self.grading {
            grading.cancel();
        }
    }

    fn start(&mut self) {
        if self.grading.is_none() && !self.wanted.is_empty() {
            self.work.forget();
            let exercises = std::mem::take(&mut self.wanted);
            let grading = Grading::start(&self.context.workbook, &self.servers, exercises);
            self.screen.cancels(Some(grading.canceller()));
            self.grading = Some(grading);
        }
    }

    /// Takes what the grading has to tell.
    fn hear(&mut self) -> Result<()> {
        while let Some(grading) = &mut self.grading {
            match grading.news() {
                News::Nothing => break,
                News::Over => {
                    // Ctrl-Z stops what runs: its time would be up when it goes on.
                    if grading.is_cancelled() && self.wanted.is_empty() {
                        self.wanted = grading.rest();
                    }
                    self.grading = None;
                }
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
        if verdict.status == Status::NoServer {
            // The one that has gone away would be asked for ever.
            self.servers = Arc::new(self.context.servers());
        }
        self.remember(graded.exercise, &verdict);
        let own = graded.exercise.stem == self.hand.stem;
        if let Some(all) = &mut self.all {
            if let Some(line) = all.iter_mut().find(|line| line.name == verdict.name) {
                line.take(&verdict);
            }
            if matches!(self.page, Page::All(_)) {
                self.page = Page::All(all.clone());
                self.shown.forget_body();
            }
        }
        if own {
            let words = format!("{}: {}.", verdict.name, verdict.status.words());
            self.verdict = Some((verdict, self.way()));
            if self.strayed {
                self.note = Some(format!("{words} Esc shows the verdict."));
            } else if self.all.is_none() {
                self.back();
            }
        }
        Ok(())
    }

    fn remember(&mut self, exercise: &Exercise, verdict: &Verdict) {
        let Some(text) = &verdict.answer else { return };
        self.keep(|progress| progress.graded(exercise, text, verdict.status));
    }

    /// As [`Context::progress`], but what there is to say of it goes on our own screen.
    fn progress(&mut self) -> Progress {
        let loaded = Progress::load(&self.context.workbook);
        if loaded.warning.is_some() {
            self.note = loaded.warning;
        }
        loaded.progress
    }

    /// As [`Context::note`].
    fn keep<T>(&mut self, change: impl FnOnce(&mut Progress) -> T) -> T {
        let note = &mut self.note;
        Progress::change(&self.context.workbook, |words| *note = Some(words), change)
    }

    fn way(&mut self) -> Way {
        let progress = self.progress();
        let workbook = &self.context.workbook;
        let (passed, of) = hand::passed(workbook, &progress);
        let next = hand::next(workbook, &progress, self.hand.number).map(|next| match next {
            Next::Lesson(lesson) => {
                format!("walks lesson {}: {}", lesson.number, lesson.cut().title)
            }
            Next::Exercise(exercise) => format!("takes up exercise {}", exercise.stem),
        });
        Way { passed, of, next }
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
        self.strayed = self.grading.is_some();
        self.shown.forget_body();
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
        self.strayed = false;
    }
}
