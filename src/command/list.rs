//! `pglings list`: the map.

use colored::Colorize;

use super::Context;
use crate::error::Result;
use crate::exercise;
use crate::grade::verdict::Status;
use crate::lesson::catalogue::{MODULES, lessons};
use crate::report::json;

pub(super) fn run(context: &Context, as_json: bool) -> Result<u8> {
    let progress = context.progress()?;
    if as_json {
        context.print(&json::list(&context.workbook, &progress).to_string())?;
        return Ok(0);
    }
    let look = context.look;
    for module in MODULES {
        let title = format!("Module {} · {}", module.number, module.title);
        context.print(&look.paint(&title, |text| text.bold()))?;
        for lesson in lessons().iter().filter(|lesson| lesson.module == module.number) {
            let done = progress.is_done(lesson.stem);
            let mark = if done { look.sign("✓", "x") } else { look.sign("·", ".") };
            let status = exercise::exercise(lesson.stem).map(|exercise| {
                match progress.status(exercise, &context.workbook.read(exercise)) {
                    Some(Status::Passed) => look.paint("passed", |text| text.green()),
                    Some(Status::NotStarted) => look.paint("not started", |text| text.dimmed()),
                    Some(status) => look.paint(status.words(), |text| text.red()),
                    None => look.paint("begun", |text| text.yellow()),
                }
            });
            context.print(&format!(
                "  {mark} {:>2}  {} {:>2} min  {}",
                lesson.number,
                fitted(&lesson.cut().title, look.width.saturating_sub(30).clamp(12, 50)),
                (lesson.definition)().minutes,
                status.unwrap_or_default(),
            ))?;
        }
    }
    Ok(0)
}

/// Text in exactly so many columns.
fn fitted(text: &str, columns: usize) -> String {
    let wide = |text: &str| textwrap::core::display_width(text);
    let mut fitted = String::new();
    for c in text.chars() {
        if wide(&fitted) + 1 >= columns && wide(text) > columns {
            fitted.push('…');
            break;
        }
        fitted.push(c);
    }
    let rest = columns.saturating_sub(wide(&fitted));
    fitted + &" ".repeat(rest)
}
