//! `pglings lesson`: walks a lesson.

use std::io::{self, Write};

use super::keys::AtTheKeys;
use super::{Context, is_interactive, lesson_named};
use crate::cli;
use crate::error::{Context as _, Error, Result};
use crate::exercise;
use crate::interrupt;
use crate::lesson::catalogue::{Lesson, lessons};
use crate::lesson::player::{Audience, Ending, Walk};
use crate::lesson::run::Stage;
use crate::report::call;
use crate::report::screen::{Screen, Straight};

pub(super) fn run(context: &Context, options: &cli::Lesson) -> Result<u8> {
    let lesson = lesson_named(&options.lesson)?;
    let from = match options.from {
        Some(0) => return Err(Error::Usage("steps are counted from 1".to_owned())),
        Some(step) => step - 1,
        None => 0,
    };
    walk(context, lesson, from, options)
}

/// Walks a lesson on a database of its own, from a step counted from 0.
pub(super) fn walk(
    context: &Context,
    lesson: &Lesson,
    from: usize,
    options: &cli::Lesson,
) -> Result<u8> {
    let definition = (lesson.definition)();
    if from >= definition.steps.len() {
        return Err(Error::Usage(format!(
            "lesson {} has {} steps",
            lesson.number,
            definition.steps.len()
        )));
    }
    let servers = context.servers();
    let databases = servers.get(&definition.needs)?;
    let mut stage = Stage::of(&definition, &databases)?;
    let name = stage.database().name.clone();
    let address = databases.server.address.clone();
    // Ctrl-C while a step runs: its sessions end, the step returns, and all is put away.
    let stop = interrupt::on(move || crate::postgres::database::end_sessions_at(&address, &name));
    let mut audience: Box<dyn Audience> = if options.no_pause || !is_interactive() {
        Box::new(Straight(Screen::new(io::stdout(), context.look)))
    } else {
        Box::new(AtTheKeys::new(context.look, &context.workbook)?)
    };
    let mut at = from;
    let result =
        Walk::new(lesson, &mut stage, &mut *audience, options.echo).and_then(|mut walk| {
            let result = walk.walk(lesson, from);
            at = walk.at().max(from);
            result
        });
    drop(stop);
    let database = stage.into_database();
    let ending = match result {
        Ok(ending) => ending,
        Err(Error::Content(text)) => {
            let kept = database.keep(&format!("lesson_{}", lesson.stem))?;
            return Err(Error::Content(format!(
                "{text}\nIts database is kept. A look inside: {}",
                call(&format!("server psql {kept}"))
            )));
        }
        Err(error) => {
            // Ctrl-C, or the server is gone: the next walk goes on from here.
            remember(context, lesson, Ending::LeftAt(at));
            return Err(error);
        }
    };
    drop(database);
    databases.forget(&format!("lesson_{}", lesson.stem));
    remember(context, lesson, ending);
    farewell(context, lesson, ending)?;
    Ok(0)
}

fn remember(context: &Context, lesson: &Lesson, ending: Ending) {
    context.note(|progress| match ending {
        Ending::Finished => progress.finished(lesson.stem),
        Ending::LeftAt(step) => progress.left_at(lesson.stem, step),
    });
}

fn farewell(context: &Context, lesson: &Lesson, ending: Ending) -> Result<()> {
    let mut lines = vec![context.look.rule("next")];
    match ending {
        Ending::LeftAt(step) => {
            lines.push(format!("Left at step {}. Go on with: {}", step + 1, call("")))
        }
        Ending::Finished => match exercise::exercise(lesson.stem) {
            Some(exercise) => {
                lines.push(format!("Your turn: open {}", exercise.path()));
                lines.push(format!("and grade it:  {}", call(&format!("check {}", lesson.number))));
            }
            None => match lessons().iter().find(|next| next.number > lesson.number) {
                Some(next) => {
                    lines.push(format!("Next: {}", call(&format!("lesson {}", next.number))))
                }
                None => lines.push("That was the last lesson.".to_owned()),
            },
        },
    }
    writeln!(io::stdout(), "{}", lines.join("\n")).context("cannot write to the terminal")
}
