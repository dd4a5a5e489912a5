//! Markdown for the terminal.

use colored::Colorize;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::look::Look;
use super::table;
use crate::lesson::event::Table;

/// Renders Markdown: headings, paragraphs, lists, code, tables, emphasis.
pub fn render(markdown: &str, look: Look) -> String {
    let mut page = Page::new(look);
    for event in Parser::new_ext(&look.redraw(markdown), Options::ENABLE_TABLES) {
        page.take(event);
    }
    page.flush("", "");
    page.text.trim_end().to_owned()
}

/// A page in the making.
struct Page {
    look: Look,
    text: String,
    line: String,
    heading: Option<HeadingLevel>,
    bold: bool,
    italic: bool,
    code_block: bool,
    lists: Vec<Option<u64>>,
    cells: Vec<Vec<String>>,
    in_table: bool,
}

impl Page {
    fn new(look: Look) -> Page {
        Page {
            look,
            text: String::new(),
            line: String::new(),
            heading: None,
            bold: false,
            italic: false,
            code_block: false,
            lists: Vec::new(),
            cells: Vec::new(),
            in_table: false,
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code_block => {
                for line in text.lines() {
                    self.text.push_str("    ");
                    self.text.push_str(line);
                    self.text.push('\n');
                }
            }
            Event::Text(text) => self.words(&text),
            Event::Code(code) => self.code(&code),
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak => self.line.push('\n'),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.heading = Some(*level),
            Tag::Strong => self.bold = true,
            Tag::Emphasis => self.italic = true,
            Tag::CodeBlock(_) => self.code_block = true,
            Tag::List(first) => {
                // The text of an item before a list inside it.
                self.item();
                self.lists.push(*first);
            }
            Tag::Table(_) => self.in_table = true,
            Tag::TableHead | Tag::TableRow => self.cells.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.flush("", "");
                self.heading = None;
                self.text.push('\n');
            }
            TagEnd::Paragraph if self.lists.is_empty() => {
                self.flush("", "");
                self.text.push('\n');
            }
            TagEnd::Strong => self.bold = false,
            TagEnd::Emphasis => self.italic = false,
            TagEnd::CodeBlock => {
                self.code_block = false;
                self.text.push('\n');
            }
            TagEnd::Item => self.item(),
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.text.push('\n');
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.line);
                if let Some(row) = self.cells.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.table(),
            _ => {}
        }
    }

    /// Styles go on word by word, so that a line may break between any two of them.
    fn words(&mut self, text: &str) {
        if self.in_table || !self.look.color {
            self.line.push_str(text);
            return;
        }
        let (bold, italic, heading) = (self.bold, self.italic, self.heading);
        for (index, word) in text.split(' ').enumerate() {
            if index > 0 {
                self.line.push(' ');
            }
            if !word.is_empty() {
                self.line.push_str(&self.look.paint(word, |word| match (heading, bold, italic) {
                    (Some(HeadingLevel::H1), ..) => word.bold().underline(),
                    (Some(_), ..) => word.bold(),
                    (None, true, _) => word.bold(),
                    (None, false, true) => word.italic(),
                    _ => word,
                }));
            }
        }
    }

    fn code(&mut self, code: &str) {
        if self.look.color && !self.in_table {
            for (index, word) in code.split(' ').enumerate() {
                if index > 0 {
                    self.line.push(' ');
                }
                self.line.push_str(&self.look.paint(word, |word| word.cyan()));
            }
        } else if self.look.color {
            // A cell is measured as it is written, and takes no colours.
            self.line.push_str(code);
        } else if self.look.spoken {
            self.line.push_str(code);
        } else {
            self.line.push('`');
            self.line.push_str(code);
            self.line.push('`');
        }
    }

    fn item(&mut self) {
        if self.line.trim().is_empty() {
            return;
        }
        let depth = self.lists.len().saturating_sub(1);
        let indent = "  ".repeat(depth);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => self.look.sign("• ", "- ").to_owned(),
        };
        let rest = format!("{indent}{}", " ".repeat(mark.chars().count()));
        self.flush(&format!("{indent}{mark}"), &rest);
    }

    fn table(&mut self) {
        self.in_table = false;
        let mut cells = std::mem::take(&mut self.cells).into_iter();
        let columns = cells.next().unwrap_or_default();
        let columns = columns.into_iter().map(|name| (name, String::new())).collect();
        let rows = cells.map(|row| row.into_iter().map(Some).collect()).collect();
        self.text.push_str(&table::draw(&Table { columns, rows, time: None }, self.look));
        self.text.push_str("\n\n");
    }

    /// Wraps the line that was gathered.
    fn flush(&mut self, first: &str, rest: &str) {
        let line = std::mem::take(&mut self.line);
        for part in line.split('\n').filter(|part| !part.trim().is_empty()) {
            let options = textwrap::Options::new(self.look.width)
                .initial_indent(first)
                .subsequent_indent(rest)
                .break_words(false)
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            self.text.push_str(&textwrap::fill(part.trim(), options));
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::look::PLAIN;

    #[test]
    fn lines_of_a_paragraph_are_joined_and_wrapped() {
        let narrow = Look { width: 20, ..PLAIN };
        let text = render("## Head\n\none two three\nfour five *six*\n\n- a `b`\n- c", narrow);
        assert_eq!(text, "Head\n\none two three four\nfive six\n\n• a `b`\n• c");
    }

    #[test]
    fn code_blocks_keep_their_lines() {
        assert_eq!(render("```sh\na\n  b\n```", PLAIN), "    a\n      b");
    }
}
