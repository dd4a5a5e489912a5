//! The map of the workbook: on the whole screen, or as text.

use colored::Colorize;
use textwrap::core::display_width;

use super::look::Look;
use super::screen::bar;
use crate::exercise::map::{Chapter, Map, Place, Walk};
use crate::grade::verdict::Status;

/// A line of the map, and whether the cursor is on it.
type Row = (String, bool);

/// The map on a whole screen: exactly `height` lines, none wider than the look. What is under the
/// cursor is always among them.
pub fn draw(map: &Map, look: Look, height: usize) -> Vec<String> {
    let body = rows(map, look);
    // On a low screen the list has it all; then the keys come, then the head, then what is here.
    let foot = [height >= 3, height >= 8].iter().filter(|there| **there).count();
    let head = usize::from(height >= 6);
    let room = height.saturating_sub(head + foot);
    let cursor = body.iter().position(|(_, here)| *here).unwrap_or(0);
    // The cursor in the middle, as long as there is something above and below.
    let first = cursor.saturating_sub(room / 2).min(body.len().saturating_sub(room));
    let mut lines: Vec<String> = Vec::new();
    if head > 0 {
        lines.push(title(map, look));
    }
    let body = body.into_iter().skip(first).take(room).map(|(line, _)| line);
    lines.extend(body);
    lines.resize(head + room, String::new());
    if foot > 1 {
        lines.push(look.paint(&cut(&here(map, look), look), |text| text.dimmed()));
    }
    if foot > 0 {
        lines.push(keys(map, look));
    }
    lines
}

/// The map as text, to be read from top to bottom.
pub fn text(map: &Map, look: Look) -> String {
    let mut lines = Vec::new();
    for module in &map.modules {
        lines.push(chapter(module, look));
        for place in &module.places {
            match look.width {
                _ if look.spoken => lines.push(sentence(place)),
                60.. => lines.push(line(place, look, "  ")),
                _ => lines.extend(folded(place, look)),
            }
        }
    }
    lines.join("\n").trim_start_matches('\n').to_owned()
}

fn rows(map: &Map, look: Look) -> Vec<Row> {
    let mut rows = Vec::new();
    for module in &map.modules {
        let places: Vec<&Place> = module.places.iter().filter(|place| map.shows(place)).collect();
        if places.is_empty() && (!module.places.is_empty() || !map.search.is_empty()) {
            continue;
        }
        rows.push((chapter(module, look), false));
        for place in places {
            let here = place.number == map.at;
            let text = line(place, look, if here { look.sign("▸ ", "> ") } else { "  " });
            // The sign says it, and the colour again.
            rows.push((if here { look.paint(&text, |text| text.reversed()) } else { text }, here));
        }
    }
    if rows.iter().all(|(text, _)| text.is_empty()) || map.shown().next().is_none() {
        rows.clear();
        rows.push((cut("  Nothing here. f: another filter.", look), true));
    }
    rows
}

fn title(map: &Map, look: Look) -> String {
    let all = map.modules.iter().map(Chapter::parts);
    let (done, whole) = all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let columns = (look.width / 4).min(20);
    let bar = bar(done, whole, columns, look);
    let filter = map.filter.words();
    let text = match look.width {
        60.. => format!("pglings  {bar} {done} of {whole}   showing: {filter}"),
        _ => format!("{bar} {done}/{whole}  {filter}"),
    };
    look.paint(&cut(&text, look), |text| text.bold())
}

