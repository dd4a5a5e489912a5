//! `pglings list`: the map. At a terminal it fills the screen, and one can go from there.

use crossterm::event::{Event as Key, KeyCode};

use super::terminal::{FullScreen, Pressed};
use super::{Context, editor, is_dumb, is_interactive, lesson, lesson_named};
use crate::cli;
use crate::error::Result;
use crate::exercise;
use crate::exercise::map::{Map, Walk};
use crate::exercise::progress::Progress;
use crate::report::look::{Look, screen_size};
use crate::report::{json, map};

pub(super) fn run(context: &Context, as_json: bool) -> Result<u8> {
    let progress = context.progress();
    if as_json {
        context.print(&json::list(&context.workbook, &progress).to_string())?;
        return Ok(0);
    }
    let mut state = Map::new(&context.workbook, &progress, crate::grade::needs);
    if !is_interactive() || context.look.spoken || is_dumb() {
        context.print(&map::text(&state, context.look))?;
        return Ok(0);
    }
    // The screen is the terminal's own again before a lesson begins.
    let chosen = choose(&mut FullScreen::enter()?, context, &mut state)?;
    let Some(Chosen { stem, from, .. }) = chosen else { return Ok(0) };
    lesson::walk(context, lesson_named(stem)?, from, &cli::Lesson::default())
}

/// A place on the map that was chosen.
pub(super) struct Chosen {
    pub(super) stem: &'static str,
    /// The step that its lesson goes on with.
    pub(super) from: usize,
    /// Whether its exercise is to be opened.
    pub(super) open: bool,
}

/// What a key comes to.
enum Next {
    Stay,
    Leave,
    Chosen(Chosen),
    Open(&'static str),
}

/// Lets the learner walk about on the map until they choose a place, or leave it.
pub(super) fn choose(
    screen: &mut FullScreen,
    context: &Context,
    map: &mut Map,
) -> Result<Option<Chosen>> {
    loop {
        let (columns, rows) = screen_size().unwrap_or((80, 24));
        // Titles are short, and a wide screen would only draw the words apart.
        let look = Look { width: columns.min(110), ..context.look };
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
            Next::Chosen(chosen) => return Ok(Some(chosen)),
            Next::Open(stem) => open(screen, context, map, stem)?,
        }
    }
}

/// Opens an exercise, and shows what has become of it meanwhile.
fn open(screen: &mut FullScreen, context: &Context, map: &mut Map, stem: &str) -> Result<()> {
    let Some(exercise) = exercise::exercise(stem) else { return Ok(()) };
    map.word = editor::open(screen, &context.workbook, exercise)?;
    // A word on a damaged progress file would be drawn over; it is heard of with the next command.
    let loaded = Progress::load(&context.workbook);
    map.modules = Map::new(&context.workbook, &loaded.progress, crate::grade::needs).modules;
    Ok(())
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
                return Next::Chosen(Chosen { stem: place.stem, from, open: false });
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
            let Some(place) = map.here() else { return Next::Stay };
            match (place.stem, &place.exercise) {
                (stem, Some(_)) if map.picks => {
                    return Next::Chosen(Chosen { stem, from: 0, open: true });
                }
                (stem, Some(_)) => return Next::Open(stem),
                (_, None) => map.word = "This lesson has no exercise.".to_owned(),
            }
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
