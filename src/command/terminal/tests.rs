#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use super::FullScreen;

/// Not a test by itself: what the one below runs in a terminal.
#[test]
#[ignore = "panics on purpose"]
fn panics_in_full_screen() {
    let _screen = FullScreen::enter().unwrap();
    panic!("on purpose");
}

/// The same for a thread that does not draw.
#[test]
#[ignore = "panics on purpose"]
fn panics_beside_a_full_screen() {
    let mut screen = FullScreen::enter().unwrap();
    std::thread::spawn(|| panic!("on purpose")).join().unwrap_err();
    screen.draw(&["goes on".to_owned()]).unwrap();
}

fn run(name: &str) -> rexpect::session::PtySession {
    let program = std::env::current_exe().unwrap();
    let name = format!("command::terminal::tests::{name}");
    let command = format!("{} --exact {name} --ignored --nocapture", program.display());
    rexpect::spawn(&command, Some(30_000)).unwrap()
}

#[test]
fn a_panic_is_read_on_the_screen_that_was_there_before() {
    let mut session = run("panics_in_full_screen");
    session.exp_string("\u{1b}[?1049h").unwrap();
    session.exp_string("\u{1b}[?1049l").unwrap();
    session.exp_string("on purpose").unwrap();
}

#[test]
fn a_panic_of_another_thread_waits_until_the_screen_is_left() {
    let mut session = run("panics_beside_a_full_screen");
    session.exp_string("\u{1b}[?1049h").unwrap();
    session.exp_string("goes on").unwrap();
    session.exp_string("\u{1b}[?1049l").unwrap();
    session.exp_string("on purpose").unwrap();
}
