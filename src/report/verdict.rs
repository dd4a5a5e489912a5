//! A verdict on the screen.

use colored::Colorize;
use textwrap::core::display_width;

use super::call;
use super::look::{Look, plain};
use super::message;
use crate::grade::verdict::{Check, State, Status, Verdict};

/// The verdict with its checks, what went wrong, and what to do next.
pub fn draw(verdict: &Verdict, look: Look) -> String {
    draw_with(verdict, &call(&format!("hint {}", verdict.number)), look)
}

/// The same with another way to a hint.
pub fn draw_with(verdict: &Verdict, hint: &str, look: Look) -> String {
    let mut lines = vec![head(verdict, look)];
    let told: Vec<Check> = verdict.checks.iter().map(message::told).collect();
    lines.extend(checks(&told, look));
    if !verdict.message.is_empty() {
        let message = verdict.message.trim_end();
        let message = if look.color { message.to_owned() } else { plain(message) };
        lines.push(look.redraw(&message));
    }
    if !verdict.output.trim().is_empty() && verdict.status != Status::Passed {
        lines.push("  It printed:".to_owned());
        let printed = verdict.output.trim_end().lines();
        lines.extend(printed.clone().take(20).map(|line| format!("      {line}")));
        if printed.clone().count() > 20 {
            lines.push(format!("      {}", look.sign("…", "...")));
        }
    }
    lines.extend(next(verdict, hint).into_iter().flat_map(|line| wrapped(&line, "  ", look)));
    lines.join("\n")
}

fn head(verdict: &Verdict, look: Look) -> String {
    let times =
        format!("(build {} ms, run {} ms)", verdict.build.as_millis(), verdict.run.as_millis());
    let times = look.paint(&times, |text| text.dimmed());
    let words = verdict.status.words();
    let words = match verdict.status {
        Status::Passed => look.paint(words, |text| text.green().bold()),
        Status::NotStarted => look.paint(words, |text| text.dimmed()),
        Status::Broken | Status::NoServer | Status::NeedsNewer | Status::NeedsMore => {
            look.paint(words, |text| text.magenta().bold())
        }
        _ => look.paint(words, |text| text.red().bold()),
    };
    let line = format!("{}: {words}", verdict.name);
    // Times that do not fit are no loss.
    let fits = display_width(&plain(&format!("{line} {times}"))) <= look.width;
    if verdict.status == Status::NotStarted || !fits { line } else { format!("{line} {times}") }
}

/// A check a line, and what there is to say of it. Neighbours that have the same to say say it once,
/// below the last of them; who comes later and says a long thing again refers to the first.
fn checks(checks: &[Check], look: Look) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, check) in checks.iter().enumerate() {
        lines.extend(named(check, look));
        if checks.get(index + 1).is_some_and(|next| next.state == check.state) {
            continue;
        }
        let message = wrapped(&look.redraw(&check.message()), "      ", look);
        let first = checks.iter().position(|other| other.state == check.state).unwrap_or(index);
        let apart = checks[first..index].iter().any(|other| other.state != check.state);
        if apart && check.failed() && message.len() > 1 {
            let same = format!("The same as for \"{}\".", checks[first].name);
            lines.extend(wrapped(&same, "      ", look));
        } else {
            lines.extend(message);
        }
    }
    lines
}

