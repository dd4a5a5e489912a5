//! What a lesson file is made of.

use std::future::Future;
use std::pin::Pin;

use postgres::Client;
use sqlx::PgPool;

pub use super::Result;
use super::out::Out;
use super::sessions::Sessions;
use crate::postgres::database::Fixture;
use crate::postgres::needs::Needs;

/// What a lesson file says about itself: see [`lesson!`](crate::lesson!).
pub struct Definition {
    /// What its database starts with.
    pub fixture: Fixture,
    /// What a server has to have. The extensions of the fixture need not be repeated.
    pub needs: Needs,
    /// How long a learner takes, in minutes.
    pub minutes: u32,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// One step: a name, which is the item's own, and what to do.
pub struct Step {
    /// As the constant or function is called.
    pub name: &'static str,
    /// What it does.
    pub action: Action,
}

/// What a step does.
pub enum Action {
    /// Only tells: the prose is all there is.
    Tell,
    /// Runs SQL.
    Sql(Sql),
    /// Asks what the next step will do.
    Predict(Prediction),
    /// Runs Rust on the sync client.
    Sync(SyncStep),
    /// Runs Rust that makes its own connections, from a URL.
    Url(UrlStep),
    /// Runs Rust on named sessions.
    Sessions(SessionsStep),
    /// Runs Rust on a pool.
    Async(Box<dyn AsyncStep>),
    /// Runs async Rust that makes its own connections, from a URL.
    AsyncUrl(Box<dyn AsyncUrlStep>),
}

/// SQL to run as it stands, in one message.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// The bytes that the server gets.
    pub text: &'static str,
    /// The SQLSTATE that the lesson wants, if the failure is the lesson.
    pub fails: Option<&'static str>,
}

/// SQL to show and run.
pub const fn sql(text: &'static str) -> Sql {
    Sql { text, fails: None }
}

impl Sql {
    /// Says that the step must fail, and with which SQLSTATE.
    #[must_use]
    pub const fn fails(self, sqlstate: &'static str) -> Sql {
        Sql { fails: Some(sqlstate), ..self }
    }
}

/// A question about the step that follows. Which answer is right is decided by what happens.
#[derive(Debug, Clone, Copy)]
pub struct Prediction {
    /// The question.
    pub question: &'static str,
    /// The answers, in the order shown.
    pub choices: &'static [Choice],
}

/// One answer to a prediction.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// What it says.
    pub text: &'static str,
    /// What must have happened for it to be right.
    pub claim: Claim,
    /// Shown to whoever chose it (or, if it was right, to everyone).
    pub why: &'static str,
}

/// Prose and nothing else, such as the summary at the end: `pub const IN_SHORT: Words = Words;`.
#[derive(Debug, Clone, Copy)]
pub struct Words;

/// What a choice claims about the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It succeeds, and no other choice's claim is true.
    Works,
    /// It fails with this SQLSTATE.
    Fails(&'static str),
    /// It gives back this many rows, or affects so many.
    Rows(u64),
    /// The first column of its first row, or the first value that it reports, reads so. Of a
    /// timeline it is the first column of the last rows in it.
    Value(&'static str),
}

/// Asks a question about the next step.
pub const fn predict(question: &'static str, choices: &'static [Choice]) -> Prediction {
    Prediction { question, choices }
}

/// One answer: its text, what it claims, and why it is right or wrong.
pub const fn choice(text: &'static str, claim: Claim, why: &'static str) -> Choice {
    Choice { text, claim, why }
}

/// A function on the sync client that is a step.
pub type SyncStep = Box<dyn Fn(&mut Client, &mut Out) -> Result<()>>;

/// A function of a connection URL that is a step.
pub type UrlStep = Box<dyn Fn(&str, &mut Out) -> Result<()>>;

/// A function on named sessions that is a step.
pub type SessionsStep = Box<dyn Fn(&mut Sessions, &mut Out) -> Result<()>>;

/// An async function that is a step.
pub trait AsyncStep {
    /// Runs it.
    fn run<'a>(
        &'a self,
        pool: &'a PgPool,
        out: &'a mut Out,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
}

impl<F: AsyncFn(&PgPool, &mut Out) -> Result<()>> AsyncStep for F {
    fn run<'a>(
        &'a self,
        pool: &'a PgPool,
        out: &'a mut Out,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>> {
        Box::pin(self(pool, out))
    }
}

