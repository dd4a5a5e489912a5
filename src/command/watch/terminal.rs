//! The terminal while `watch` has it: keys one by one, a screen of its own, and all as it was when
//! it is left, however that comes about.

use std::io::{self, Write};
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal::{self, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute};

use crate::error::{Context, Error, Result};
use crate::interrupt;
use crate::process;

/// The terminal, until dropped.
pub(super) struct Terminal {
    /// Whether it knows of a cursor that moves; otherwise text follows text.
    pub(super) moves: bool,
}

/// What came from the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Key(KeyCode),
    Interrupt,
    Suspend,
    Resize,
}

impl Terminal {
    pub(super) fn enter() -> Result<Terminal> {
        let moves = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let terminal = Terminal { moves };
        terminal.take()?;
        Ok(terminal)
    }

    /// Columns and rows. A terminal that says zero does not know.
    pub(super) fn size() -> (usize, usize) {
        let (columns, rows) = terminal::size().unwrap_or_default();
        let or = |size, usual| if size == 0 { usual } else { usize::from(size) };
        (or(columns, 80), or(rows, 24))
    }

    /// Shows these lines, of which none may be wider than the terminal. Where `before` is still
    /// on the screen, only what differs is written, so that nothing flickers.
    pub(super) fn show(&self, lines: &[String], before: Option<&[String]>) -> Result<()> {
        let text = match before.filter(|before| before.len() == lines.len()) {
            _ if !self.moves => format!("{}\r\n", lines.join("\r\n")),
            Some(before) => {
                let changed =
                    lines.iter().zip(before).enumerate().filter(|(_, (new, old))| new != old);
                changed
                    .map(|(row, (new, _))| format!("\u{1b}[{};1H\u{1b}[2K{new}", row + 1))
                    .collect()
            }
            // Each line is cleared first: behind a full one there is no place to clear from.
            None => format!("\u{1b}[H\u{1b}[2K{}\u{1b}[J", lines.join("\r\n\u{1b}[2K")),
        };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .context("cannot write to the terminal")
    }

    /// What was pressed, if anything is within this time.
    pub(super) fn input(&self, wait: Duration) -> Result<Option<Input>> {
        if !await_input(wait)? {
            return Err(Error::Interrupted);
        }
        if !event::poll(Duration::ZERO).context("cannot read the terminal")? {
            return Ok(None);
        }
        Ok(match event::read().context("cannot read the terminal")? {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some(input(key)),
            Event::Resize(..) => Some(Input::Resize),
            _ => None,
        })
    }

    /// Lets something else have the terminal: a lesson, an editor, the shell.
    pub(super) fn lend<T>(&self, work: impl FnOnce() -> T) -> Result<T> {
        self.give_back();
        let result = work();
        self.take()?;
        Ok(result)
    }

    /// Waits for any key, on the screen as it is.
    pub(super) fn pause(text: &str) -> Result<()> {
        print!("{text} ");
        io::stdout().flush().context("cannot write to the terminal")?;
        let key = super::super::keys::read_key().map(drop);
        println!();
        key
    }

    /// Ctrl-Z: the shell has the terminal until it is told `fg`.
    pub(super) fn suspend(&self) -> Result<()> {
        self.lend(process::suspend)
    }

    fn take(&self) -> Result<()> {
        terminal::enable_raw_mode().context("cannot read single keys from the terminal")?;
        keep_line_ends();
        if self.moves {
            execute!(io::stdout(), EnterAlternateScreen, cursor::Hide)
                .context("cannot write to the terminal")?;
        }
        interrupt::check()
    }

    fn give_back(&self) {
        // There is nobody to tell, and nothing else to try.
        if self.moves {
            let _ = execute!(io::stdout(), cursor::Show, LeaveAlternateScreen);
        }
        let _ = terminal::disable_raw_mode();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.give_back();
    }
}

fn input(key: KeyEvent) -> Input {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => Input::Interrupt,
        KeyCode::Char('z') if control => Input::Suspend,
        KeyCode::Char('d') if control => Input::Key(KeyCode::Char('q')),
        KeyCode::Char(_) if control => Input::Key(KeyCode::Null),
        code => Input::Key(code),
    }
}

/// Waits for keys, for so long at the most. `false`: the terminal is closed. crossterm would read
/// its end for ever, so it is asked only when there is a terminal.
#[cfg(unix)]
fn await_input(wait: Duration) -> Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = io::stdin();
    let mut ready = [PollFd::new(&stdin, PollFlags::IN)];
    let wait = Timespec::try_from(wait).ok();
    match poll(&mut ready, wait.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(io::Error::from(error)).context("cannot read the terminal"),
    }
    Ok(!ready[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL))
}

#[cfg(not(unix))]
fn await_input(wait: Duration) -> Result<bool> {
    event::poll(wait).map(|_| true).context("cannot read the terminal")
}

/// Raw mode would let the lines of whatever else prints (a panic, a library) run down in stairs.
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
