//! Markdown as HTML. What was HTML in the Markdown is text in the book: nothing gets through.

use std::fmt::Write as _;

use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, TextMergeStream, html,
};

use crate::lesson::event::Language;
use crate::report::highlight;

/// A page's HTML, and its parts as words.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) html: String,
    pub(super) sections: Vec<Section>,
}

/// What stands under one heading.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// Of the heading; empty at the beginning of the page.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) text: String,
}

/// Renders a page. `link` says where a link leads, `lesson` where a lesson of that number is.
pub(super) fn render(
    markdown: &str,
    link: &dyn Fn(&str) -> Option<String>,
    lesson: &dyn Fn(u32) -> Option<String>,
) -> Rendered {
    let mut page = Page { sections: vec![Section::default()], ..Page::default() };
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    // A line's end is a space to the reader: "lesson" and its number may stand on two lines.
    let words = parser.map(|event| match event {
        Event::SoftBreak => Event::Text("\n".into()),
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    for event in TextMergeStream::new(words) {
        page.take(event, link, lesson);
    }
    let mut out = String::new();
    html::push_html(&mut out, page.events.into_iter());
    Rendered { html: out, sections: page.sections }
}

#[derive(Default)]
struct Page<'a> {
    events: Vec<Event<'a>>,
    sections: Vec<Section>,
    /// Where the heading began among the events.
    heading: Option<usize>,
    /// The language of the code block that is open, and its text.
    code: Option<(String, String)>,
    /// Whether each of the links that are open leads anywhere.
    links: Vec<bool>,
}

impl<'a> Page<'a> {
    fn take(
        &mut self,
        event: Event<'a>,
        link: &dyn Fn(&str) -> Option<String>,
        lesson: &dyn Fn(u32) -> Option<String>,
    ) {
        if let Event::Text(text) | Event::Code(text) = &event {
            self.read(text);
        }
        match event {
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None if self.heading.is_some() || !self.links.is_empty() => {
                    self.events.push(Event::Text(text));
                }
                None => self.events.push(Event::Html(linked(&text, lesson).into())),
            },
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((language, code)) = self.code.take() {
                    self.events.push(Event::Html(block(&language, code.trim_end()).into()));
                }
            }
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                let target = link(&dest_url);
                self.links.push(target.is_some());
                if let Some(target) = target {
                    let (title, id) = (CowStr::from(""), CowStr::from(""));
                    let dest_url = target.into();
                    self.events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if self.links.pop() == Some(true) {
                    self.events.push(Event::End(TagEnd::Link));
                }
            }
            // The book has no pictures; their words stay.
            Event::Start(Tag::Image { .. } | Tag::HtmlBlock)
            | Event::End(TagEnd::Image | TagEnd::HtmlBlock) => {}
            Event::Start(Tag::Heading { .. }) => {
                self.sections.push(Section::default());
                self.heading = Some(self.events.len());
                self.events.push(event);
            }
            Event::End(TagEnd::Heading(_)) => {
                self.name();
                self.events.push(event);
            }
            other => self.events.push(other),
        }
        // Words of two paragraphs, or cells, are not one.
        if let Some(Event::End(_) | Event::HardBreak) = self.events.last()
            && self.heading.is_none()
        {
            self.space();
        }
    }

    fn read(&mut self, text: &str) {
        if let Some(section) = self.sections.last_mut() {
            match self.heading {
                Some(_) => section.title.push_str(text),
                None => section.text.push_str(text),
            }
        }
    }

    fn space(&mut self) {
        if let Some(section) = self.sections.last_mut()
            && !section.text.is_empty()
            && !section.text.ends_with(' ')
        {
            section.text.push(' ');
        }
    }

    /// Gives the heading that ends here a name that no other has.
    fn name(&mut self) {
        let Some((section, before)) = self.sections.split_last_mut() else { return };
        let base = slug(&section.title);
        let mut name = base.clone();
        let mut count = 1;
        while before.iter().any(|other| other.id == name) {
            count += 1;
            name = format!("{base}-{count}");
        }
        section.id.clone_from(&name);
        if let Some(Event::Start(Tag::Heading { id, .. })) =
            self.heading.take().and_then(|at| self.events.get_mut(at))
        {
            *id = Some(name.into());
        }
    }
}

/// `NULL, and "why"` becomes `null-and-why`.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
    if name.is_empty() { "part".to_owned() } else { name }
}

/// Text where `lesson 7` leads to lesson 7, if it is written.
fn linked(text: &str, lesson: &dyn Fn(u32) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("esson") {
        let after = &rest[at + 5..];
        let number = after.strip_prefix([' ', '\n']).unwrap_or_default();
        let digits = number.chars().take_while(char::is_ascii_digit).count();
        let target = number[..digits].parse().ok().and_then(lesson);
        let start = rest[..at].char_indices().next_back().map_or(0, |(at, _)| at);
        let end = at + 5 + if target.is_some() { digits + 1 } else { 0 };
        match target {
            Some(target) if matches!(&rest[start..at], "l" | "L") => {
                let words = escape(&rest[start..end]);
                let _ = write!(out, "{}<a href=\"{target}\">{words}</a>", escape(&rest[..start]));
            }
            _ => out.push_str(&escape(&rest[..end])),
        }
        rest = &rest[end..];
    }
    out + &escape(rest)
}

/// A block of code with classes for its colours, or a block of output.
fn block(language: &str, code: &str) -> String {
    let known = match language {
        "sql" => Some(Language::Sql),
        "rust" => Some(Language::Rust),
        _ => None,
    };
    let (class, html) = match known {
        Some(known) => (language, painted(code, known)),
        None if language == "text" => ("output", escape(code)),
        None => ("plain", escape(code)),
    };
    // Whoever has no pointing device scrolls a wide table with the keys.
    format!("<pre class=\"{class}\" tabindex=\"0\"><code>{html}</code></pre>\n")
}

fn painted(code: &str, language: Language) -> String {
    let mut html = String::new();
    for (class, text) in highlight::spans(code, language) {
        let text = escape(text);
        match class {
            Some(class) => {
                let _ = write!(html, "<i class=\"{}\">{text}</i>", class.name());
            }
            None => html.push_str(&text),
        }
    }
    html
}

/// Text as HTML, in an element or an attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