/// An async function of a connection URL that is a step.
pub trait AsyncUrlStep {
    /// Runs it.
    fn run<'a>(
        &'a self,
        url: &'a str,
        out: &'a mut Out,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
}

impl<F: AsyncFn(&str, &mut Out) -> Result<()>> AsyncUrlStep for F {
    fn run<'a>(
        &'a self,
        url: &'a str,
        out: &'a mut Out,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>> {
        Box::pin(self(url, out))
    }
}

/// Marks steps on the sync client.
pub struct OnClient;
/// Marks steps that connect by themselves.
pub struct OnUrl;
/// Marks steps on named sessions.
pub struct OnSessions;
/// Marks steps on a pool.
pub struct OnPool;
/// Marks async steps that connect by themselves.
pub struct OnUrlAsync;

/// What may stand in the list of steps. `Kind` is inferred.
pub trait IntoAction<Kind> {
    /// The action.
    fn into_action(self) -> Action;
}

impl IntoAction<Sql> for Sql {
    fn into_action(self) -> Action {
        Action::Sql(self)
    }
}

impl IntoAction<Words> for Words {
    fn into_action(self) -> Action {
        Action::Tell
    }
}

impl IntoAction<Prediction> for Prediction {
    fn into_action(self) -> Action {
        Action::Predict(self)
    }
}

impl<F: Fn(&mut Client, &mut Out) -> Result<()> + 'static> IntoAction<OnClient> for F {
    fn into_action(self) -> Action {
        Action::Sync(Box::new(self))
    }
}

impl<F: Fn(&str, &mut Out) -> Result<()> + 'static> IntoAction<OnUrl> for F {
    fn into_action(self) -> Action {
        Action::Url(Box::new(self))
    }
}

impl<F: Fn(&mut Sessions, &mut Out) -> Result<()> + 'static> IntoAction<OnSessions> for F {
    fn into_action(self) -> Action {
        Action::Sessions(Box::new(self))
    }
}

impl<F: AsyncFn(&PgPool, &mut Out) -> Result<()> + 'static> IntoAction<OnPool> for F {
    fn into_action(self) -> Action {
        Action::Async(Box::new(self))
    }
}

impl<F: AsyncFn(&str, &mut Out) -> Result<()> + 'static> IntoAction<OnUrlAsync> for F {
    fn into_action(self) -> Action {
        Action::AsyncUrl(Box::new(self))
    }
}

/// A step of this name.
pub fn step<Kind>(name: &'static str, action: impl IntoAction<Kind>) -> Step {
    Step { name, action: action.into_action() }
}

/// The last lines of a lesson file: what its database starts with, how long it takes, and the
/// steps in the order of the file. What needs more than any server has says so, with `needs: 17` or
/// [`Needs`](crate::postgres::needs::Needs) of more.
///
/// ```ignore
/// lesson! { fixture: LUNDO, minutes: 10, steps: [ONE_ROW, SAME_EMAIL, from_rust] }
/// ```
#[macro_export]
macro_rules! lesson {
    (fixture: $fixture:expr, minutes: $minutes:expr, steps: $steps:tt $(,)?) => {
        $crate::lesson! {
            fixture: $fixture,
            needs: $crate::postgres::needs::Needs::NOTHING,
            minutes: $minutes,
            steps: $steps,
        }
    };
    (
        fixture: $fixture:expr,
        needs: $needs:expr,
        minutes: $minutes:expr,
        steps: [$($step:ident),+ $(,)?] $(,)?
    ) => {
        /// The steps of this lesson, in order.
        pub fn lesson() -> $crate::lesson::step::Definition {
            $crate::lesson::step::Definition {
                fixture: $fixture,
                needs: $crate::postgres::needs::Needs::from($needs).with_fixture($fixture.extensions),
                minutes: $minutes,
                steps: vec![$($crate::lesson::step::step(stringify!($step), $step)),+],
            }
        }
    };
}
