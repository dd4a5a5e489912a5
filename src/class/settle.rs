//! Verdicts as they go into a gradebook: without what is of this run alone, and not too long.

use std::path::Path;

use super::compile::Source;
use super::gradebook::Graded;
use super::words::Words;
use crate::grade::Verdict;
use crate::grade::build::plain;
use crate::grade::message::Message;
use crate::grade::verdict::{Check, State};
use crate::lesson::masks::mask_times;

/// The most of a message that is kept, in characters.
const MESSAGE: usize = 16_000;

/// The most of the answer itself that is kept, in characters. All of it is graded.
const TEXT: usize = 64_000;

/// The most of what an answer printed that is kept, in characters.
const OUTPUT: usize = 4_000;

/// What begins a name that this run gave to a database or a role.
const NAME: &str = "pglings_r_";

/// What comes before an answer's name in the name of a type, if it is a module of a program.
const MODULE: &str = "answers::answer_";

/// What begins the address of a port of this run.
const LOOPBACK: &str = "127.0.0.1:";

/// Takes out what another run would say otherwise.
pub(super) struct Settle {
    /// The folder of this run, in which all paths begin.
    dir: String,
}

impl Settle {
    pub(super) fn new(dir: &Path) -> Settle {
        Settle { dir: format!("{}/", dir.display()) }
    }

    /// `words` draws what is wrong with an answer.
    pub(super) fn graded(&self, source: &Source<'_>, verdict: Verdict, words: Words) -> Graded {
        let check = |check: Check<Message>| Check {
            name: check.name,
            state: match check.state {
                State::Failed(message) => State::Failed(self.text(&words(&message), MESSAGE)),
                State::NotTried(why) => State::NotTried(self.text(&why, MESSAGE)),
                State::Passed => State::Passed,
            },
        };
        Graded {
            exercise: source.exercise.stem.to_owned(),
            text: cut(source.text, TEXT),
            status: verdict.status,
            checks: verdict.checks.into_iter().map(check).collect(),
            message: self.text(&verdict.message, MESSAGE),
            output: self.text(&verdict.output, OUTPUT),
        }
    }

    fn text(&self, text: &str, most: usize) -> String {
        // What names a type says the module too, in which an answer is with others.
        let text = plain(text).replace(&self.dir, "").replace(MODULE, "");
        let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let text = masked(&text, NAME, name, "…");
        let text = masked(&text, LOOPBACK, |c| c.is_ascii_digit(), "…");
        cut(&mask_times(&text), most)
    }
}

/// What follows a word, as far as it goes, becomes the mask.
fn masked(text: &str, word: &str, more: impl Fn(char) -> bool, mask: &str) -> String {
    let mut parts = text.split(word);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(word);
        let rest = part.trim_start_matches(&more);
        if rest.len() < part.len() {
            out.push_str(mask);
        }
        out.push_str(rest);
    }
    out
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => {
            format!("{}\n… and {} characters more", &text[..at], text[at..].chars().count())
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_one_run_is_taken_out() {
        let settle = Settle::new(Path::new("/tmp/x/place-0/7"));
        let text = settle.text(
            "/tmp/x/place-0/7/exercises/a.rs: \u{1b}[31mno\u{1b}[0m pglings_r_ab12cd34_17_login at \
             127.0.0.1:40123, after 12.5 ms, of answers::answer_07_insert::Mood",
            MESSAGE,
        );
        let same =
            "exercises/a.rs: no pglings_r_… at 127.0.0.1:…, after ‹time›, of 07_insert::Mood";
        assert_eq!(text, same);
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß!", 3), "äöü\n… and 2 characters more");
    }
}
