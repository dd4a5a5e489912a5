//! Walks a lesson: shows a step, waits, runs it, shows what came of it.

use std::io::{self, Write};

use super::catalogue::Lesson;
use super::event::{Event, Language};
use super::run::{Outcome, Stage};
use super::source::{Part, Source};
use super::step::{Action, Prediction, Step};
use crate::error::{Context, Error, Result};
use crate::interrupt;

/// What a learner answers at a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Run the step.
    Run,
    /// Show the step before once more.
    Back,
    /// Run the step without showing it.
    Skip,
    /// Run this SQL in the lesson's database.
    Query(String),
    /// Choose this answer of a prediction.
    Choose(usize),
    /// Leave the lesson here.
    Quit,
}

/// Where events go.
pub trait Audience {
    /// Takes one event.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Waits for the learner at a step, or does not. `choices` is not 0 at a prediction.
    fn pause(&mut self, choices: usize) -> Result<Answer>;
}

/// How a walk went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// To the end.
    Finished,
    /// Left at this step, counted from 0.
    LeftAt(usize),
}

/// A lesson being walked.
pub struct Walk<'a> {
    source: Source,
    steps: Vec<Step>,
    stage: &'a mut Stage,
    audience: &'a mut dyn Audience,
    echo: bool,
    at: usize,
    /// What was shown of each step, for going back.
    shown: Vec<Vec<Event>>,
    /// A prediction that waits for the step it is about: its name and what was chosen.
    open: Option<(&'static str, Prediction, Option<usize>)>,
}

