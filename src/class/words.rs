//! How it is told what is wrong with an answer.

use crate::grade::message::Message;

/// Draws what is wrong with an answer, as whoever shows it does.
pub type Words = fn(&Message) -> String;
