//! The properties. Each takes any bytes, and panics where something does not hold for them.

mod classes;
mod learners;
mod results;
mod texts;
mod wire;

pub(crate) use classes::{courses, gradebooks, journals, packed, rosters, submissions};
pub(crate) use learners::{addresses, command_line, progress};
pub(crate) use results::comparison;
pub(crate) use texts::{lesson_source, prompts, server_errors, stubs, transcripts};
pub(crate) use wire::{passes_through, recorder, values};

/// Takes the first byte off.
fn byte(data: &mut &[u8]) -> u8 {
    let Some((first, rest)) = data.split_first() else { return 0 };
    *data = rest;
    *first
}

/// As text, in which what is no UTF-8 is replaced.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}
