// Also part of build.rs: nothing but `std` here.

/// Makes the stub of a solution.
///
/// A region that the learner is to write stands between two comments of the same indentation:
///
/// ```text
///     // todo: insert one row and return its id
///     …
///     // end
/// ```
///
/// and becomes `todo!("insert one row and return its id")`. With `// blank` in the place of
/// `// todo: …` the region, a string constant, becomes `"";`. Other comments of the solution that
/// say why go with their region; `// why: …` lines elsewhere are left out too.
pub fn of(solution: &str) -> String {
    let mut stub = String::new();
    let mut inside = false;
    for line in solution.lines() {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        if inside {
            inside = text != "// end";
        } else if let Some(task) = text.strip_prefix("// todo: ") {
            stub.push_str(&format!("{indent}todo!({task:?})\n"));
            inside = true;
        } else if text == "// blank" {
            stub.push_str(&format!("{indent}\"\";\n"));
            inside = true;
        } else if !text.starts_with("// why: ") {
            stub.push_str(line);
            stub.push('\n');
        }
    }
    stub
}

/// Whether two texts are the same answer: line endings, a byte order mark and white space at the
/// ends of lines do not count.
pub fn same(one: &str, other: &str) -> bool {
    fn lines(text: &str) -> impl Iterator<Item = &str> {
        text.trim_start_matches('\u{feff}').trim_end().lines().map(str::trim_end)
    }
    lines(one).eq(lines(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_region_becomes_a_todo() {
        let solution =
            "fn a() -> i32 {\n    // todo: say one\n    // Because.\n    1\n    // end\n}\n";
        assert_eq!(of(solution), "fn a() -> i32 {\n    todo!(\"say one\")\n}\n");
    }

    #[test]
    fn a_blank_region_becomes_an_empty_string() {
        let solution = "pub const SQL: &str =\n    // blank\n    \"SELECT 1\";\n    // end\n";
        assert_eq!(of(solution), "pub const SQL: &str =\n    \"\";\n");
    }

    #[test]
    fn line_endings_make_no_answer() {
        assert!(same("\u{feff}a  \r\nb\r\n", "a\nb"));
        assert!(!same("a\nb", "a\nc"));
    }
}
