//! Grading in a thread of its own, so that the keys work meanwhile.

use std::sync::Arc;
use std::sync::mpsc::{self, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::exercise::Exercise;
use crate::exercise::files::Workbook;
use crate::grade::{self, Verdict};
use crate::interrupt::Cancel;
use crate::postgres::servers::Servers;

/// Exercises being graded, one after the other. Dropping it cancels it and waits for its end.
pub(super) struct Grading {
    exercises: Vec<&'static Exercise>,
    done: usize,
    began: Instant,
    cancel: Cancel,
    news: mpsc::Receiver<Graded>,
    thread: Option<JoinHandle<()>>,
}

/// One of them.
pub(super) struct Graded {
    pub(super) exercise: &'static Exercise,
    pub(super) verdict: Result<Verdict>,
}

/// What there is to hear of it.
pub(super) enum News {
    Nothing,
    One(Box<Graded>),
    Over,
}

impl Grading {
    pub(super) fn start(
        workbook: &Workbook,
        servers: &Arc<Servers>,
        exercises: Vec<&'static Exercise>,
    ) -> Grading {
        let (sender, news) = mpsc::channel();
        let cancel = Cancel::default();
        let work = {
            let (workbook, servers) = (workbook.clone(), Arc::clone(servers));
            let exercises = exercises.clone();
            move || {
                for exercise in exercises {
                    let verdict = grade::check(&workbook, exercise, &servers);
                    let over = verdict.is_err();
                    if sender.send(Graded { exercise, verdict }).is_err() || over {
                        break;
                    }
                }
            }
        };
        let scope = cancel.clone();
        let thread = Some(thread::spawn(move || scope.scope(work)));
        Grading { exercises, done: 0, began: Instant::now(), cancel, news, thread }
    }

    /// Looks for news, without waiting.
    pub(super) fn news(&mut self) -> News {
        loop {
            return match self.news.try_recv() {
                // A save has overtaken it: it says nothing of what stands there now.
                Ok(_) if self.is_cancelled() => continue,
                Ok(graded) => {
                    self.done += 1;
                    News::One(Box::new(graded))
                }
                Err(TryRecvError::Empty) => News::Nothing,
                Err(TryRecvError::Disconnected) => News::Over,
            };
        }
    }

    /// What stops it from elsewhere.
    pub(super) fn canceller(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Stops the compiler or the answer. That it has stopped is news.
    pub(super) fn cancel(&self) {
        self.cancel.cancel();
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// The exercise whose turn it is, and how many of how many were before it.
    pub(super) fn at(&self) -> (Option<&'static Exercise>, usize, usize) {
        (self.exercises.get(self.done).copied(), self.done, self.exercises.len())
    }

    /// Those that are not graded yet.
    pub(super) fn rest(&self) -> Vec<&'static Exercise> {
        self.exercises[self.done..].to_vec()
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

impl Drop for Grading {
    fn drop(&mut self) {
        self.cancel.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic has been told where it happened.
            let _ = thread.join();
        }
    }
}
