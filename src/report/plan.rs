//! Plans as trees.

use colored::Colorize;
use textwrap::core::display_width;

use super::look::Look;
use super::wire::milliseconds_of;
use crate::postgres::plan::{Node, Plan};

/// What is said of a node under its title, if the server says it.
const CONDITIONS: &[&str] = &[
    "Index Cond",
    "Recheck Cond",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "Filter",
    "Sort Key",
    "Presorted Key",
    "Group Key",
    "Cache Key",
];

/// A line of the tree: the text to the left and the figures to the right.
struct Line {
    branch: String,
    text: String,
    figures: [String; 3],
    node: bool,
}

/// Draws a plan: a line a node with what it gave, what had been expected, and how long it took with
/// all that is below it. `times` false leaves out what differs from run to run.
pub fn draw(plan: &Plan, look: Look, times: bool) -> String {
    if look.spoken {
        return spoken(plan, times);
    }
    let mut lines = Vec::new();
    grow(&plan.root, plan.measured, "", "", look, &mut lines);
    // Where there is little room, what was expected makes way for what was.
    let kept = [plan.measured, !plan.measured || look.width >= 60, plan.measured && times];
    let mut heads = ["rows", "expected", "time"].map(str::to_owned);
    for (head, kept) in heads.iter_mut().zip(kept) {
        if !kept {
            head.clear();
        }
    }
    for line in &mut lines {
        for (figure, kept) in line.figures.iter_mut().zip(kept) {
            if !kept {
                figure.clear();
            }
        }
    }
    let widths = [0, 1, 2].map(|at| {
        let cells = lines.iter().map(|line| display_width(&line.figures[at]));
        cells.chain([display_width(&heads[at])]).max().unwrap_or(0)
    });
    let taken: usize = widths.iter().filter(|width| **width > 0).map(|width| width + 2).sum();
    let room = look.width.saturating_sub(taken);
    let titles = lines.iter().filter(|line| line.node);
    let used = titles.map(|line| display_width(&line.branch) + display_width(&line.text));
    let left = used.max().unwrap_or(0).min(room.max(16));
    let figures = |cells: &[String; 3]| -> String {
        let cells = cells.iter().zip(widths).filter(|(_, width)| *width > 0);
        cells.map(|(cell, width)| format!("  {cell:>width$}")).collect()
    };
    let mut drawn =
        vec![look.paint(&format!("{:left$}{}", "", figures(&heads)), |text| text.dimmed())];
    for line in &lines {
        // Beside a condition there are no figures.
        let room = if line.node { left } else { look.width };
        let room = room.saturating_sub(display_width(&line.branch)).max(12);
        // A condition that goes on stands further in than it began.
        let options = textwrap::Options::new(room)
            .subsequent_indent("  ")
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for (index, piece) in textwrap::wrap(&line.text, options).iter().enumerate() {
            let branch =
                if index == 0 { line.branch.clone() } else { continued(&line.branch, look) };
            let width = display_width(&branch) + display_width(piece);
            let piece = match line.node {
                true => look.paint(piece, |text| text.bold()),
                false => look.paint(piece, |text| text.dimmed()),
            };
            let mut text = format!("{}{piece}", look.paint(&branch, |text| text.dimmed()));
            if index == 0 && line.node {
                text.push_str(&" ".repeat(left.saturating_sub(width)));
                text.push_str(&figures(&line.figures));
            }
            drawn.push(text.trim_end().to_owned());
        }
    }
    if times && let (Some(planning), Some(execution)) = (plan.planning, plan.execution) {
        let text = format!(
            "planned in {}, ran in {}",
            milliseconds_of(planning),
            milliseconds_of(execution)
        );
        drawn.push(look.paint(&text, |text| text.dimmed()));
    }
    drawn.join("\n")
}

/// A line a node with its depth in the tree as a number.
fn spoken(plan: &Plan, times: bool) -> String {
    fn tell(node: &Node, level: usize, measured: bool, times: bool, lines: &mut Vec<String>) {
        let mut words = vec![format!("Level {level}: {}", node.title())];
        let loops = node.number("Actual Loops");
        let rows = node.number("Actual Rows").round();
        match () {
            () if !measured => {}
            () if loops == 0.0 => words.push("never ran".to_owned()),
            () if loops > 1.0 => words.push(format!("{loops} times {rows} rows")),
            () => words.push(format!("{rows} rows")),
        }
        if measured {
            words.push(format!("{} expected", node.number("Plan Rows")));
            if times {
                words.push(milliseconds_of(node.number("Actual Total Time") * loops.max(1.0)));
            }
        }
        let details = CONDITIONS.iter().filter_map(|key| Some((key, node.detail(key)?)));
        words.extend(details.map(|(key, text)| format!("{key}: {text}")));
        lines.push(words.join(", "));
        for child in &node.children {
            tell(child, level + 1, measured, times, lines);
        }
    }
    let mut lines = Vec::new();
    tell(&plan.root, 1, plan.measured, times, &mut lines);
    lines.join("\n")
}

