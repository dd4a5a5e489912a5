//! A learner at the keys of a terminal.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::{Arc, Once, Weak};
use std::thread;
use std::time::Duration;

use colored::Colorize;
use crossterm::event::{Event as Key, KeyCode};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use textwrap::core::display_width;

use super::sheet::Sheet;
use super::terminal::{Pressed, Raw};
use crate::error::{Context, Result};
use crate::exercise::files::Workbook;
use crate::interrupt;
use crate::lesson::event::Event;
use crate::lesson::player::{Answer, Audience, Pause};
use crate::lesson::prompt;
use crate::report::look::{Look, screen_size};
use crate::report::screen::{Screen, letter};

/// Shows events and waits for a key at every pause.
pub(super) struct AtTheKeys {
    /// Where events are drawn.
    screen: Screen<Vec<u8>>,
    /// What was drawn and waits for the next pause.
    sheet: Sheet,
    editor: DefaultEditor,
    /// Where lines of SQL are remembered from one day to the next.
    history: PathBuf,
    /// Whether the learner is at the SQL prompt, to which they come back after each answer.
    asking: bool,
    /// Whether they were told that a letter answers a question.
    told: bool,
}

/// Rows for the line that says what can be pressed.
const PROMPT: usize = 1;

/// Rows for what is said at the end of a lesson, and for the shell's own prompt.
const FAREWELL: usize = 5;

const HELP: &[(&str, &str)] = &[
    ("Enter", "run the step"),
    ("s", "run it unseen"),
    ("b, Left", "look at the step before"),
    ("f, Right", "look at the step after that"),
    ("w", "after a question: why each answer is right or wrong"),
    (":", "type SQL into this lesson's database"),
    ("q", "leave, and go on here another time"),
];

impl AtTheKeys {
    pub(super) fn new(look: Look, workbook: &Workbook) -> Result<AtTheKeys> {
        let editor = DefaultEditor::new().map_err(io::Error::other);
        let mut editor = editor.context("cannot read lines from the terminal")?;
        let history = workbook.root().join(".pglings/history");
        // The first time there is none; and without one, only memory is lost.
        let _ = editor.load_history(&history);
        let (screen, sheet) = (Screen::new(Vec::new(), look), Sheet::default());
        Ok(AtTheKeys { screen, sheet, editor, history, asking: false, told: false })
    }

    /// Shows what can be pressed, in a line that fits the screen.
    fn prompt(&mut self, pause: Pause) -> Result<()> {
        let first = match (pause.choices, pause.ahead) {
            (_, Some(step)) => format!("[Enter] on, to step {step}"),
            (0, None) => "[Enter] run".to_owned(),
            (count, None) => format!("[a-{}] your guess  [Enter] none", letter(count - 1)),
        };
        self.keys(
            first,
            &[
                (pause.why, "[w] why not the others"),
                (pause.ahead.is_some() && pause.back, "[b] back"),
                (true, "[?] help"),
            ],
        )
    }

    /// Shows keys in a line that fits the screen.
    fn keys(&mut self, first: String, more: &[(bool, &str)]) -> Result<()> {
        self.screen.look = self.screen.look.fitted();
        let look = self.screen.look;
        let mut text = first;
        for (_, key) in more.iter().filter(|(there, _)| *there) {
            // One column is for the cursor: a line that breaks cannot be cleared.
            if display_width(&text) + display_width(key) + 3 < look.width {
                text.push_str("  ");
                text.push_str(key);
            }
        }
        let text: String = text.chars().take(look.width.saturating_sub(2)).collect();
        let text = look.paint(&text, |text| text.dimmed());
        print(&format!("{text} "))
    }

