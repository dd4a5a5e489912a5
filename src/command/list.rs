//! `pglings list`: the map. At a terminal it fills the screen, and one can go from there.

use crossterm::event::{Event as Key, KeyCode};

use super::terminal::{FullScreen, Pressed};
use super::{Context, is_interactive, lesson, lesson_named};
use crate::cli;
use crate::error::Result;
use crate::exercise::map::{Map, Walk};
use crate::report::look::{Look, screen_size};
use crate::report::{json, map};

pub(super) fn run(context: &Context, as_json: bool) -> Result<u8> {
    let progress = context.progress()?;
    if as_json {
        context.print(&json::list(&context.workbook, &progress).to_string())?;
        return Ok(0);
    }
    let mut state = Map::new(&context.workbook, &progress);
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if !is_interactive() || context.look.spoken || dumb {
        context.print(&map::text(&state, context.look))?;
        return Ok(0);
    }
    // The screen is the terminal's own again before a lesson begins.
    let Some((stem, from)) = choose(&mut state, context.look)? else { return Ok(0) };
    lesson::walk(context, lesson_named(stem)?, from, &cli::Lesson::default())
}

/// What a key comes to.
enum Next {
    Stay,
    Leave,
    Lesson(&'static str, usize),
}

fn choose(map: &mut Map, look: Look) -> Result<Option<(&'static str, usize)>> {
    let mut screen = FullScreen::enter()?;
    loop {
        let (columns, rows) = screen_size().unwrap_or((80, 24));
        // Titles are short, and a wide screen would only draw the words apart.
        let look = Look { width: columns.min(110), ..look };
        screen.draw(&map::draw(map, look, rows))?;
        let key = match screen.key()? {
            Pressed::Other(Key::Key(key)) => key.code,
            Pressed::End => return Ok(None),
            // A new size, or back from a stop: drawn again.
            Pressed::Other(_) | Pressed::Again => continue,
        };
        map.word.clear();
        match press(map, key, rows) {
            Next::Stay => {}
            Next::Leave => return Ok(None),
            Next::Lesson(stem, from) => return Ok(Some((stem, from))),
        }
    }
}

fn press(map: &mut Map, key: KeyCode, rows: usize) -> Next {
    let page = isize::try_from(rows.saturating_sub(4).max(1)).unwrap_or(1);
    match key {
        KeyCode::Up => map.step(-1),
        KeyCode::Down => map.step(1),
        KeyCode::PageUp => map.step(-page),
        KeyCode::PageDown => map.step(page),
        KeyCode::Home => map.step(isize::MIN),
        KeyCode::End => map.step(isize::MAX),
        _ if map.typing => {
            match key {
                KeyCode::Enter => map.typing = false,
                KeyCode::Esc => {
                    map.typing = false;
                    map.search.clear();
                }
                KeyCode::Backspace => drop(map.search.pop()),
                KeyCode::Char(c) => map.search.push(c),
                _ => {}
            }
            map.settle();
        }
        KeyCode::Enter => {
            if let Some(place) = map.here() {
                let from = if let Walk::LeftAt(step) = place.walk { step } else { 0 };
                return Next::Lesson(place.stem, from);
            }
        }
        KeyCode::Char('/') => {
            map.search.clear();
            map.typing = true;
            map.settle();
        }
        KeyCode::Char('f') => {
            map.filter = map.filter.next();
            map.settle();
        }
        KeyCode::Char('e') => {
            map.word = match map.here().map(|place| &place.exercise) {
                Some(Some((path, _))) => path.clone(),
                Some(None) => "This lesson has no exercise.".to_owned(),
                None => String::new(),
            };
        }
        KeyCode::Char('k') => map.step(-1),
        KeyCode::Char('j') => map.step(1),
        // A search is left first, then the map.
        KeyCode::Esc if !map.search.is_empty() => {
            map.search.clear();
            map.settle();
        }
        KeyCode::Char('q') | KeyCode::Esc => return Next::Leave,
        _ => {}
    }
    Next::Stay
}
