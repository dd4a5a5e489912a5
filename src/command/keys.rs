//! A learner at the keys of a terminal.

use std::io::{self, IsTerminal, Stdout};

use colored::Colorize;
use crossterm::event::{self, Event as Key, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::error::{Context, Error, Result};
use crate::interrupt;
use crate::lesson::event::Event;
use crate::lesson::player::{Answer, Audience};
use crate::report::screen::{Screen, letter};

/// Shows events and waits for a key at every pause.
pub(super) struct AtTheKeys {
    screen: Screen<Stdout>,
    editor: DefaultEditor,
}

impl AtTheKeys {
    pub(super) fn new(screen: Screen<Stdout>) -> Result<AtTheKeys> {
        let editor = DefaultEditor::new().map_err(io::Error::other);
        Ok(AtTheKeys { screen, editor: editor.context("cannot read lines from the terminal")? })
    }

    fn prompt(&mut self, text: &str) -> Result<()> {
        let text = self.screen.look.paint(text, |text| text.dimmed());
        self.screen.raw(&format!("{text} ")).context("cannot write to the terminal")
    }

    /// Clears the prompt and leaves a mark of what was pressed.
    fn echo(&mut self, text: &str) -> Result<()> {
        self.screen.raw(&format!("\r\u{1b}[2K{text}")).context("cannot write to the terminal")
    }
}

const HELP: &str = "\
Enter  run the step          b  show the step before again
s      run it unseen         :  type SQL into this lesson's database
q      leave, and go on here another time";

impl Audience for AtTheKeys {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.screen.event(event)
    }

    fn pause(&mut self, choices: usize) -> Result<Answer> {
        loop {
            self.prompt(&match choices {
                0 => "[Enter] run  [?] help".to_owned(),
                count => format!("[a-{}] your guess  [Enter] none  [?] help", letter(count - 1)),
            })?;
            let key = read_key();
            if key.is_err() {
                self.echo("")?;
            }
            let answer = match key? {
                KeyCode::Enter | KeyCode::Char(' ') => Answer::Run,
                KeyCode::Char(':') => match self.query()? {
                    Some(sql) => return Ok(Answer::Query(sql)),
                    None => continue,
                },
                KeyCode::Char(c) if choice_of(c, choices).is_some() => {
                    Answer::Choose(choice_of(c, choices).unwrap_or(0))
                }
                KeyCode::Char('b') | KeyCode::Left => Answer::Back,
                KeyCode::Char('s') => Answer::Skip,
                KeyCode::Char('q') | KeyCode::Esc => {
                    self.echo("")?;
                    return Ok(Answer::Quit);
                }
                KeyCode::Char('?' | 'h') => {
                    self.echo(&format!("{HELP}\n"))?;
                    continue;
                }
                _ => {
                    self.echo("")?;
                    continue;
                }
            };
            match &answer {
                Answer::Choose(choice) => self.echo(&format!("> {}\n\n", letter(*choice)))?,
                _ => self.echo("")?,
            }
            return Ok(answer);
        }
    }
}

impl AtTheKeys {
    /// Reads SQL to the semicolon, or to an empty line. Ctrl-C and Ctrl-D lead back to the lesson.
    fn query(&mut self) -> Result<Option<String>> {
        self.echo("")?;
        let mut sql = String::new();
        let mut prompt = "sql> ";
        loop {
            let line = match self.editor.readline(prompt) {
                Ok(line) => line,
                Err(ReadlineError::Interrupted | ReadlineError::Eof) => return Ok(None),
                Err(error) => {
                    return Err(io::Error::other(error)).context("cannot read the terminal");
                }
            };
            let ends = line.trim().is_empty() || line.trim_end().ends_with(';');
            sql.push_str(&line);
            if ends {
                break;
            }
            sql.push('\n');
            prompt = "  -> ";
        }
        let sql = sql.trim().to_owned();
        if sql.is_empty() {
            return Ok(None);
        }
        // A history that is full forgets; that is no error.
        let _ = self.editor.add_history_entry(&sql);
        Ok(Some(sql))
    }
}

fn choice_of(key: char, choices: usize) -> Option<usize> {
    (0..choices).find(|index| letter(*index) == key.to_ascii_lowercase())
}

/// One key, with the terminal as it was before and after.
pub(super) fn read_key() -> Result<KeyCode> {
    let _raw = Raw::new()?;
    loop {
        interrupt::check()?;
        // In pieces, so that a SIGTERM is noticed while nobody presses anything.
        let ready = event::poll(std::time::Duration::from_millis(250));
        if !ready.context("cannot read the terminal")? {
            continue;
        }
        if let Key::Key(key) = event::read().context("cannot read the terminal")? {
            if key.kind == KeyEventKind::Release {
                continue;
            }
            if key.modifiers.contains(KeyModifiers::CONTROL) {
                match key.code {
                    KeyCode::Char('c') => return Err(Error::Interrupted),
                    KeyCode::Char('d') => return Ok(KeyCode::Char('q')),
                    _ => continue,
                }
            }
            return Ok(key.code);
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

/// The terminal in raw mode, until dropped.
struct Raw;

impl Raw {
    fn new() -> Result<Raw> {
        terminal::enable_raw_mode().context("cannot read single keys from the terminal")?;
        Ok(Raw)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // There is nobody to tell, and nothing else to try.
        let _ = terminal::disable_raw_mode();
    }
}