    /// Shows what was drawn, a screenful at a time, and leaves so many rows for what comes then.
    /// `false`: the learner has seen enough.
    fn show(&mut self, tail: usize) -> Result<bool> {
        while !self.sheet.is_empty() {
            // Who listens loses nothing at the upper edge.
            let size = if self.screen.look.spoken { None } else { screen_size() };
            let (text, more) = self.sheet.turn(size, tail);
            print(&text)?;
            if more && !self.more()? {
                self.sheet = Sheet::default();
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Waits until a page may be turned. `false`: it may not.
    fn more(&mut self) -> Result<bool> {
        loop {
            self.keys("[Enter] more".to_owned(), &[(true, "[q] leave")])?;
            let pressed = press();
            self.echo("")?;
            match pressed? {
                Pressed::Other(Key::Key(key)) => match key.code {
                    KeyCode::Enter | KeyCode::Char(' ') => return Ok(true),
                    KeyCode::Down | KeyCode::PageDown => return Ok(true),
                    KeyCode::Char('q') | KeyCode::Esc => return Ok(false),
                    _ => {}
                },
                Pressed::End => return Ok(false),
                Pressed::Other(_) | Pressed::Again => {}
            }
        }
    }

    /// Clears the prompt and leaves a mark of what was pressed.
    fn echo(&mut self, text: &str) -> Result<()> {
        print(&format!("\r\u{1b}[2K{text}"))
    }

    /// Says a line in place of the prompt.
    fn note(&mut self, text: &str) -> Result<()> {
        let lines = textwrap::fill(text, self.screen.look.width);
        let text = self.screen.look.paint(&lines, |text| text.dimmed());
        self.echo(&format!("{text}\n"))
    }

    fn help(&mut self) -> Result<()> {
        let width = self.screen.look.width;
        let lines = HELP.iter().flat_map(|(key, what)| {
            let options = textwrap::Options::new(width).subsequent_indent("          ");
            let line = format!("{key:<8}  {what}");
            textwrap::wrap(&line, options).into_iter().map(String::from).collect::<Vec<_>>()
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        self.echo(&format!("{text}\n"))
    }

    /// A key that means something here, and what. `None`: nothing, and the prompt is shown again.
    fn answer(&mut self, key: KeyCode, pause: Pause) -> Result<Option<Answer>> {
        let answer = match key {
            // Passed by in a hurry, most likely: the question is worth more than a key.
            KeyCode::Enter | KeyCode::Char(' ') if pause.choices > 0 && !self.told => {
                self.told = true;
                let last = letter(pause.choices - 1);
                self.note(&format!(
                    "A letter, a to {last}, is your guess. Enter once more goes on without one."
                ))?;
                return Ok(None);
            }
            KeyCode::Enter | KeyCode::Char(' ') if pause.choices > 0 => {
                self.echo("> none\n\n")?;
                return Ok(Some(Answer::Run));
            }
            KeyCode::Enter | KeyCode::Char(' ') => Answer::Run,
            KeyCode::Char(':') => {
                self.asking = true;
                self.note("SQL for this lesson's database; \\? for help, \\q back to the lesson")?;
                return self.query();
            }
            // Letters are guesses first.
            KeyCode::Char(c) if choice_of(c, pause.choices).is_some() => {
                let choice = choice_of(c, pause.choices).unwrap_or(0);
                self.echo(&format!("> {}\n\n", letter(choice)))?;
                return Ok(Some(Answer::Choose(choice)));
            }
            KeyCode::Char('b') | KeyCode::Left => Answer::Back,
            KeyCode::Char('f') | KeyCode::Right => Answer::Forward,
            KeyCode::Char('w') if pause.why => Answer::Why,
            KeyCode::Char('s') => Answer::Skip,
            KeyCode::Char('q') | KeyCode::Esc => Answer::Quit,
            KeyCode::Char('?' | 'h') => {
                self.help()?;
                return Ok(None);
            }
            _ => {
                self.echo("")?;
                return Ok(None);
            }
        };
        self.echo("")?;
        Ok(Some(answer))
    }

    /// Reads SQL to the semicolon or to an empty line, or a command of psql. `None`: back to the
    /// lesson.
    fn query(&mut self) -> Result<Option<Answer>> {
        let mut text = String::new();
        let waiting = Arc::new(());
        let waits = Arc::downgrade(&waiting);
        // Once: whoever wakes us with Ctrl-C calls this again.
        let once = Once::new();
        let _stopper = interrupt::on(move || once.call_once(|| wake(waits.clone())));
        loop {
            interrupt::check()?;
            let prompt = if text.is_empty() { "sql> " } else { "  -> " };
            let line = match self.editor.readline(prompt) {
                Ok(line) => line,
                // What was begun is thrown away first, as in psql.
                Err(ReadlineError::Interrupted) if !text.is_empty() => {
                    text.clear();
                    continue;
                }
                Err(ReadlineError::Interrupted | ReadlineError::Eof) => break,
                // A terminal of another size, while nobody types.
                Err(ReadlineError::Signal(_)) => continue,
                Err(error) => {
                    return Err(io::Error::other(error)).context("cannot read the terminal");
                }
            };
            let empty = line.trim().is_empty();
            if text.is_empty() && (empty || line.trim().trim_end_matches(';') == "\\q") {
                break;
            }
            let command = text.is_empty() && line.trim_start().starts_with('\\');
            text.push_str(&line);
            if command || empty || (line.trim_end().ends_with(';') && !prompt::is_open(&text)) {
                let text = text.trim().to_owned();
                self.remember(&text);
                return Ok(Some(Answer::Query(text)));
            }
            text.push('\n');
        }
        self.asking = false;
        Ok(None)
    }

    /// A history that cannot be kept forgets; that is no error.
    fn remember(&mut self, text: &str) {
        let _ = self.editor.add_history_entry(text);
        if let Some(dir) = self.history.parent() {
            let _ = fs::create_dir_all(dir);
        }
        let _ = self.editor.append_history(&self.history);
    }
}

impl Audience for AtTheKeys {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        // The terminal may have another size by now.
        self.screen.look = self.screen.look.fitted();
        self.screen.event(event)?;
        let drawn = std::mem::take(self.screen.out());
        self.sheet.add(&String::from_utf8_lossy(&drawn), matches!(event, Event::Progress(..)));
        Ok(())
    }

    fn pause(&mut self, pause: Pause) -> Result<Answer> {
        self.told = false;
        if !self.show(PROMPT)? && !self.asking {
            return Ok(Answer::Quit);
        }
        if self.asking
            && let Some(answer) = self.query()?
        {
            return Ok(answer);
        }
        loop {
            self.prompt(pause)?;
            let pressed = press();
            if pressed.is_err() {
                self.echo("")?;
            }
            match pressed? {
                Pressed::Other(Key::Key(key)) => {
                    if let Some(answer) = self.answer(key.code, pause)? {
                        return Ok(answer);
                    }
                }
                Pressed::End => {
                    self.echo("")?;
                    return Ok(Answer::Quit);
                }
                // Another size, or back from a stop: the prompt once more.
                Pressed::Other(_) | Pressed::Again => self.echo("")?,
            }
        }
    }

    fn end(&mut self) -> Result<()> {
        self.show(FAREWELL).map(drop)
    }
}

impl Drop for AtTheKeys {
    fn drop(&mut self) {
        // What an error left unseen; there is nobody to tell if it cannot be shown.
        let _ = print(&self.sheet.turn(None, 0).0);
    }
}

/// Ends a wait for a line, which a SIGTERM alone does not: it is only noted. Ctrl-C is what rustyline
/// stops for; as it may not wait yet, it is told until nobody waits.
#[cfg(unix)]
fn wake(waits: Weak<()>) {
    use rustix::process::{Signal, getpid, kill_process};
    thread::spawn(move || {
        while waits.strong_count() > 0 {
            // A program can always signal itself.
            let _ = kill_process(getpid(), Signal::INT);
            thread::sleep(Duration::from_millis(50));
        }
    });
}

#[cfg(not(unix))]
fn wake(_waits: Weak<()>) {}

fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("cannot write to the terminal")
}

fn choice_of(key: char, choices: usize) -> Option<usize> {
    (0..choices).find(|index| letter(*index) == key.to_ascii_lowercase())
}

/// What is pressed next, with the terminal as it was before and after.
fn press() -> Result<Pressed> {
    Raw::new()?.next()
}

/// One key, with the terminal as it was before and after.
pub(super) fn read_key() -> Result<KeyCode> {
    loop {
        match press()? {
            Pressed::Other(Key::Key(key)) => return Ok(key.code),
            Pressed::End => return Ok(KeyCode::Char('q')),
            _ => {}
        }
    }
}

/// Asks a question that is answered by y or n. Without a terminal the answer is no.
pub(super) fn confirm(question: &str) -> Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(false);
    }
    eprint!("{question} [y/N] ");
    let key = read_key()?;
    let yes = matches!(key, KeyCode::Char('y' | 'Y'));
    eprintln!("{}", if yes { "yes" } else { "no" });
    Ok(yes)
}