/// The branch of a line that goes on: no fork in it any more.
fn continued(branch: &str, look: Look) -> String {
    branch
        .replace(look.sign("├─ ", "|- "), look.sign("│  ", "|  "))
        .replace(look.sign("└─ ", "`- "), "   ")
}

fn grow(node: &Node, measured: bool, branch: &str, below: &str, look: Look, lines: &mut Vec<Line>) {
    let loops = node.number("Actual Loops");
    let rows = match () {
        () if measured && loops == 0.0 => "never ran".to_owned(),
        () if loops > 1.0 => format!("{loops} × {}", node.number("Actual Rows").round()),
        () => node.number("Actual Rows").round().to_string(),
    };
    // Loops are one after the other, so their times add up.
    let time = milliseconds_of(node.number("Actual Total Time") * loops);
    let expected = node.number("Plan Rows").to_string();
    let (rows, time) = (if look.unicode { rows } else { rows.replace('×', "x") }, time);
    lines.push(Line {
        branch: branch.to_owned(),
        text: node.title(),
        figures: [rows, expected, time],
        node: true,
    });
    let stem = if node.children.is_empty() { "   " } else { look.sign("│  ", "|  ") };
    let mut say = |text: String| {
        let branch = format!("{below}{stem}");
        lines.push(Line { branch, text, figures: Default::default(), node: false });
    };
    for key in CONDITIONS {
        if let Some(text) = node.detail(key) {
            // What is checked again in the heap is what the index was asked; once is enough.
            let again = *key == "Recheck Cond";
            if !again || node.children.iter().all(|child| child.detail("Index Cond").is_none()) {
                say(format!("{key}: {text}"));
            }
        }
    }
    let removed =
        node.number("Rows Removed by Filter") + node.number("Rows Removed by Join Filter");
    if removed > 0.0 {
        say(format!("thrown away: {}", (removed * loops).round()));
    }
    for (index, child) in node.children.iter().enumerate() {
        let last = index + 1 == node.children.len();
        let fork = if last { look.sign("└─ ", "`- ") } else { look.sign("├─ ", "|- ") };
        let next = if last { "   " } else { look.sign("│  ", "|  ") };
        let (branch, below) = (format!("{below}{fork}"), format!("{below}{next}"));
        grow(child, measured, &branch, &below, look, lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::look::PLAIN;

    const PLAN: &str = r#"[{"Plan": {"Node Type": "Hash Join", "Join Type": "Left", "Plan Rows": 9,
        "Actual Rows": 9.00, "Actual Loops": 1, "Actual Total Time": 0.05,
        "Hash Cond": "(c.parent_id = u.id)", "Plans": [
        {"Node Type": "Seq Scan", "Relation Name": "children", "Alias": "c", "Plan Rows": 1200,
         "Actual Rows": 3, "Actual Loops": 3, "Actual Total Time": 0.01,
         "Filter": "((c.name <> 'Bo'::text) AND (c.notes IS NOT NULL) AND (c.gender = 'girl'::text))",
         "Rows Removed by Filter": 2},
        {"Node Type": "Hash", "Plan Rows": 7, "Actual Rows": 7, "Actual Loops": 1,
         "Actual Total Time": 0.02, "Plans": [
         {"Node Type": "Index Scan", "Relation Name": "users", "Alias": "users", "Plan Rows": 7,
          "Index Name": "users_pkey", "Actual Rows": 0, "Actual Loops": 0}]}]},
        "Planning Time": 0.1, "Execution Time": 0.2}]"#;

    #[test]
    fn a_plan_is_a_tree_with_its_figures_in_columns() {
        let plan = Plan::read(PLAN).unwrap();
        let drawn = draw(&plan, Look { width: 70, ..PLAIN }, false);
        let expected = "\
                                                         rows  expected
Hash Left Join                                              9         9
│  Hash Cond: (c.parent_id = u.id)
├─ Seq Scan on children c                               3 × 3      1200
│     Filter: ((c.name <> 'Bo'::text) AND (c.notes IS NOT NULL) AND
│       (c.gender = 'girl'::text))
│     thrown away: 6
└─ Hash                                                     7         7
   └─ Index Scan using users_pkey on users          never ran         7";
        let trimmed = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
        };
        assert_eq!(trimmed(&drawn), trimmed(expected), "{drawn}");
        assert!(drawn.lines().all(|line| display_width(line) <= 70), "{drawn}");
    }

    #[test]
    fn a_plan_fits_a_narrow_screen_without_unicode() {
        let plan = Plan::read(PLAN).unwrap();
        let drawn = draw(&plan, Look { width: 40, unicode: false, ..PLAIN }, true);
        assert!(drawn.lines().all(|line| display_width(line) <= 40), "{drawn}");
        assert!(drawn.is_ascii(), "{drawn}");
        assert!(drawn.contains("planned in 0.10 ms"), "{drawn}");
    }
}
