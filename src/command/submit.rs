//! `pglings submit`: packs what was begun, for an instructor.

use std::path::{Path, PathBuf};

use super::Context;
use crate::error::{Error, PathContext, Result};
use crate::exercise::exercises;
use crate::exercise::files::{File, read_within, write_whole};
use crate::exercise::submission::{pack, read};
use crate::report::{call, submission};

/// Where it goes if nothing else is said: into the current folder.
const NAME: &str = "pglings-submission.zip";

/// More than any archive of ours has, in bytes.
const LARGEST: u64 = 64 << 20;

pub(super) fn run(context: &Context, out: Option<&Path>) -> Result<u8> {
    let progress = context.progress();
    let (mut answers, mut packed, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for exercise in exercises() {
        let file = context.workbook.read(exercise);
        let status = progress.status(exercise, &file);
        match file {
            File::Untouched => {}
            File::Unreadable(why) => left_out.push(why),
            File::Begun(text) => {
                answers.push((exercise, text));
                packed.push((exercise, status));
            }
        }
    }
    if answers.is_empty() {
        let why: String = left_out.iter().map(|why| format!("\n{why}.")).collect();
        return Err(Error::Usage(format!(
            "there is nothing to submit: no exercise is begun.{why} On from where you left off: {}",
            call("")
        )));
    }
    let path = place(out)?;
    let bytes = pack(&answers)?;
    write_whole(&path, &bytes)?;
    context.print(&submission::draw(&path, bytes.len(), &packed, &left_out, context.look))?;
    Ok(0)
}

/// Where the archive goes. An earlier archive may be replaced, and nothing else.
fn place(out: Option<&Path>) -> Result<PathBuf> {
    let out = out.unwrap_or(Path::new(NAME));
    let mut path = std::path::absolute(out).at("find", out)?;
    if path.is_dir() {
        path.push(NAME);
    }
    if path.exists() {
        let is_ours = read_within(LARGEST, &path).is_ok_and(|bytes| read(&bytes).is_ok());
        if !is_ours {
            return Err(Error::Usage(format!(
                "{} is there already and no submission, so it is not written over. \
                 Name another file with --out.",
                path.display()
            )));
        }
    }
    Ok(path)
}
