//! The terminal in raw mode, on its own screen or not. However it is left (a key, Ctrl-C, a panic,
//! Ctrl-Z), it is left as it was found.

use std::cell::Cell;
use std::io::{self, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::{cursor, execute, terminal};

use crate::error::{Context, Error, Result};
use crate::interrupt::{self, Cancel};

/// Whether the other screen is shown, for whoever has to leave it in a hurry.
static FULL: AtomicBool = AtomicBool::new(false);

/// What other threads said as they panicked, for the screen that comes after ours.
static LATER: Mutex<Vec<String>> = Mutex::new(Vec::new());

thread_local! {
    /// Whether this thread draws the screen.
    static DRAWS: Cell<bool> = const { Cell::new(false) };
}

/// How long crossterm looks whether anything came; in no time it looks at nothing.
const MOMENT: Duration = Duration::from_millis(10);

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
        raw_mode()?;
        Ok(Raw)
    }

    /// Waits for a key or a new size. Ctrl-C is an error, and Ctrl-Z stops the program.
    pub(super) fn next(&self) -> Result<Pressed> {
        self.next_but(None)
    }

    /// The same, and Ctrl-Z cancels this first: what is left behind would compute on, unwatched.
    fn next_but(&self, first: Option<&Cancel>) -> Result<Pressed> {
        loop {
            // In pieces, so that a SIGTERM is noticed while nobody presses anything.
            if let Some(pressed) = self.within(Duration::from_millis(250), first)? {
                return Ok(pressed);
            }
        }
    }

    /// What comes within this time, if anything does.
    fn within(&self, time: Duration, first: Option<&Cancel>) -> Result<Option<Pressed>> {
        let until = Instant::now() + time;
        loop {
            interrupt::check()?;
            if !is_open(Duration::ZERO)? {
                return Err(Error::Interrupted);
            }
            let came = match event::poll(MOMENT) {
                Err(_) if !is_open(Duration::ZERO)? => return Err(Error::Interrupted),
                came => came.context("cannot read the terminal")?,
            };
            if !came {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(None);
                }
                is_open(left)?;
                continue;
            }
            let event = event::read().context("cannot read the terminal")?;
            let Event::Key(key) = event else { return Ok(Some(Pressed::Other(event))) };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            if !key.modifiers.contains(KeyModifiers::CONTROL) {
                return Ok(Some(Pressed::Other(event)));
            }
            match key.code {
                KeyCode::Char('c') => return Err(Error::Interrupted),
                KeyCode::Char('d') => return Ok(Some(Pressed::End)),
                KeyCode::Char('z') => {
                    if let Some(cancel) = first {
                        cancel.cancel();
                    }
                    stop()?;
                    return Ok(Some(Pressed::Again));
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
    /// What is on it.
    shown: Option<Vec<String>>,
    /// What Ctrl-Z cancels.
    cancels: Option<Cancel>,
    /// Whether there is such a screen. Else what is drawn is written below what was.
    full: bool,
    // Dropped last: the screen before is there when keys are the shell's again.
    raw: Raw,
}

impl FullScreen {
    pub(super) fn enter() -> Result<FullScreen> {
        leave_before_a_panic_speaks();
        let mut screen = FullScreen::without_a_screen()?;
        screen.full = true;
        show()?;
        Ok(screen)
    }

    /// Only the keys: for a terminal that cannot move its cursor, and for one that is read aloud.
    pub(super) fn without_a_screen() -> Result<FullScreen> {
        Ok(FullScreen { shown: None, cancels: None, full: false, raw: Raw::new()? })
    }

    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// What is cancelled when Ctrl-Z stops the program, from now on.
    pub(super) fn cancels(&mut self, cancel: Option<Cancel>) {
        self.cancels = cancel;
    }

    /// Shows these lines from the top, none of them wider than the terminal. Only what differs
    /// from what is there is written, so that nothing flickers.
    pub(super) fn draw(&mut self, lines: &[String]) -> Result<()> {
        let text = match self.shown.take().filter(|before| before.len() == lines.len()) {
            _ if !self.full => format!("{}\r\n", lines.join("\r\n")),
            Some(before) => {
                let rows = lines.iter().zip(&before).enumerate();
                let changed = rows.filter(|(_, (new, old))| new != old);
                // Cleared first: behind a full line there is no place to clear from.
                changed
                    .map(|(row, (new, _))| format!("\u{1b}[{};1H\u{1b}[2K{new}", row + 1))
                    .collect()
            }
            None => format!("\u{1b}[H\u{1b}[2K{}\u{1b}[J", lines.join("\r\n\u{1b}[2K")),
        };
        self.shown = Some(lines.to_vec());
        if text.is_empty() {
            return Ok(());
        }
        // In one write, for the same reason.
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .context("cannot write to the terminal")
    }

    /// Waits for a key or a new size, as [`Raw::next`].
    pub(super) fn key(&mut self) -> Result<Pressed> {
        let pressed = self.raw.next_but(self.cancels.as_ref())?;
        Ok(self.noted(pressed))
    }

    /// A key or a new size, if one comes within this time.
    pub(super) fn key_within(&mut self, time: Duration) -> Result<Option<Pressed>> {
        let pressed = self.raw.within(time, self.cancels.as_ref())?;
        Ok(pressed.map(|pressed| self.noted(pressed)))
    }

    fn noted(&mut self, pressed: Pressed) -> Pressed {
        if !matches!(pressed, Pressed::Other(Event::Key(_)) | Pressed::End) {
            self.shown = None;
        }
        pressed
    }

    /// Lets something else have the terminal: a lesson, an editor.
    pub(super) fn lend<T>(&mut self, work: impl FnOnce() -> T) -> Result<T> {
        hide();
        terminal::disable_raw_mode().context("cannot set the terminal back")?;
        let result = work();
        raw_mode()?;
        if self.full {
            show()?;
        }
        self.shown = None;
        Ok(result)
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        hide();
    }
}

fn show() -> Result<()> {
    DRAWS.set(true);
    FULL.store(true, Ordering::SeqCst);
    execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide)
        .context("cannot write to the terminal")
}

/// Shows the screen that was there before. Returns whether there was anything to hide.
fn hide() -> bool {
    let full = FULL.swap(false, Ordering::SeqCst);
    if full {
        let _ = execute!(io::stdout(), cursor::Show, terminal::LeaveAlternateScreen);
        for text in LATER.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            eprintln!("{text}");
        }
    }
    full
}

