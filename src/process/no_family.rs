//! Where the system does not tell a process's family: its group is all that can be ended.

use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};

use super::Taken;

pub(super) fn spawn(
    command: &mut Command,
    _contained: bool,
    _server: Option<PathBuf>,
) -> io::Result<Child> {
    command.spawn()
}

pub(super) fn wait(mut child: Child) -> io::Result<ExitStatus> {
    child.wait()
}

pub(super) fn end(_root: u32, _mark: &str) {}

/// Not known here.
pub(super) fn taken(_root: u32, _mark: Option<&str>) -> Taken {
    Taken::default()
}
