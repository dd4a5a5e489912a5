//! Lessons: one Rust file each, read from top to bottom and walked in that order.
//!
//! A lesson's steps are constants (SQL, predictions) and functions (Rust on one of the clients);
//! the doc comment above each is its prose. [`source`] cuts prose and code out of the very file
//! that the compiler got; [`run`] executes a step and tells what happened as [`event`]s;
//! [`player`] walks. How any of it looks is the business of [`report`](crate::report).

pub mod catalogue;
pub mod event;
pub mod fixtures;
pub(crate) mod masks;
mod modules;
pub mod out;
pub mod player;
pub mod prompt;
pub mod run;
pub mod sessions;
pub mod source;
pub mod step;
pub mod timeline;

/// What a Rust step returns: any error of any crate may leave it with `?`.
pub type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// What a lesson file begins with: `use crate::lesson::prelude::*;`.
pub mod prelude {
    pub use std::error::Error;

    pub use indoc::indoc;
    pub use postgres::error::SqlState;
    pub use postgres::{Client, NoTls};
    pub use sqlx::PgPool;

    pub use super::fixtures::*;
    pub use super::out::Out;
    pub use super::sessions::{Session, Sessions};
    pub use super::step::{Claim, Prediction, Result, Sql, Words, choice, predict, sql};
    pub use crate::postgres::needs::{Needs, Privilege};
}