/// A module with how much of it is done.
fn chapter(module: &Chapter, look: Look) -> String {
    let (done, whole) = module.parts();
    let title = format!("Module {}{} {}", module.number, look.sign(" ·", ":"), module.title);
    if look.spoken {
        return format!("\n{title}. {done} of {whole} done.");
    }
    let count = if whole == 0 { String::new() } else { format!("{done:>2}/{whole}") };
    let columns = if look.width >= 60 { 16 } else { 6 };
    let columns = if whole == 0 || look.width < 40 { 0 } else { columns };
    let right = format!("{} {count:>5}", bar(done, whole, columns, look));
    let room = look.width.saturating_sub(display_width(&right) + 2).min(62);
    let left = look.paint(&fitted(&title, room, look), |text| text.bold());
    if look.width < 24 {
        return look.paint(&cut(&title, look), |text| text.bold());
    }
    let right = look.paint(&right, |text| if done == whole { text.green() } else { text.cyan() });
    format!("{left}  {right}").trim_end().to_owned()
}

/// A lesson in a line.
fn line(place: &Place, look: Look, mark: &str) -> String {
    let (walk, exercise) = marks(place, look);
    let title = |room: usize| fitted(&place.title, room, look);
    let head = format!("{mark}{} {:>2}  ", look.paint(walk, walked(place)), place.number);
    let taken = display_width(mark) + display_width(walk) + 5;
    if look.width < 60 {
        // The title has what the word beside it leaves.
        let room = look.width.saturating_sub(taken + display_width(exercise) + 1);
        let text = format!("{head}{} ", title(room));
        let exercise = look.paint(exercise, |text| tint(place, text));
        // Narrower than this, nothing has its place any more.
        return if look.width < 16 {
            cut(&format!("{mark}{walk} {:>2}  {}", place.number, place.title), look)
        } else {
            format!("{text}{exercise}").trim_end().to_owned()
        };
    }
    let status = status(place);
    let room = look.width.saturating_sub(taken + 10 + display_width(&status).max(16)).clamp(12, 60);
    let status = look.paint(&status, |text| tint(place, text));
    format!("{head}{} {:>3} min  {status}", title(room), place.minutes).trim_end().to_owned()
}

/// A lesson in as many lines as its title needs, and one for the rest.
fn folded(place: &Place, look: Look) -> Vec<String> {
    let (walk, _) = marks(place, look);
    let head = format!("{walk} {:>2}  ", place.number);
    let rest = " ".repeat(display_width(&head));
    let options = textwrap::Options::new(look.width).initial_indent(&head).subsequent_indent(&rest);
    let mut lines: Vec<String> =
        textwrap::wrap(&place.title, options).into_iter().map(String::from).collect();
    let text = format!("{rest}{} min  {}", place.minutes, status(place));
    lines.push(look.paint(&cut(text.trim_end(), look), |text| text.dimmed()));
    lines
}

fn sentence(place: &Place) -> String {
    let walk = match place.walk {
        Walk::New => "not walked".to_owned(),
        Walk::LeftAt(step) => format!("left at step {}", step + 1),
        Walk::Done => "walked".to_owned(),
    };
    let exercise = match &place.exercise {
        Some(_) => format!("Exercise {}.", status(place)),
        None => match place.needs {
            Some(needs) => format!("Needs PostgreSQL {needs}. No exercise."),
            None => "No exercise.".to_owned(),
        },
    };
    let (number, title, minutes) = (place.number, &place.title, place.minutes);
    format!("Lesson {number}, {title}: {minutes} minutes, {walk}. {exercise}")
}

/// What is under the cursor, in words: a narrow list has no room for them.
fn here(map: &Map, look: Look) -> String {
    match map.here() {
        // Of a path the end matters.
        _ if display_width(&map.word) > look.width && look.width > 1 => {
            let skip = map.word.chars().count() - (look.width - 1);
            let end: String = map.word.chars().skip(skip).collect();
            format!("{}{end}", look.sign("…", "~"))
        }
        _ if !map.word.is_empty() => map.word.clone(),
        Some(place) if look.width < 60 => {
            let text = status(place);
            let text = if text.is_empty() { "no exercise".to_owned() } else { text };
            format!("{} min; {text}; {}", place.minutes, place.title)
        }
        Some(place) if map.picks => match &place.exercise {
            Some((path, _)) => format!("Enter takes {path} in hand."),
            None => "It has no exercise; Enter walks the lesson.".to_owned(),
        },
        Some(place) => match (&place.exercise, place.walk) {
            (_, Walk::LeftAt(step)) => format!("Enter goes on with step {}.", step + 1),
            (Some((path, _)), Walk::Done) => format!("You have walked it. Exercise: {path}"),
            (None, Walk::Done) => "You have walked it.".to_owned(),
            (_, Walk::New) => format!("{} minutes; Enter begins.", place.minutes),
        },
        None => String::new(),
    }
}