/// The name of a check behind its mark; a long one goes on below its beginning.
fn named(check: &Check, look: Look) -> Vec<String> {
    let mark = match check.state {
        State::Passed if look.spoken => "Passed:",
        State::Failed(_) if look.spoken => "Failed:",
        State::NotTried(_) if look.spoken => "Not tried:",
        State::Passed => look.sign("✓", "ok"),
        State::Failed(_) => look.sign("✗", "NO"),
        State::NotTried(_) => look.sign("–", "--"),
    };
    let name = look.redraw(&check.name);
    // Who listens needs no lines, and the mark is a word of the sentence.
    if look.spoken {
        return vec![format!("{mark} {name}")];
    }
    let rest = " ".repeat(display_width(mark) + 3);
    let options = textwrap::Options::new(look.width)
        .initial_indent(&rest)
        .subsequent_indent(&rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let style = |text: &str| match check.state {
        State::Passed => text.to_owned(),
        State::Failed(_) => look.paint(text, |text| text.bold()),
        State::NotTried(_) => look.paint(text, |text| text.dimmed()),
    };
    let mark = look.paint(mark, |mark| match check.state {
        State::Passed => mark.green(),
        State::Failed(_) => mark.red().bold(),
        State::NotTried(_) => mark.dimmed(),
    });
    let mut head = format!("  {mark} ");
    let mut lines = Vec::new();
    for line in textwrap::wrap(&name, options) {
        lines.push(format!("{head}{}", style(line.trim_start())));
        head.clone_from(&rest);
    }
    lines
}

/// What to do about it.
fn next(verdict: &Verdict, hint: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(name) = &verdict.kept {
        lines
            .push("The database of the first check that failed is kept. A look inside:".to_owned());
        lines.push(format!("    {}", call(&format!("server psql {name}"))));
    }
    match verdict.status {
        Status::Failed | Status::DoesNotCompile => {
            lines.push(format!("Stuck? {hint}"));
        }
        Status::TimedOut => lines.push(format!(
            "Look for a loop without an end, or a statement that waits for a lock of your own. \
             Stuck? {hint}"
        )),
        Status::Crashed => lines.push(
            "An exercise only returns values; it must not end the program by itself.".to_owned(),
        ),
        _ => {}
    }
    lines
}

fn wrapped(text: &str, indent: &str, look: Look) -> Vec<String> {
    let wrap = |line: &str| {
        let own = &line[..line.len() - line.trim_start().len()];
        let indent = format!("{indent}{own}");
        let options = textwrap::Options::new(look.width)
            .initial_indent(&indent)
            .subsequent_indent(&indent)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::wrap(line.trim_start(), options).into_iter().map(String::from).collect::<Vec<_>>()
    };
    let mut lines = Vec::new();
    let mut rest = text.lines().peekable();
    while let Some(line) = rest.next() {
        match rest.next_if(|below| below.trim() == "^") {
            Some(caret) => {
                let room = look.width.saturating_sub(indent.len()).max(12);
                let both = cut_around(line, display_width(caret), room, look);
                lines.extend(both.map(|line| format!("{indent}{line}")));
            }
            None => lines.extend(wrap(line)),
        }
    }
    lines
}

/// A line, and below it a caret in this column, counted from 1: as much of it around the caret as
/// there is room for. Cut in two, the caret would stand below nothing.
fn cut_around(line: &str, column: usize, room: usize, look: Look) -> [String; 2] {
    let (mark, gap) = (look.sign("…", "~"), display_width(line) > room);
    let margin = line.len() - line.trim_start().len();
    let column = column.max(margin + 1);
    let text: Vec<char> = line.trim_start().chars().collect();
    let room = room.saturating_sub(margin);
    let skip = if gap { (column - margin).saturating_sub(room * 2 / 3) } else { 0 };
    let skip = skip.min(text.len().saturating_sub(room));
    let mut seen: Vec<char> = text.iter().skip(skip).take(room).copied().collect();
    let cut_off = skip + seen.len() < text.len();
    let ends = [(skip > 0).then_some(0), cut_off.then(|| seen.len().saturating_sub(1))];
    for end in ends.into_iter().flatten() {
        seen[end] = mark.chars().next().unwrap_or(' ');
    }
    let margin = " ".repeat(margin);
    let below = " ".repeat((column - 1 - margin.len()).saturating_sub(skip));
    [format!("{margin}{}", String::from_iter(seen)), format!("{margin}{below}^")]
}

#[cfg(test)]
mod tests {
    use super::super::look::PLAIN;
    use super::*;

    #[test]
    fn a_long_name_goes_on_below_its_beginning() {
        let check = Check { name: "a name that is long".to_owned(), state: State::Passed };
        let narrow = Look { width: 16, ..PLAIN };
        assert_eq!(named(&check, narrow), ["  ✓ a name that", "    is long"]);
        let ascii = Look { unicode: false, ..narrow };
        assert_eq!(named(&check, ascii), ["  ok a name that", "     is long"]);
        let reader = Look { spoken: true, ..ascii };
        assert_eq!(named(&check, reader), ["Passed: a name that is long"]);
    }

    #[test]
    fn a_caret_stays_below_what_it_points_at() {
        let text =
            "ERROR:\n    SELECT one, two FROM nowhere WHERE three = 4\n                         ^";
        let narrow = Look { width: 32, ..PLAIN };
        let expected = "      ERROR:
          …e, two FROM nowhere …
                       ^";
        assert_eq!(wrapped(text, "      ", narrow).join("\n"), expected);
        let whole = wrapped(text, "", PLAIN).join("\n");
        assert_eq!(whole, text);
    }

    #[test]
    fn one_message_is_told_once() {
        let long = "`crowd` returned an error: the pool could not hand out a session.\nMore of it.";
        let failed = |message: &str| State::Failed(message.to_owned());
        let states = [
            ("a", failed(long)),
            ("b", failed(long)),
            ("c", State::Passed),
            ("d", State::NotTried("first \"a\"".to_owned())),
            ("e", State::NotTried("first \"a\"".to_owned())),
            ("f", failed("Short.")),
            ("g", failed(long)),
            ("h", failed("Short.")),
        ];
        let list: Vec<Check> = states
            .into_iter()
            .map(|(name, state)| Check { name: name.to_owned(), state })
            .collect();
        let expected = "  ✗ a
  ✗ b
      `crowd` returned an error: the pool could not hand out a session.
      More of it.
  ✓ c
  – d
  – e
      not tried: first \"a\"
  ✗ f
      Short.
  ✗ g
      The same as for \"a\".
  ✗ h
      Short.";
        assert_eq!(checks(&list, PLAIN).join("\n"), expected);
    }
}
