//! How a file that stands for an answer was judged, or that it was not.

/// How grading it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every check passed.
    Passed,
    /// A check failed. Others may not have been tried.
    Failed,
    /// The compiler said no.
    DoesNotCompile,
    /// It took longer than it may.
    TimedOut,
    /// It ended before it had answered.
    Crashed,
    /// The file is as the stub has it.
    NotStarted,
    /// Our content is at fault.
    Broken,
    /// There was no server, or it went away.
    NoServer,
    /// It was not tried, since the server is older than it needs. Never a pass.
    NeedsNewer,
    /// It needs an extension or a privilege that the server does not have.
    NeedsMore,
}

impl Status {
    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Status::Passed => "passed",
            Status::Failed => "failed",
            Status::DoesNotCompile => "does not compile",
            Status::TimedOut => "timed out",
            Status::Crashed => "crashed",
            Status::NotStarted => "not started",
            Status::Broken => "broken (not your fault)",
            Status::NoServer => "no server (not your fault)",
            Status::NeedsNewer => "needs a newer server (not your fault)",
            Status::NeedsMore => "needs a server that has more (not your fault)",
        }
    }

    /// Whether it says something of an answer, and not of our content, of the server or of a file
    /// that nobody has begun.
    pub fn is_of_the_answer(self) -> bool {
        match self {
            Status::Passed
            | Status::Failed
            | Status::DoesNotCompile
            | Status::TimedOut
            | Status::Crashed => true,
            Status::NotStarted
            | Status::Broken
            | Status::NoServer
            | Status::NeedsNewer
            | Status::NeedsMore => false,
        }
    }

    /// The exit code of a command that ends with this.
    pub fn exit_code(self) -> u8 {
        match self {
            Status::Passed | Status::NotStarted => 0,
            Status::Failed | Status::DoesNotCompile | Status::TimedOut | Status::Crashed => 1,
            Status::NoServer | Status::NeedsNewer | Status::NeedsMore => 3,
            Status::Broken => 4,
        }
    }
}
