//! The program end to end, as a learner meets it: on a copy of the workbook, with a home of its
//! own, against servers that it starts by itself.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "program/answers.rs"]
mod answers;
#[path = "program/around.rs"]
mod around;
#[path = "program/ascii.rs"]
mod ascii;
#[path = "program/book.rs"]
mod book;
#[cfg(target_os = "linux")]
#[path = "program/built.rs"]
mod built;
#[path = "program/checked.rs"]
mod checked;
#[path = "program/commands.rs"]
mod commands;
#[path = "program/dev.rs"]
mod dev;
#[cfg(unix)]
#[path = "program/docker.rs"]
mod docker;
#[path = "program/faults.rs"]
mod faults;
#[cfg(target_os = "linux")]
#[path = "program/files.rs"]
mod files;
#[cfg(target_os = "linux")]
#[path = "program/full.rs"]
mod full;
#[path = "program/keys.rs"]
mod keys;
#[path = "program/own_server.rs"]
#[cfg(unix)]
mod own_server;
#[path = "program/postgres.rs"]
#[cfg(unix)]
mod postgres_server;
#[path = "program/progress.rs"]
mod progress;
#[cfg(target_os = "linux")]
#[path = "common/room.rs"]
mod room;
#[path = "program/screen.rs"]
mod screen;
#[path = "program/servers.rs"]
mod servers;
#[path = "program/submit.rs"]
mod submit;
#[path = "program/toolchain.rs"]
mod toolchain;
#[path = "program/watch.rs"]
mod watch;
#[path = "program/world.rs"]
mod world;
