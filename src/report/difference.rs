//! How an answer differs from another, line by line.

use colored::Colorize;
use similar::{ChangeTag, TextDiff};

use super::look::Look;

/// What stands in yours alone has a minus, what stands in ours alone a plus, as in a patch. `None`
/// if there is no difference.
pub fn draw(yours: &str, ours: &str, look: Look) -> Option<String> {
    // Line endings and the end of the file are not what differs.
    let lines = |text: &str| {
        let text = text.trim_start_matches('\u{feff}').trim_end();
        text.lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>()
    };
    let (yours, ours) = (lines(yours), lines(ours));
    let diff = TextDiff::from_lines(&yours, &ours);
    let mut drawn = Vec::new();
    for group in diff.grouped_ops(2) {
        if !drawn.is_empty() {
            drawn.push(look.paint(look.sign("  ⋮", "  ..."), |text| text.dimmed()));
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let text = change.value().trim_end();
            drawn.push(match change.tag() {
                ChangeTag::Delete => look.paint(&format!("- {text}"), |text| text.red()),
                ChangeTag::Insert => look.paint(&format!("+ {text}"), |text| text.green()),
                ChangeTag::Equal => format!("  {text}"),
            });
        }
    }
    (!drawn.is_empty()).then(|| drawn.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::super::look::PLAIN;
    use super::*;

    #[test]
    fn only_what_differs_is_shown_with_a_little_around_it() {
        let yours = "1\n2\n3\n4\nfive\n6\n7\n8\n";
        let drawn = draw(yours, &yours.replace("five", "5"), PLAIN).unwrap();
        assert_eq!(drawn, "  3\n  4\n- five\n+ 5\n  6\n  7");
        assert_eq!(draw("\u{feff}a \r\nb", "a\nb\n\n", PLAIN), None);
    }
}
