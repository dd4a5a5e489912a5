//! Figures as bars.

use colored::Colorize;
use textwrap::core::display_width;

use super::look::Look;
use crate::lesson::event::Chart;

/// What bars are made of: an eighth of a column, two eighths, … a whole one.
pub const BLOCKS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// Draws a chart no wider than the look allows: a line a figure, and the longest bar takes all the
/// room there is.
pub fn draw(chart: &Chart, look: Look) -> String {
    let figures: Vec<String> = chart.bars.iter().map(|(_, figure)| short(*figure)).collect();
    if look.spoken {
        let bars = chart.bars.iter().zip(&figures);
        let lines = bars.map(|((name, _), figure)| format!("{}: {figure}", look.redraw(name)));
        let head = std::iter::once(format!("{}.", look.redraw(&chart.title)));
        return head.chain(lines).collect::<Vec<_>>().join("\n");
    }
    let names: Vec<String> = chart.bars.iter().map(|(name, _)| look.redraw(name)).collect();
    let widest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|text| display_width(text)).max().unwrap_or(0)
    };
    let label = widest(&mut names.iter()).min(look.width / 2);
    let figure = widest(&mut figures.iter());
    let room = look.width.saturating_sub(label + figure + 3).clamp(5, 60);
    let most = chart.bars.iter().map(|(_, figure)| *figure).fold(0.0, f64::max);
    let mut lines = vec![look.paint(&look.redraw(&chart.title), |text| text.bold())];
    for (((_, value), name), figure) in chart.bars.iter().zip(&names).zip(figures) {
        let part = if most > 0.0 { value / most } else { 0.0 };
        let bar = look.paint(&bar(part, room, look.unicode), |text| text.cyan());
        let name: String = name.chars().take(label).collect();
        let gap = " ".repeat(label - display_width(&name).min(label));
        lines.push(format!("{name}{gap}  {bar} {figure}"));
    }
    lines.join("\n")
}

/// A part of the room, to an eighth of a column. However little it is, something is seen of it.
fn bar(part: f64, room: usize, unicode: bool) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a few hundred eighths at the most"
    )]
    let eighths = ((part.clamp(0.0, 1.0) * room as f64 * 8.0).round() as usize).max(1);
    if !unicode {
        return "#".repeat(eighths.div_ceil(8));
    }
    let mut bar = BLOCKS[7].to_string().repeat(eighths / 8);
    bar.extend((eighths % 8).checked_sub(1).map(|rest| BLOCKS[rest]));
    bar
}

/// A figure with what matters of it: `0.042`, `3.1`, `217`, `48,300`.
fn short(figure: f64) -> String {
    if figure < 1.0 {
        return format!("{figure:.3}");
    }
    if figure < 100.0 {
        return format!("{figure:.1}");
    }
    // Beyond three digits a measurement says nothing.
    let step = 10f64.powf(figure.log10().floor() - 2.0);
    let digits = format!("{:.0}", (figure / step).round() * step);
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::look::PLAIN;

    #[test]
    fn figures_are_short_and_bars_keep_their_ratio() {
        assert_eq!([0.0421, 3.11, 217.4, 48_312.0].map(short), ["0.042", "3.1", "217", "48,300"]);
        let bars = vec![("one by one".into(), 1000.0), ("COPY".into(), 4000.0)];
        let chart = Chart { title: "rows per second".into(), bars };
        let drawn = draw(&chart, Look { width: 40, ..PLAIN });
        let blocks: Vec<usize> =
            drawn.lines().skip(1).map(|line| line.matches('█').count()).collect();
        assert_eq!(blocks, [5, 22], "{drawn}");
        assert!(drawn.lines().all(|line| display_width(line) <= 40), "{drawn}");
        assert!(draw(&chart, Look { unicode: false, ..PLAIN }).is_ascii());
    }

    #[test]
    fn nothing_at_all_is_a_chart_too() {
        let chart = Chart { title: "none".into(), bars: vec![("a".into(), 0.0)] };
        assert_eq!(draw(&chart, PLAIN), "none\na  ▏ 0.000");
    }
}
