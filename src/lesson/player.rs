//! Walks a lesson: shows a step, waits, runs it, shows what came of it.

use std::io;

use super::catalogue::Lesson;
use super::event::{Event, Language};
use super::prompt;
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
    /// Show the step after it, of those that were shown.
    Forward,
    /// Say of each choice of the last prediction why it was right or wrong.
    Why,
    /// Run the step without showing it.
    Skip,
    /// Run this SQL in the lesson's database, or a command of the [`prompt`](mod@super::prompt).
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

    /// Waits for the learner at a step, or does not.
    fn pause(&mut self, pause: Pause) -> Result<Answer>;

    /// Nothing more is to come.
    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// What can be done at a pause.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pause {
    /// How many choices there are; 0 but at a prediction.
    pub choices: usize,
    /// Whether there is a step before.
    pub back: bool,
    /// The step to return to, counted from 1, if what is shown was before it.
    pub ahead: Option<usize>,
    /// Whether the choices of a prediction can be explained.
    pub why: bool,
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
    /// What is to be said of the choices of the last prediction.
    reasons: Option<Event>,
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
        let (shown, open, reasons) = (Vec::new(), None, None);
        Ok(Walk { source, steps, stage, audience, echo, at: 0, shown, open, reasons })
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
        self.audience.end()?;
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
            // Nothing runs, so there is nothing to wait for at the end of the lesson, unless there
            // is something to be asked.
            Action::Tell if index + 1 == self.steps.len() && self.reasons.is_none() => {
                return Ok(true);
            }
            Action::Predict(prediction) => prediction.choices.len(),
            _ => 0,
        };
        let mut chosen = None;
        // Which of the steps that were shown is looked at.
        let mut view = index;
        loop {
            let ahead = (view < index).then_some(index + 1);
            let pause = Pause {
                choices: if view == index { choices } else { 0 },
                back: view > 0,
                ahead,
                why: self.reasons.is_some(),
            };
            match self.audience.pause(pause)? {
                Answer::Run if view == index => break,
                Answer::Skip | Answer::Choose(_) if view < index => {}
                Answer::Choose(choice) => {
                    chosen = Some(choice);
                    break;
                }
                Answer::Skip => {
                    self.run_quietly(index)?;
                    let text = match choices {
                        0 => "Skipped: it was run, and is not shown.",
                        _ => "Skipped: nobody asks you.",
                    };
                    self.tell(&[Event::Note(text.to_owned())])?;
                    return Ok(true);
                }
                Answer::Back if view == 0 => {
                    self.tell(&[Event::Note("This is the first step.".to_owned())])?;
                }
                Answer::Back => {
                    view -= 1;
                    self.again(view)?;
                }
                Answer::Forward if view == index => {
                    self.tell(&[Event::Note("This step has not run yet.".to_owned())])?;
                }
                // Nothing runs while an earlier step is looked at.
                Answer::Forward | Answer::Run => {
                    view += 1;
                    self.again(view)?;
                }
                Answer::Why => {
                    let reasons = self.reasons.clone();
                    self.tell(reasons.as_slice())?;
                }
                Answer::Query(text) => {
                    let events = prompt::answer(self.stage, &text);
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
            let right = outcome.settle(name, &prediction)?;
            events.push(settle(&prediction, chosen, right));
            let choices = prediction.choices.iter();
            let choices = choices.map(|one| (one.text.to_owned(), one.why.to_owned())).collect();
            self.reasons = Some(Event::Reasons { right, choices });
        } else {
            self.reasons = None;
        }
        self.tell(&events)?;
        if let Some(shown) = self.shown.last_mut() {
            shown.extend(events);
        }
        Ok(true)
    }

    /// Shows once more what was shown of a step.
    fn again(&mut self, index: usize) -> Result<()> {
        let events = self.shown.get(index).cloned().unwrap_or_default();
        self.tell(&events)
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
        // Going back shows it all the same.
        if self.shown.len() <= index {
            let events = self.announce(index);
            self.shown.push(events);
        }
        (self.open, self.reasons) = (None, None);
        let outcome = self.run(index)?;
        if let Some(shown) = self.shown.get_mut(index) {
            shown.extend(outcome.events);
        }
        Ok(())
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

fn settle(prediction: &Prediction, chosen: Option<usize>, right: usize) -> Event {
    let mut why = Vec::new();
    if let Some(chosen) = chosen.filter(|chosen| *chosen != right) {
        why.extend(prediction.choices.get(chosen).map(|choice| choice.why.to_owned()));
    }
    why.push(prediction.choices[right].why.to_owned());
    Event::Settled { chosen, right, why }
}
