//! What the keys of a session do. All of them work while something is graded.

use std::path::Path;

use crossterm::event::KeyCode;

use super::hand::{self, Next};
use super::terminal::Terminal;
use super::{Question, Session, editor};
use crate::cli;
use crate::command::{lesson, list};
use crate::error::{Error, Result};
use crate::exercise::files::File;
use crate::exercise::{self, Exercise, exercises};
use crate::lesson::catalogue::Lesson;
use crate::report::board::View;
use crate::report::watch::Page;

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
            Question::Solution => {
                self.turn_to(Page::Solution(self.hand));
                Ok(())
            }
            Question::Difference => {
                self.difference();
                Ok(())
            }
        }
    }

    /// The solution is open to whoever has passed; others are asked.
    fn after_a_pass(&mut self, question: Question) -> Result<()> {
        if question == Question::Difference
            && self.context.workbook.read(self.hand) == File::Untouched
        {
            self.note = Some("There is no answer of yours to compare yet.".to_owned());
            return Ok(());
        }
        let progress = self.context.progress()?;
        if hand::is_passed(&self.context.workbook, &progress, self.hand) {
            return self.do_asked(question);
        }
        self.asks = Some(question);
        Ok(())
    }

    fn difference(&mut self) {
        match self.context.workbook.read(self.hand) {
            File::Begun(text) => self.turn_to(Page::Difference(self.hand, text)),
            File::Untouched => {}
            File::Unreadable(why) => self.note = Some(why),
        }
    }

    fn hint(&mut self) -> Result<()> {
        let mut progress = self.context.progress()?;
        let shown = progress.next_hint(self.hand);
        if let Err(error) = progress.save(&self.context.workbook) {
            self.note = Some(format!("Your progress could not be saved: {error}"));
        }
        self.turn_to(Page::Hints(self.hand, shown));
        // The new one is at the end.
        self.view = View::From(usize::MAX);
        Ok(())
    }

    fn check_all(&mut self) {
        let workbook = &self.context.workbook;
        let begun = exercises().iter().filter(|one| workbook.read(one) != File::Untouched);
        let begun: Vec<&'static Exercise> = begun.collect();
        self.turn_to(Page::All(Vec::new()));
        self.want(begun);
        self.all = Some(Vec::new());
    }

    fn ask_reset(&mut self) {
        if self.context.workbook.read(self.hand) == File::Untouched {
            self.note = Some(format!("{} is as it was.", self.hand.path()));
        } else {
            self.asks = Some(Question::Reset);
        }
    }

    fn reset(&mut self) -> Result<()> {
        let root = self.context.workbook.root();
        self.note = Some(match self.context.workbook.reset(self.hand) {
            Ok(Some(kept)) => {
                let kept = kept.strip_prefix(root).unwrap_or(&kept);
                format!("It is as it was. Your answer is kept in {}", kept.display())
            }
            Ok(None) => "It is as it was.".to_owned(),
            Err(error) => error.to_string(),
        });
        self.want(vec![self.hand]);
        Ok(())
    }

    fn open(&mut self) -> Result<()> {
        let Some(program) = editor::find() else {
            self.note = Some(format!(
                "No editor is known: set VISUAL or EDITOR, or open {} yourself.",
                self.hand.path()
            ));
            return Ok(());
        };
        let (root, path) = (self.context.workbook.root(), self.context.workbook.path(self.hand));
        let path: &Path = &path;
        let result = self.terminal.lend(|| editor::open(&program, root, path))?;
        self.shown = None;
        if let Err(error) = result {
            self.note = Some(error.to_string());
        }
        Ok(())
    }

    fn list(&mut self) -> Result<()> {
        let result = self.terminal.lend(|| {
            list::run(self.context, false)?;
            Terminal::pause("Any key leads back.")
        })?;
        self.shown = None;
        self.note_unless_interrupted(result)
    }

    /// The next lesson or exercise that is left.
    fn next(&mut self) -> Result<()> {
        let progress = self.context.progress()?;
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

    fn walk(&mut self, next: &'static Lesson) -> Result<()> {
        let from = self.context.progress()?.step(next.stem);
        let result = self.terminal.lend(|| {
            lesson::walk(self.context, next, from, &cli::Lesson::default())?;
            Terminal::pause("Any key leads back to watch.")
        })?;
        self.shown = None;
        if let Some(exercise) = exercise::exercise(next.stem) {
            self.take_in_hand(exercise);
        } else if let Some((_, way)) = &self.verdict {
            // What is offered next has changed.
            let way = crate::report::watch::Way { next: self.way()?.next, ..way.clone() };
            if let Some((_, old)) = &mut self.verdict {
                *old = way;
            }
            self.back();
        }
        self.note_unless_interrupted(result)
    }

    fn note_unless_interrupted(&mut self, result: Result<()>) -> Result<()> {
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
        self.view = View::From(self.top.saturating_add_signed(lines));
    }

    fn page_length(&self) -> isize {
        isize::try_from(self.window.saturating_sub(1).max(1)).unwrap_or(1)
    }
}
