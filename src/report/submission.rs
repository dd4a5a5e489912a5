//! What was packed, on the screen.

use std::path::Path;

use colored::Colorize;

use super::look::Look;
use crate::exercise::Exercise;
use crate::grade::verdict::Status;

/// The path, the size in bytes, each exercise with what is known of it, and what was left out.
pub fn draw(
    path: &Path,
    size: usize,
    packed: &[(&Exercise, Option<Status>)],
    left_out: &[String],
    look: Look,
) -> String {
    let count = match packed.len() {
        1 => "1 exercise".to_owned(),
        count => format!("{count} exercises"),
    };
    let mut lines = vec![format!("{count}, {:.1} KiB, in", size as f64 / 1024.0)];
    // Alone on its line, so that it can be copied where it is longer than the screen is wide.
    lines.push(look.paint(&path.display().to_string(), |text| text.bold()));
    for (exercise, status) in packed {
        let (sign, words) = match status {
            Some(Status::Passed) => {
                (look.paint(look.sign("✓", "ok"), |text| text.green()), "passed")
            }
            Some(status) => (look.paint(look.sign("✗", "NO"), |text| text.red()), status.words()),
            None => (look.paint(look.sign("·", "--"), |text| text.dimmed()), "not graded since"),
        };
        lines.push(format!("  {sign} {}: {words}", exercise.stem));
    }
    lines.extend(left_out.iter().map(|why| format!("  Left out: {why}.")));
    lines.join("\n")
}
