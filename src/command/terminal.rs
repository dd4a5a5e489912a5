//! The terminal in raw mode, on its own screen or not. However it is left (a key, Ctrl-C, a panic,
//! Ctrl-Z), it is left as it was found.

use std::io::{self, Write};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::{cursor, execute, terminal};

use crate::error::{Context, Error, Result};
use crate::interrupt;

/// Whether the other screen is shown, for whoever has to leave it in a hurry.
static FULL: AtomicBool = AtomicBool::new(false);

/// What came from the terminal.
pub(super) enum Pressed {
    /// A key, or a new size.
    Other(Event),
    /// Ctrl-D.
    End,
    /// The program was stopped and goes on: what was on the screen may be gone.
    Again,
}

/// The terminal in raw mode, until dropped.
pub(super) struct Raw;

impl Raw {
    pub(super) fn new() -> Result<Raw> {
        terminal::enable_raw_mode().context("cannot read single keys from the terminal")?;
        Ok(Raw)
    }

    /// Waits for a key or a new size. Ctrl-C is an error, and Ctrl-Z stops the program.
    pub(super) fn next(&self) -> Result<Pressed> {
        loop {
            interrupt::check()?;
            if !is_open(Duration::ZERO)? {
                return Err(Error::Interrupted);
            }
            if !event::poll(Duration::ZERO).context("cannot read the terminal")? {
                // In pieces, so that a SIGTERM is noticed while nobody presses anything.
                is_open(Duration::from_millis(250))?;
                continue;
            }
            let event = event::read().context("cannot read the terminal")?;
            let Event::Key(key) = event else { return Ok(Pressed::Other(event)) };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            if !key.modifiers.contains(KeyModifiers::CONTROL) {
                return Ok(Pressed::Other(event));
            }
            match key.code {
                KeyCode::Char('c') => return Err(Error::Interrupted),
                KeyCode::Char('d') => return Ok(Pressed::End),
                KeyCode::Char('z') => {
                    stop()?;
                    return Ok(Pressed::Again);
                }
                _ => {}
            }
        }
    }
}

/// Waits for keys, for so long at the most. `false`: the terminal is closed. crossterm would read
/// its end for ever, so it is asked only while there is a terminal.
#[cfg(unix)]
fn is_open(wait: Duration) -> Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = io::stdin();
    let mut ready = [PollFd::new(&stdin, PollFlags::IN)];
    match poll(&mut ready, Timespec::try_from(wait).ok().as_ref()) {
        // A new size comes as a signal.
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(io::Error::from(error)).context("cannot read the terminal"),
    }
    Ok(!ready[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL))
}

#[cfg(not(unix))]
fn is_open(wait: Duration) -> Result<bool> {
    event::poll(wait).map(|_| true).context("cannot read the terminal")
}

impl Drop for Raw {
    fn drop(&mut self) {
        // There is nobody to tell, and nothing else to try.
        let _ = terminal::disable_raw_mode();
    }
}

/// A screen of our own, until dropped; then the one before is there again.
pub(super) struct FullScreen {
    raw: Raw,
}

impl FullScreen {
    pub(super) fn enter() -> Result<FullScreen> {
        leave_before_a_panic_speaks();
        let raw = Raw::new()?;
        let screen = FullScreen { raw };
        show()?;
        Ok(screen)
    }

    /// Shows these lines from the top.
    pub(super) fn draw(&mut self, lines: &[String]) -> Result<()> {
        // In one write, so that it does not flicker.
        let mut text = "\u{1b}[H".to_owned();
        for (index, line) in lines.iter().enumerate() {
            text.push_str(if index > 0 { "\r\n" } else { "" });
            text.push_str(line);
            text.push_str("\u{1b}[K");
        }
        text.push_str("\u{1b}[J");
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .context("cannot write to the terminal")
    }

    pub(super) fn key(&self) -> Result<Pressed> {
        self.raw.next()
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        hide();
    }
}

fn show() -> Result<()> {
    FULL.store(true, Ordering::SeqCst);
    execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide)
        .context("cannot write to the terminal")
}

/// Shows the screen that was there before. Returns whether there was anything to hide.
fn hide() -> bool {
    let full = FULL.swap(false, Ordering::SeqCst);
    if full {
        let _ = execute!(io::stdout(), cursor::Show, terminal::LeaveAlternateScreen);
    }
    full
}

/// The words of a panic would vanish with the other screen, and look odd in raw mode.
fn leave_before_a_panic_speaks() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if hide() {
                let _ = terminal::disable_raw_mode();
            }
            before(info);
        }));
    });
}

/// Ctrl-Z: gives the terminal back, stops as any program would, and takes it again after `fg`.
#[cfg(unix)]
fn stop() -> Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    let full = hide();
    terminal::disable_raw_mode().context("cannot set the terminal back")?;
    // The whole group, as the terminal does it: cargo, which runs us, stops with us.
    let stopped = kill_current_process_group(Signal::TSTP);
    terminal::enable_raw_mode().context("cannot read single keys from the terminal")?;
    if full {
        show()?;
    }
    stopped.map_err(io::Error::from).context("cannot stop")
}

#[cfg(not(unix))]
fn stop() -> Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::FullScreen;

    /// Not a test by itself: what the one below runs in a terminal.
    #[test]
    #[ignore = "panics on purpose"]
    fn panics_in_full_screen() {
        let _screen = FullScreen::enter().unwrap();
        panic!("on purpose");
    }

    #[test]
    fn a_panic_is_read_on_the_screen_that_was_there_before() {
        let program = std::env::current_exe().unwrap();
        let name = "command::terminal::tests::panics_in_full_screen";
        let command = format!("{} --exact {name} --ignored --nocapture", program.display());
        let mut session = rexpect::spawn(&command, Some(30_000)).unwrap();
        session.exp_string("\u{1b}[?1049h").unwrap();
        session.exp_string("\u{1b}[?1049l").unwrap();
        session.exp_string("on purpose").unwrap();
    }
}
