//! How an answer differs from another, line by line.

use colored::Colorize;
use similar::{ChangeTag, TextDiff};
use textwrap::{Options, WordSplitter, core::display_width};

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
            let (word, sign) = match change.tag() {
                ChangeTag::Delete => ("Yours: ", "- "),
                ChangeTag::Insert => ("Ours: ", "+ "),
                ChangeTag::Equal => ("", "  "),
            };
            let sign = if look.spoken { word } else { sign };
            drawn.extend(fold(sign, change.value(), look).into_iter().map(|line| {
                look.paint(&line, |text| match change.tag() {
                    ChangeTag::Delete => text.red(),
                    ChangeTag::Insert => text.green(),
                    ChangeTag::Equal => text,
                })
            }));
        }
    }
    (!drawn.is_empty()).then(|| drawn.join("\n"))
}

/// A line of code in as many lines as it needs: those that go on are indented deeper, and have the
/// sign too.
fn fold(sign: &str, text: &str, look: Look) -> Vec<String> {
    let code = text.trim();
    if look.spoken || display_width(text.trim_end()) + sign.len() <= look.width {
        return vec![format!("{sign}{}", text.trim_end()).trim_end().to_owned()];
    }
    let own = &text[..text.len() - text.trim_start().len()];
    // Where code is indented far, it needs what room there is.
    let own = &own[..own.len().min(look.width / 3)];
    let (first, more) = (format!("{sign}{own}"), format!("{sign}{own}    "));
    let options = Options::new(look.width).initial_indent(&first).subsequent_indent(&more);
    let options = options.word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(code, options).into_iter().map(String::from).collect()
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

    #[test]
    fn a_long_line_goes_on_deeper_with_its_sign() {
        let narrow = Look { width: 30, ..PLAIN };
        let yours = "fn f() {\n    let rows = client.query(\"SELECT id FROM users\", &[])?;\n}\n";
        let drawn = draw(yours, "fn f() {\n    todo\n}\n", narrow).unwrap();
        let expected = "  fn f() {
-     let rows =
-         client.query(\"SELECT
-         id FROM users\",
-         &[])?;
+     todo
  }";
        assert_eq!(drawn, expected);
        assert!(drawn.lines().all(|line| display_width(line) <= 30), "{drawn}");
        let reader = Look { spoken: true, ..narrow };
        assert!(draw(yours, "fn f() {\n", reader).unwrap().contains("Yours:     let rows"));
    }
}