impl<'a> Walk<'a> {
    /// Prepares a walk. A step without a part in the source is the lesson's fault.
    pub fn new(
        lesson: &Lesson,
        stage: &'a mut Stage,
        audience: &'a mut dyn Audience,
        echo: bool,
    ) -> Result<Walk<'a>> {
        let source = lesson.cut();
        let steps = (lesson.definition)().steps;
        if let Some(step) = steps.iter().find(|step| source.part(step.name).is_none()) {
            return Err(Error::Content(format!(
                "{} has no documented item named {}",
                lesson.path(),
                step.name
            )));
        }
        Ok(Walk { source, steps, stage, audience, echo, at: 0, shown: Vec::new(), open: None })
    }

    /// Walks from a step, counted from 0. Those before are run without being shown.
    pub fn walk(&mut self, lesson: &Lesson, from: usize) -> Result<Ending> {
        let title = self.source.title.clone();
        let module = lesson.module().map_or("", |module| module.title).to_owned();
        self.tell(&[Event::Lesson { number: lesson.number, title, module }])?;
        let from = from.min(self.steps.len());
        for index in 0..from {
            self.run_quietly(index)?;
        }
        if from == 0 {
            self.tell(&[Event::Prose(self.source.introduction.clone())])?;
        } else {
            let text = format!("Steps 1 to {from} have been run. Going on with step {}.", from + 1);
            self.tell(&[Event::Note(text)])?;
        }
        for index in from..self.steps.len() {
            interrupt::check()?;
            self.at = index;
            if !self.step(index)? {
                return Ok(Ending::LeftAt(index));
            }
        }
        Ok(Ending::Finished)
    }

    /// The step that the walk is at, counted from 0.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Shows a step, waits, runs it. `false`: the learner leaves.
    fn step(&mut self, index: usize) -> Result<bool> {
        let events = self.announce(index);
        self.tell(&events)?;
        self.shown.push(events);
        let choices = match &self.steps[index].action {
            // Nothing runs, so there is nothing to wait for at the end of the lesson.
            Action::Tell if index + 1 == self.steps.len() => return Ok(true),
            Action::Predict(prediction) => prediction.choices.len(),
            _ => 0,
        };
        let mut chosen = None;
        loop {
            match self.audience.pause(choices)? {
                Answer::Run => break,
                Answer::Choose(choice) => {
                    chosen = Some(choice);
                    break;
                }
                Answer::Skip => {
                    self.run_quietly(index)?;
                    self.tell(&[Event::Note("Skipped: it was run, and is not shown.".into())])?;
                    return Ok(true);
                }
                Answer::Back => {
                    let again = index.checked_sub(1).and_then(|before| self.shown.get(before));
                    let again = again.cloned().unwrap_or_default();
                    let note = "That was the step before. Now this one again:".to_owned();
                    self.tell(&again)?;
                    self.tell(&[Event::Note(note)])?;
                    let events = self.announce(index);
                    self.tell(&events)?;
                }
                Answer::Query(sql) => {
                    let events = self.stage.query(&sql);
                    interrupt::check()?;
                    let events = events?;
                    self.tell(&events)?;
                }
                Answer::Quit => return Ok(false),
            }
        }
        if let Action::Predict(prediction) = self.steps[index].action {
            self.open = Some((self.steps[index].name, prediction, chosen));
            return Ok(true);
        }
        let outcome = self.run(index)?;
        let mut events = Vec::new();
        if self.echo {
            events.push(Event::Wire(outcome.statements.clone()));
        }
        events.extend(outcome.events.iter().cloned());
        if let Some((name, prediction, chosen)) = self.open.take() {
            events.push(settle(name, &prediction, chosen, &outcome)?);
        }
        self.tell(&events)?;
        if let Some(shown) = self.shown.last_mut() {
            shown.extend(events);
        }
        Ok(true)
    }

    /// What is shown before a step runs.
    fn announce(&self, index: usize) -> Vec<Event> {
        let step = &self.steps[index];
        let part = self.source.part(step.name).map_or_else(Part::default, Part::clone);
        let mut events = vec![Event::Progress(index + 1, self.steps.len())];
        if !part.prose.is_empty() {
            events.push(Event::Prose(part.prose.clone()));
        }
        events.push(match &step.action {
            Action::Tell => return events,
            Action::Sql(sql) => Event::Code(Language::Sql, sql.text.trim_end().to_owned()),
            Action::Predict(prediction) => Event::Question {
                text: prediction.question.to_owned(),
                choices: prediction.choices.iter().map(|choice| choice.text.to_owned()).collect(),
            },
            _ => Event::Code(Language::Rust, part.code),
        });
        events
    }

    fn run_quietly(&mut self, index: usize) -> Result<()> {
        // Going back shows at least what the step was.
        if self.shown.len() <= index {
            let events = self.announce(index);
            self.shown.push(events);
        }
        self.open = None;
        self.run(index).map(drop)
    }

    fn run(&mut self, index: usize) -> Result<Outcome> {
        let outcome = self.stage.run(&self.steps[index]);
        // Whatever went wrong, if it was Ctrl-C that did it, it is not the lesson's fault.
        interrupt::check()?;
        outcome
    }

    fn tell(&mut self, events: &[Event]) -> Result<()> {
        for event in events {
            self.audience.event(event).context("cannot write to the terminal")?;
        }
        Ok(())
    }
}

fn settle(
    name: &str,
    prediction: &Prediction,
    chosen: Option<usize>,
    outcome: &Outcome,
) -> Result<Event> {
    let right = outcome.settle(name, prediction)?;
    let mut why = Vec::new();
    if let Some(chosen) = chosen.filter(|chosen| *chosen != right) {
        why.extend(prediction.choices.get(chosen).map(|choice| choice.why.to_owned()));
    }
    why.push(prediction.choices[right].why.to_owned());
    Ok(Event::Settled { chosen, right, why })
}

/// An audience that reads to the end without a pause.
pub struct Straight<W: Write>(pub crate::report::screen::Screen<W>);

impl<W: Write> Audience for Straight<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.0.event(event)
    }

    fn pause(&mut self, _choices: usize) -> Result<Answer> {
        Ok(Answer::Run)
    }
}
