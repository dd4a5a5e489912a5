//! The map of the workbook as a learner walks about on it: what there is, how far they have come,
//! and what of it they want to see.

use super::files::Workbook;
use super::progress::Progress;
use super::status::Status;
use crate::exercise;
use crate::lesson::catalogue::{Lesson, MODULES, lessons};

/// Everything that the map shows.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// The modules, in order.
    pub modules: Vec<Chapter>,
    /// Which lessons are shown.
    pub filter: Filter,
    /// Only lessons whose title, name or number has this in it.
    pub search: String,
    /// Whether the search is being typed.
    pub typing: bool,
    /// The number of the lesson under the cursor.
    pub at: u32,
    /// Whether Enter takes the exercise in hand, as in `watch`, and does not walk the lesson.
    pub picks: bool,
    /// A word to the learner, until the next key.
    pub word: String,
}

/// A module with its lessons.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// From 1.
    pub number: u32,
    /// What it is called.
    pub title: &'static str,
    /// Its lessons, in order.
    pub places: Vec<Place>,
}

/// A lesson with its exercise.
#[derive(Debug, Clone)]
pub struct Place {
    /// The number that both share.
    pub number: u32,
    /// What the lesson is called.
    pub title: String,
    /// `07_insert`.
    pub stem: &'static str,
    /// How long the lesson takes.
    pub minutes: u32,
    /// The major version that either of them needs, if not every server will do.
    pub needs: Option<u32>,
    /// How far it was walked.
    pub walk: Walk,
    /// The exercise: its file, and what is known of it (`None`: begun, and not graded since).
    pub exercise: Option<(String, Option<Status>)>,
}

/// How far a lesson was walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// Not at all.
    New,
    /// It goes on with this step, counted from 0.
    LeftAt(usize),
    /// To the end.
    Done,
}

/// Which lessons are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Those begun, and not done.
    Begun,
    /// Those not done, begun or not.
    NotDone,
}

impl Filter {
    /// The one after it, in a ring.
    #[must_use]
    pub fn next(self) -> Filter {
        match self {
            Filter::All => Filter::Begun,
            Filter::Begun => Filter::NotDone,
            Filter::NotDone => Filter::All,
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Filter::All => "all",
            Filter::Begun => "begun",
            Filter::NotDone => "not done",
        }
    }
}

impl Place {
    /// What there is to do of it and what of that is done: the lesson, and the exercise if any.
    pub fn parts(&self) -> (usize, usize) {
        let passed = matches!(self.exercise, Some((_, Some(Status::Passed))));
        let done = usize::from(self.walk == Walk::Done) + usize::from(passed);
        (done, 1 + usize::from(self.exercise.is_some()))
    }

    /// Whether all of it is done.
    pub fn is_done(&self) -> bool {
        let (done, all) = self.parts();
        done == all
    }

    /// Whether something of it was begun, and not all is done.
    pub fn is_begun(&self) -> bool {
        let tried =
            matches!(&self.exercise, Some((_, status)) if *status != Some(Status::NotStarted));
        !self.is_done() && (self.walk != Walk::New || tried)
    }
}

impl Chapter {
    /// What there is to do and what of that is done, in all its lessons.
    pub fn parts(&self) -> (usize, usize) {
        self.places.iter().map(Place::parts).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }
}

impl Map {
    /// The map of this workbook, with the cursor on the first lesson that is not done.
    /// `needs` tells the major version that a lesson or its exercise needs, if any.
    pub fn new(workbook: &Workbook, progress: &Progress, needs: fn(&Lesson) -> Option<u32>) -> Map {
        let place = |lesson: &crate::lesson::catalogue::Lesson| Place {
            number: lesson.number,
            title: lesson.cut().title,
            stem: lesson.stem,
            minutes: (lesson.definition)().minutes,
            needs: needs(lesson),
            walk: match progress.step(lesson.stem) {
                step if step > 0 => Walk::LeftAt(step),
                _ if progress.is_done(lesson.stem) => Walk::Done,
                _ => Walk::New,
            },
            exercise: exercise::exercise(lesson.stem).map(|exercise| {
                (exercise.path(), progress.status(exercise, &workbook.read(exercise)))
            }),
        };
        let modules = MODULES.iter().map(|module| Chapter {
            number: module.number,
            title: module.title,
            places: lessons().iter().filter(|l| l.module == module.number).map(place).collect(),
        });
        let mut map = Map { modules: modules.collect(), ..Map::default() };
        let first = map.shown().find(|place| !place.is_done()).or(map.shown().next());
        map.at = first.map_or(0, |place| place.number);
        map
    }

    /// Whether filter and search let a lesson through.
    pub fn shows(&self, place: &Place) -> bool {
        let wanted = self.search.to_lowercase();
        let found = place.title.to_lowercase().contains(&wanted)
            || place.stem.contains(&wanted)
            || place.number.to_string() == wanted;
        found
            && match self.filter {
                Filter::All => true,
                Filter::Begun => place.is_begun(),
                Filter::NotDone => !place.is_done(),
            }
    }

    /// The lessons that are shown, in order.
    pub fn shown(&self) -> impl Iterator<Item = &Place> {
        self.modules.iter().flat_map(|module| &module.places).filter(|place| self.shows(place))
    }

    /// The lesson under the cursor.
    pub fn here(&self) -> Option<&Place> {
        self.shown().find(|place| place.number == self.at)
    }

    /// Moves the cursor by so many lessons, as far as there are any.
    pub fn step(&mut self, by: isize) {
        let numbers: Vec<u32> = self.shown().map(|place| place.number).collect();
        let here = numbers.iter().position(|number| *number == self.at).unwrap_or(0);
        let last = numbers.len().saturating_sub(1);
        if let Some(number) = numbers.get(here.saturating_add_signed(by).min(last)) {
            self.at = *number;
        }
    }

    /// Takes the cursor to a lesson that is shown: itself, else the next one, else the last.
    pub fn settle(&mut self) {
        let at = self.at;
        let near = self.shown().find(|place| place.number >= at).or(self.shown().last());
        self.at = near.map_or(at, |place| place.number);
    }
}
