//! What the learner sees of a session.

use super::{Question, Session};
use crate::error::Result;
use crate::report::board::Board;
use crate::report::fold::fold;
use crate::report::look::{Look, screen_size};
use crate::report::watch::{self, Page};

/// What every page offers.
const KEYS: &[(&str, &str)] = &[
    ("n", "next"),
    ("h", "hint"),
    ("l", "list"),
    ("c", "check all"),
    ("r", "reset"),
    ("s", "solution"),
    ("d", "diff"),
    ("o", "open"),
    ("q", "quit"),
];

/// What was drawn last.
#[derive(Default)]
pub(super) struct Shown {
    /// The page in so many columns: to draw it is work, and to look for changes is not.
    body: Option<(usize, Vec<String>)>,
    /// Where nothing can be drawn over: what was said last of what goes on.
    status: String,
    /// The first line of the body that is seen, and how many are.
    pub(super) top: usize,
    pub(super) window: usize,
}

impl Shown {
    /// There is another page.
    pub(super) fn forget_body(&mut self) {
        self.body = None;
    }
}

impl Session<'_> {
    /// Draws what has changed.
    pub(super) fn show(&mut self) -> Result<()> {
        // A terminal that says zero does not know.
        let (columns, rows) = screen_size().unwrap_or((80, 24));
        let look = Look { width: columns.clamp(20, 100), ..self.context.look };
        if !self.screen.is_full() {
            return self.tell(look);
        }
        if self.shown.body.as_ref().is_none_or(|(width, _)| *width != columns) {
            self.shown.body = Some((columns, fold(&watch::draw(&self.page, look), columns)));
        }
        let status = self.status();
        let mut keys = KEYS.to_vec();
        if !matches!(self.page, Page::Task(_) | Page::Verdict(..)) {
            keys.insert(0, ("Esc", "back"));
        }
        let board = Board {
            title: &format!("watch{} {}", look.sign(" ·", ":"), self.hand.stem),
            body: self.shown.body.as_ref().map_or(&[], |(_, body)| body),
            status: &status,
            keys: &keys,
        };
        let composed = board.compose(columns, rows, self.view, look);
        (self.shown.top, self.shown.window) = (composed.top, composed.window);
        self.screen.draw(&composed.lines)
    }

    /// Where nothing on the screen can be changed, each page is written once, and so is what goes
    /// on.
    fn tell(&mut self, look: Look) -> Result<()> {
        let mut lines = Vec::new();
        if self.shown.body.is_none() {
            let text = watch::draw(&self.page, look);
            lines.extend(text.lines().map(str::to_owned));
            if self.shown.status.is_empty() {
                let keys = KEYS.iter().map(|(key, word)| format!("{key} {word}"));
                lines.push(format!("Keys: {}.", keys.collect::<Vec<_>>().join(", ")));
            }
            self.shown.body = Some((look.width, Vec::new()));
        }
        let said = self.status();
        if said != self.shown.status {
            lines.push(said.clone());
            self.shown.status = said;
        }
        if lines.is_empty() { Ok(()) } else { self.screen.draw(&lines) }
    }

    fn status(&self) -> String {
        match self.asks {
            Some(Question::Reset) => {
                format!("Start {} anew? Your file is kept beside it. [y/N]", self.hand.stem)
            }
            Some(Question::Solution) => {
                "You have not passed this exercise yet. Show the solution? [y/N]".to_owned()
            }
            Some(Question::Difference) => {
                "You have not passed this exercise yet. Compare it with the solution? [y/N]"
                    .to_owned()
            }
            None => {
                let note = self.note.iter().cloned();
                note.chain([self.goes_on()]).collect::<Vec<_>>().join("\n")
            }
        }
    }

    fn goes_on(&self) -> String {
        let dots = self.context.look.sign("…", "...");
        let Some(grading) = &self.grading else {
            // Of a path that would be broken in two, the end tells enough.
            let narrow = screen_size().is_some_and(|(columns, _)| columns < 70);
            let path = self.hand.path();
            let name = path.rsplit('/').next().filter(|_| narrow).unwrap_or(&path);
            return format!("Waiting for you to save {name}");
        };
        let (at, done, of) = grading.at();
        let stem = at.map_or("", |exercise| exercise.stem);
        if !self.screen.is_full() {
            // Nothing that changes each moment: all of it would be said again.
            let why = self.work.why().map(|why| format!(" {why}"));
            return format!("Grading {stem}.{}", why.unwrap_or_default());
        }
        let count = if of > 1 { format!(" ({} of {of})", done + 1) } else { String::new() };
        let seconds = grading.elapsed().as_secs();
        let time = if seconds > 0 { format!(" {seconds} s") } else { String::new() };
        let mut lines = vec![match grading.is_cancelled() {
            // What is begun for all that follow, such as a server, is not left half done.
            true => format!("Stopping{dots}{time}"),
            false => format!("Grading {stem}{count}{dots}{time}"),
        }];
        lines.extend(self.work.why());
        lines.extend(self.work.at_now());
        lines.join("\n")
    }
}
