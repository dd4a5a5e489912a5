//! Long work on the error stream: lines that stay, and on a terminal, below them, what goes on now.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use colored::Colorize;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::look::Look;
use super::margin::Margin;
use crate::activity::{self, Listener};

/// How often something moves.
const TICK: Duration = Duration::from_millis(120);

/// Columns for the wheel and the seconds.
const MARGIN: usize = 12;

/// Shows long work from now on. `still` is for what a program reads: then nothing moves.
pub fn show(look: Look, still: bool) {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    // A terminal may claim to have no columns; nothing can be drawn over in such a one.
    let columns = super::look::terminal_size().map_or(0, |(columns, _)| columns);
    let moves = io::stderr().is_terminal() && !still && !dumb && columns > 0;
    let moving = (moves && !look.spoken).then(|| Moving {
        all: MultiProgress::with_draw_target(ProgressDrawTarget::term_like_with_hz(
            Box::new(Margin::default()),
            20,
        )),
        bars: Mutex::default(),
    });
    let told = (moves && look.spoken).then(Mutex::default);
    activity::listen(Arc::new(Shown { look, moving, told }));
}

struct Shown {
    look: Look,
    moving: Option<Moving>,
    /// For a screen reader: work that was told of, which is told of once more when it is over.
    told: Option<Mutex<BTreeMap<u64, String>>>,
}

struct Moving {
    all: MultiProgress,
    bars: Mutex<BTreeMap<u64, ProgressBar>>,
}

impl Listener for Shown {
    fn note(&self, text: &str) {
        let text = self.look.paint(&self.look.redraw(text), |text| text.dimmed());
        match &self.moving {
            // What moves makes room for it.
            Some(moving) => moving.all.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    fn at(&self, key: u64, text: &str) {
        let text = self.look.redraw(text);
        if let Some(told) = &self.told {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            told.entry(key).or_insert_with(|| {
                eprintln!("Begun: {text}.");
                text.clone()
            });
        }
        let Some(moving) = &self.moving else { return };
        let mut bars = moving.bars();
        let bar = bars.entry(key).or_insert_with(|| {
            let bar = moving.all.add(ProgressBar::new_spinner());
            bar.set_style(style(self.look));
            bar.enable_steady_tick(TICK);
            bar
        });
        let room = self.look.width.saturating_sub(MARGIN);
        bar.set_message(text.chars().take(room).collect::<String>());
    }

    fn over(&self, key: u64) {
        if let Some(told) = &self.told {
            let text = told.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
            if let Some(text) = text {
                eprintln!("Over: {text}.");
            }
        }
        let Some(moving) = &self.moving else { return };
        if let Some(bar) = moving.bars().remove(&key) {
            bar.finish_and_clear();
            moving.all.remove(&bar);
        }
    }
}

impl Moving {
    fn bars(&self) -> MutexGuard<'_, BTreeMap<u64, ProgressBar>> {
        self.bars.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wheel, the seconds, and what it is.
fn style(look: Look) -> ProgressStyle {
    let ticks = if look.unicode { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ " } else { "|/-\\ " };
    let style = ProgressStyle::with_template("{spinner} {elapsed:>3} {msg}");
    style.unwrap_or_else(|_| ProgressStyle::default_spinner()).tick_chars(ticks)
}
