//! Lines that are no wider than the terminal, whatever is in them.

use textwrap::core::display_width;

/// Cuts text into lines of at most so many columns, at a space if there is one in the last third.
/// Colours go on in the next line; what would move the cursor is left out.
pub fn fold(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    // The colours that are on.
    let mut style = String::new();
    for line in text.lines() {
        let (mut out, mut used) = (style.clone(), 0);
        // Behind the last space: where in `out`, in which column, and with which colours.
        let mut space: Option<(usize, usize, String)> = None;
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            if c == '\u{1b}' {
                let sequence = sequence(&mut chars);
                if sequence == "\u{1b}[0m" || sequence == "\u{1b}[m" {
                    style.clear();
                } else {
                    style.push_str(&sequence);
                }
                out.push_str(&sequence);
                continue;
            }
            let text = match c {
                '\t' => "    ".to_owned(),
                c if c.is_control() => continue,
                c => c.to_string(),
            };
            let width = display_width(&text);
            if used + width > columns && used > 0 {
                let (at, column, colours) = space
                    .take()
                    .filter(|(_, column, _)| column * 3 > columns * 2 && c != ' ')
                    .unwrap_or((out.len(), used, style.clone()));
                let rest = format!("{colours}{}", &out[at..]);
                out.truncate(at);
                close(&mut out, &colours);
                lines.push(std::mem::replace(&mut out, rest));
                used -= column;
                // The cut stands for it.
                if c == ' ' && used == 0 {
                    continue;
                }
            }
            out.push_str(&text);
            used += width;
            if c == ' ' {
                space = Some((out.len(), used, style.clone()));
            }
        }
        close(&mut out, &style);
        lines.push(out);
    }
    lines
}

/// A colour sequence, without its escape; anything else is nothing.
fn sequence(chars: &mut std::str::Chars<'_>) -> String {
    let mut found = "\u{1b}".to_owned();
    for c in chars {
        found.push(c);
        if c.is_ascii_alphabetic() {
            break;
        }
    }
    if found.ends_with('m') { found } else { String::new() }
}

fn close(line: &mut String, style: &str) {
    if !style.is_empty() {
        line.push_str("\u{1b}[0m");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_and_colours_go_on() {
        assert_eq!(fold("abcde\n\nf", 2), ["ab", "cd", "e", "", "f"]);
        assert_eq!(
            fold("\u{1b}[31mabc\u{1b}[0md", 2),
            ["\u{1b}[31mab\u{1b}[0m", "\u{1b}[31mc\u{1b}[0md"]
        );
        // A wide character is never cut, and a combining one stays with its letter.
        assert_eq!(fold("日本e\u{301}x", 3), ["日", "本e\u{301}", "x"]);
        assert_eq!(fold("take all it", 8), ["take all", "it"]);
        assert_eq!(fold("take all of it", 10), ["take all ", "of it"]);
        assert_eq!(
            fold("\u{1b}[1mone two\u{1b}[0mthree", 8),
            ["\u{1b}[1mone two\u{1b}[0mt", "hree"]
        );
        assert_eq!(fold("abcdef \u{1b}[1mgh\u{1b}[0mi", 8), ["abcdef ", "\u{1b}[1mgh\u{1b}[0mi"]);
        assert_eq!(fold("a\u{1b}[2Jb\tc\r", 80), ["ab    c"]);
        assert_eq!(fold("ab", 0), ["a", "b"]);
    }
}
