//! # Reading what is not its own
//!
//! reads /etc/passwd | No such file or directory | Permission denied
//! reads the instructor's home | No such file or directory | Permission denied
//! lists the instructor's home | No such file or directory | Permission denied
//! watches what is done in it | No such file or directory | Permission denied
//! reads a solution | No such file or directory | Permission denied
//! reads a grader | No such file or directory | Permission denied
//! reads a lesson | No such file or directory | Permission denied
//! lists the target folder | No such file or directory | Permission denied
//! reads the program pglings | No such file or directory | Permission denied
//! lists the places on the desk (in bubblewrap: its own) | GOT 1 | Permission denied
//! reads the submission of a neighbour | No such file or directory | Permission denied
//! reads the journal of verdicts | No such file or directory | Permission denied
//! reads the program of the grader | No such file or directory | Permission denied
//! reads the environment of the grader | No such file or directory | Permission denied
//! reads the memory of the grader | No such file or directory | Permission denied
//! reads the environment of any other process | none | none
//! reads the server's data | No such file or directory | Permission denied

use std::fs;
use std::io::{Error, ErrorKind, Read};

use rustix::fs::inotify;

fn some(path: &str) -> Result<usize, Error> {
    let mut bytes = [0; 64];
    fs::File::open(path)?.read(&mut bytes)
}

/// Where answers of others are. What each of them is linked with lies beside.
fn places(desk: &str) -> Result<usize, Error> {
    let name = |entry: Result<fs::DirEntry, Error>| Some(entry.ok()?.file_name());
    let names = fs::read_dir(desk)?.filter_map(name);
    Ok(names.filter(|name| name.to_string_lossy().starts_with("place-")).count())
}

fn list(path: &str) -> Result<usize, Error> {
    Ok(fs::read_dir(path)?.count())
}

fn watch(path: &str) -> Result<(), rustix::io::Errno> {
    let watcher = inotify::init(inotify::CreateFlags::empty())?;
    inotify::add_watch(watcher, path, inotify::WatchFlags::CREATE).map(drop)
}

fn attempts(_: &mut postgres::Client) {
    attempt("reads /etc/passwd", some("/etc/passwd"));
    attempt("reads the instructor's home", some("@home@/secret"));
    attempt("lists the instructor's home", list("@home@"));
    attempt("watches what is done in it", watch("@home@").map_err(Error::from));
    attempt("reads a solution", some("@workbook@/solutions/m1_raw_sql/07_insert.rs"));
    attempt("reads a grader", some("@workbook@/tests/graders/m1_raw_sql/07_insert.rs"));
    attempt("reads a lesson", some("@workbook@/lessons/m1_raw_sql/07_insert.rs"));
    attempt("lists the target folder", list("@target@"));
    attempt("reads the program pglings", some("@pglings@"));
    attempt("lists the places on the desk (in bubblewrap: its own)", places("@desk@"));
    attempt("reads the submission of a neighbour", some("@desk@/neighbour/answer.rs"));
    attempt("reads the journal of verdicts", some("@home@/grades/verdicts.jsonl"));
    attempt("reads the program of the grader", some("/proc/@grader@/exe"));
    attempt("reads the environment of the grader", some("/proc/@grader@/environ"));
    attempt("reads the memory of the grader", some("/proc/@grader@/mem"));
    let me = std::process::id();
    let readable = (1..70_000u32).filter(|pid| *pid != me).find(|pid| {
        let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        String::from_utf8_lossy(&environ).contains("PGLINGS_TEST_SECRET")
    });
    let none = Error::new(ErrorKind::NotFound, "none");
    attempt("reads the environment of any other process", readable.ok_or(none));
    attempt("reads the server's data", list("@data@"));
}
