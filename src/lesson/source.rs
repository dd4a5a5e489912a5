//! Cuts a lesson's prose and code out of its source file.
//!
//! The files are formatted by rustfmt, so an item begins in the first column. A step's part runs
//! from its doc comment to the doc comment of the next item (or to `lesson!`): what stands in
//! between, such as a struct that a function fills, belongs to it and is shown with it.

/// The parts of a lesson's source.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// From the `//!` lines: the text of the first heading.
    pub title: String,
    /// The `//!` lines after it, as Markdown.
    pub introduction: String,
    /// The steps, in the order of the file.
    pub parts: Vec<Part>,
}

/// One item of the source with what belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// The item's name.
    pub name: String,
    /// Its doc comment, as Markdown.
    pub prose: String,
    /// The lines of code, without the doc comment.
    pub code: String,
}

impl Source {
    /// Cuts up a file. Anything can be cut; what is no lesson yields no parts.
    pub fn cut(text: &str) -> Source {
        let mut source = Source::default();
        let mut inner = Vec::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next_if(|line| line.starts_with("//!")) {
            inner.push(comment(line, "//!"));
        }
        let heading = inner.iter().position(|line| line.starts_with("# "));
        if let Some(at) = heading {
            source.title = inner.remove(at)[2..].trim().to_owned();
        }
        source.introduction = inner.join("\n").trim().to_owned();

        while let Some(line) = lines.next() {
            if line.starts_with("lesson! {") || line.starts_with("crate::lesson! {") {
                break;
            }
            if line.starts_with("///") {
                let mut prose = vec![comment(line, "///")];
                while let Some(line) = lines.next_if(|line| line.starts_with("///")) {
                    prose.push(comment(line, "///"));
                }
                let prose = prose.join("\n").trim().to_owned();
                source.parts.push(Part { prose, ..Part::default() });
            } else if let Some(part) = source.parts.last_mut() {
                if part.name.is_empty() {
                    part.name = item_name(line).unwrap_or_default();
                }
                part.code.push_str(line);
                part.code.push('\n');
            }
        }
        for part in &mut source.parts {
            part.code = part.code.trim_end().to_owned();
        }
        source
    }

    /// The part of this name.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }
}

fn comment<'a>(line: &'a str, marker: &str) -> &'a str {
    let text = line.strip_prefix(marker).unwrap_or(line);
    text.strip_prefix(' ').unwrap_or(text)
}

/// The name in `pub const NAME: …`, `pub fn name(…`, `pub async fn name(…`.
fn item_name(line: &str) -> Option<String> {
    let rest = line.strip_prefix("pub ").unwrap_or(line);
    let rest = ["const ", "fn ", "async fn "].iter().find_map(|word| rest.strip_prefix(word))?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    Some(rest[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
//! # A title
//!
//! Some words.

use a::b;

/// ## One
///
/// First.
pub const ONE: Sql = sql(\"SELECT 1\");

/// ## Two
pub async fn two(pool: &PgPool, out: &mut Out) -> Result<()> {
    Ok(())
}

// Belongs to two.
struct Helper {
    a: i32,
}

lesson! { fixture: EMPTY, minutes: 5, steps: [ONE, two] }
";

    #[test]
    fn prose_and_code_are_cut_where_the_items_are() {
        let source = Source::cut(FILE);
        assert_eq!(source.title, "A title");
        assert_eq!(source.introduction, "Some words.");
        assert_eq!(source.parts.len(), 2);
        assert_eq!(source.part("ONE").unwrap().prose, "## One\n\nFirst.");
        let two = source.part("two").unwrap();
        assert!(two.code.starts_with("pub async fn two("), "{}", two.code);
        assert!(two.code.ends_with("    a: i32,\n}"), "{}", two.code);
    }

    #[test]
    fn a_file_that_is_no_lesson_has_no_parts() {
        assert_eq!(Source::cut(""), Source::default());
        assert_eq!(Source::cut("\u{feff}///\n\n").parts.len(), 0);
        assert_eq!(Source::cut("fn main() {}\n").parts, []);
    }
}
