//! The gradebook in the formats that people and other programs read.
//!
//! Each is a function of the gradebook alone: the same gradebook makes the same bytes. What a
//! learner wrote is text in all of them, never markup, a formula or a control character.

pub mod classroom50;
pub mod csv;
mod files;
pub mod gradescope;
pub mod html;
pub mod json;
pub mod junit;
pub mod prairielearn;
pub mod summary;
mod text;

pub use files::{Format, files};
pub use text::harmless;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