fn keys(map: &Map, look: Look) -> String {
    if map.typing {
        // The end is where the learner types.
        let text = format!("/{}", map.search);
        let skip = display_width(&text).saturating_sub(look.width.saturating_sub(1));
        let text: String = text.chars().skip(skip).collect();
        return cut(&format!("{text}{}", look.sign("▏", "_")), look);
    }
    let text = match (look.width, map.picks) {
        (76.., false) => "Enter walk   e edit   f filter   / search   up/down PgUp/PgDn   q quit",
        (76.., true) => "Enter take   e edit   f filter   / search   up/down PgUp/PgDn   q back",
        (40.., false) => "Enter walk  e edit  f filter  / q",
        (40.., true) => "Enter take  e edit  f filter  / q",
        _ => "Enter e f / q",
    };
    look.paint(&cut(text, look), |text| text.dimmed())
}

/// Of the lesson and of the exercise.
fn marks(place: &Place, look: Look) -> (&'static str, &'static str) {
    let walk = match place.walk {
        Walk::Done => look.sign("✓", "x"),
        Walk::LeftAt(_) => look.sign("◐", "o"),
        Walk::New => look.sign("·", "."),
    };
    let exercise = match &place.exercise {
        None | Some((_, Some(Status::NotStarted))) => "",
        Some((_, Some(Status::Passed))) => "passed",
        Some((_, Some(_))) => "failed",
        Some((_, None)) => "begun",
    };
    (walk, exercise)
}

fn status(place: &Place) -> String {
    let words = match &place.exercise {
        Some((_, Some(status))) => status.words().to_owned(),
        Some((_, None)) => "begun".to_owned(),
        None => String::new(),
    };
    match place.needs {
        Some(needs) if words.is_empty() => format!("needs PostgreSQL {needs}"),
        Some(needs) => format!("{words}, needs {needs}"),
        None => words,
    }
}

fn walked(place: &Place) -> impl Fn(colored::ColoredString) -> colored::ColoredString {
    let walk = place.walk;
    move |text| match walk {
        Walk::Done => text.green(),
        Walk::LeftAt(_) => text.cyan(),
        Walk::New => text,
    }
}

fn tint(place: &Place, text: colored::ColoredString) -> colored::ColoredString {
    match &place.exercise {
        Some((_, Some(Status::Passed))) => text.green(),
        Some((_, Some(Status::NotStarted))) => text.dimmed(),
        Some((_, Some(_))) => text.red(),
        _ => text.cyan(),
    }
}

/// Text in no more columns than there are.
fn cut(text: &str, look: Look) -> String {
    if display_width(text) <= look.width {
        return text.to_owned();
    }
    fitted(text, look.width, look).trim_end().to_owned()
}

/// Text in exactly so many columns.
fn fitted(text: &str, columns: usize, look: Look) -> String {
    let mut out = String::new();
    let fits = display_width(text) <= columns;
    let room = columns.saturating_sub(usize::from(!fits));
    for c in text.chars() {
        out.push(c);
        if display_width(&out) > room {
            out.pop();
            break;
        }
    }
    if !fits && columns > 0 {
        out.push_str(look.sign("…", "~"));
    }
    let rest = columns.saturating_sub(display_width(&out));
    out + &" ".repeat(rest)
}

#[cfg(test)]
mod tests;