fn raw_mode() -> Result<()> {
    terminal::enable_raw_mode().context("cannot read single keys from the terminal")?;
    keep_line_ends();
    Ok(())
}

/// Raw mode would let the lines of whatever else prints run down in stairs.
#[cfg(unix)]
fn keep_line_ends() {
    use rustix::termios::{OptionalActions, OutputModes, tcgetattr, tcsetattr};
    let stdin = io::stdin();
    if let Ok(mut modes) = tcgetattr(&stdin) {
        modes.output_modes.insert(OutputModes::OPOST);
        // Without it the stairs are all that is wrong.
        let _ = tcsetattr(&stdin, OptionalActions::Now, &modes);
    }
}

#[cfg(not(unix))]
fn keep_line_ends() {}

/// The words of a panic would vanish with the other screen, and look odd in raw mode. Those of a
/// thread that does not draw wait until the screen is left: whoever draws goes on.
fn leave_before_a_panic_speaks() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if FULL.load(Ordering::SeqCst) && !DRAWS.get() {
                LATER.lock().unwrap_or_else(PoisonError::into_inner).push(info.to_string());
                return;
            }
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
    let full = hide();
    terminal::disable_raw_mode().context("cannot set the terminal back")?;
    let stopped = crate::process::suspend();
    raw_mode()?;
    if full {
        show()?;
    }
    stopped.context("cannot stop")
}

#[cfg(not(unix))]
fn stop() -> Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests;
