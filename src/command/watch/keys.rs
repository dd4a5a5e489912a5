//! What the keys of a session do. All of them work while something is graded.

use std::io::{self, Write};
use std::sync::Arc;

use crossterm::event::KeyCode;

use super::hand::{self, Next};
use super::{Question, Session};
use crate::activity;
use crate::cli;
use crate::command::keys::read_key;
use crate::command::{editor, lesson, lesson_named, list};
use crate::error::{Context, Error, Result};
use crate::exercise::files::File;
use crate::exercise::map::Map;
use crate::exercise::{self, Exercise, exercises};
use crate::lesson::catalogue::Lesson;
use crate::report::board::View;
use crate::report::map;
use crate::report::watch::{Line, Page};

impl Session<'_> {
    /// Does what a key says. `false`: the learner leaves.
    pub(super) fn press(&mut self, key: KeyCode) -> Result<bool> {
        self.note = None;
        if let Some(question) = self.asks.take() {
            if matches!(key, KeyCode::Char('y' | 'Y')) {
                self.do_asked(question)?;
            }
            return Ok(true);
        }
        match key {
            KeyCode::Char('q') => return Ok(false),
            KeyCode::Char('n') => self.next()?,
            KeyCode::Char('h') => self.hint()?,
            KeyCode::Char('l') => self.list()?,
            KeyCode::Char('c') => self.check_all(),
            KeyCode::Char('r') => self.ask_reset(),
            KeyCode::Char('s') => self.after_a_pass(Question::Solution)?,
            KeyCode::Char('d') => self.after_a_pass(Question::Difference)?,
            KeyCode::Char('o') => self.open()?,
            KeyCode::Char('w') => self.walk(lesson_named(self.hand.stem)?)?,
            KeyCode::Esc | KeyCode::Backspace => self.back(),
            KeyCode::Enter => self.want(vec![self.hand]),
            KeyCode::Up | KeyCode::Char('k') => self.scroll(-1),
            KeyCode::Down | KeyCode::Char('j') => self.scroll(1),
            KeyCode::PageUp => self.scroll(-self.page_length()),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll(self.page_length()),
            KeyCode::Home => self.view = View::From(0),
            KeyCode::End => self.view = View::From(usize::MAX),
            _ => {}
        }
        Ok(true)
    }

    fn do_asked(&mut self, question: Question) -> Result<()> {
        match question {
            Question::Reset => self.reset(),
            Question::Solution => self.turn_to(Page::Solution(self.hand)),
            Question::Difference => match self.context.workbook.read(self.hand) {
                File::Begun(text) => self.turn_to(Page::Difference(self.hand, text)),
                File::Untouched => {}
                File::Unreadable(why) => self.note = Some(why),
            },
        }
        Ok(())
    }

    /// The solution is open to whoever has passed; others are asked.
    fn after_a_pass(&mut self, question: Question) -> Result<()> {
        if question == Question::Difference
            && self.context.workbook.read(self.hand) == File::Untouched
        {
            self.note = Some("There is no answer of yours to compare yet.".to_owned());
            return Ok(());
        }
        let progress = self.progress();
        if hand::is_passed(&self.context.workbook, &progress, self.hand) {
            return self.do_asked(question);
        }
        self.asks = Some(question);
        Ok(())
    }

    fn hint(&mut self) -> Result<()> {
        let hand = self.hand;
        let shown = self.keep(|progress| progress.next_hint(hand));
        self.turn_to(Page::Hints(self.hand, shown));
        // The new one is at the end.
        self.view = View::From(usize::MAX);
        Ok(())
    }

    fn check_all(&mut self) {
        let workbook = &self.context.workbook;
        let begun = exercises().iter().filter(|one| workbook.read(one) != File::Untouched);
        let begun: Vec<&'static Exercise> = begun.collect();
        let lines: Vec<Line> = begun.iter().map(|exercise| Line::of(exercise)).collect();
        self.turn_to(Page::All(lines.clone()));
        if !begun.is_empty() {
            self.want(begun);
            self.all = Some(lines);
        }
    }

    fn ask_reset(&mut self) {
        if self.context.workbook.read(self.hand) == File::Untouched {
            self.note = Some(format!("{} is as it was.", self.hand.path()));
        } else {
            self.asks = Some(Question::Reset);
        }
    }

    fn reset(&mut self) {
        let root = self.context.workbook.root();
        self.note = Some(match self.context.workbook.reset(self.hand) {
            Ok(Some(kept)) => {
                let kept = kept.strip_prefix(root).unwrap_or(&kept);
                format!("It is as it was. Your answer is kept in {}", kept.display())
            }
            Ok(None) => "It is as it was.".to_owned(),
            Err(error) => error.to_string(),
        });
        // It was no save of the learner's.
        self.saves.look(&self.context.workbook, self.hand);
        self.want(vec![self.hand]);
    }

    fn open(&mut self) -> Result<()> {
        let word = editor::open(&mut self.screen, &self.context.workbook, self.hand)?;
        self.note = Some(word);
        Ok(())
    }

    /// The map, and what is chosen on it.
    fn list(&mut self) -> Result<()> {
        let progress = self.progress();
        let mut state = Map::new(&self.context.workbook, &progress, crate::grade::needs);
        if !self.screen.is_full() {
            return self.context.print(&map::text(&state, self.context.look));
        }
        state.picks = true;
        state.at = self.hand.number;
        let Some(chosen) = list::choose(&mut self.screen, self.context, &mut state)? else {
            return Ok(());
        };
        let Some(exercise) = exercise::exercise(chosen.stem) else {
            return self.walk(lesson_named(chosen.stem)?);
        };
        self.take_in_hand(exercise);
        if chosen.open { self.open() } else { Ok(()) }
    }

    /// The next lesson or exercise that is left.
    fn next(&mut self) -> Result<()> {
        let progress = self.progress();
        match hand::next(&self.context.workbook, &progress, self.hand.number) {
            Some(Next::Exercise(exercise)) => {
                self.take_in_hand(exercise);
                Ok(())
            }
            Some(Next::Lesson(lesson)) => self.walk(lesson),
            None => {
                self.note = Some("There is no other lesson or exercise left.".to_owned());
                Ok(())
            }
        }
    }

    /// Walks a lesson, and takes its exercise in hand.
    fn walk(&mut self, lesson: &'static Lesson) -> Result<()> {
        let from = self.progress().step(lesson.stem);
        // What long work has to say is said in the lesson, so no other may go on.
        let rest = self.grading.take().map(|grading| {
            grading.cancel();
            grading.rest()
        });
        self.listens = None;
        let context = self.context;
        let result = self.screen.lend(|| {
            let result = lesson::walk(context, lesson, from, &cli::Lesson::default());
            result.and_then(|_| pause("Any key leads back to watch."))
        })?;
        self.listens = Some(activity::listen_instead(Arc::clone(&self.work) as _));
        let shown = exercise::exercise(lesson.stem);
        match shown.filter(|exercise| exercise.stem != self.hand.stem) {
            Some(exercise) => self.take_in_hand(exercise),
            None => {
                if self.wanted.is_empty() {
                    self.wanted = rest.unwrap_or_default();
                }
                // What is offered next may have changed.
                let way = self.way();
                if let Some((_, old)) = &mut self.verdict {
                    *old = way;
                }
                self.back();
            }
        }
        match result {
            Err(Error::Interrupted) => Err(Error::Interrupted),
            Err(error) => {
                self.turn_to(Page::Trouble(error.to_string()));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn scroll(&mut self, lines: isize) {
        self.view = View::From(self.shown.top.saturating_add_signed(lines));
    }

    fn page_length(&self) -> isize {
        isize::try_from(self.shown.window.saturating_sub(1).max(1)).unwrap_or(1)
    }
}

/// Waits for any key, so that what was said last can be read.
fn pause(text: &str) -> Result<()> {
    print!("{text} ");
    io::stdout().flush().context("cannot write to the terminal")?;
    let key = read_key().map(drop);
    println!();
    key
}
