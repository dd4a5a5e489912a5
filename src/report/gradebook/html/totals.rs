//! How the totals are distributed.

use std::fmt::Write as _;

use super::text::counted;
use super::view::View;
use crate::class::gradebook::written;

/// The section.
pub(super) fn section(view: &View<'_>) -> String {
    format!(
        "<section aria-labelledby=\"totals\">\n<h2 id=\"totals\">Totals</h2>\n{}</section>\n",
        totals(view)
    )
}

/// A histogram of ten bars, drawn and in words.
fn totals(view: &View<'_>) -> String {
    let (full, learners) = (view.book.full(), view.totals.len());
    if full == 0 || learners == 0 {
        return "<p>There is nothing to count.</p>\n".to_owned();
    }
    let mut bins = [0usize; 10];
    for total in &view.totals {
        bins[usize::try_from(total * 10 / full).unwrap_or(9).min(9)] += 1;
    }
    let most = bins.iter().max().copied().unwrap_or(1).max(1);
    let (mut bars, mut words) = (String::new(), Vec::new());
    for (at, &count) in bins.iter().enumerate() {
        let (x, height) = (20 + at * 60, count * 150 / most);
        let (y, from) = (175 - height, at * 10);
        let _ = write!(
            bars,
            "<rect x=\"{x}\" y=\"{y}\" width=\"56\" height=\"{height}\"/>\
             <text x=\"{}\" y=\"{}\">{count}</text><text x=\"{}\" y=\"196\">{from}</text>",
            x + 28,
            y - 6,
            x - 2,
        );
        words.push(format!("{from} to {} %: {}", from + 10, counted(count, "learner")));
    }
    let mut sorted = view.totals.clone();
    sorted.sort_unstable();
    let median = (sorted[(learners - 1) / 2] + sorted[learners / 2]) / 2;
    let mean = view.totals.iter().sum::<u64>() / learners as u64;
    format!(
        "<p>Of {} points, the mean is {} and the median {}.</p>\n\
         <svg class=\"histogram\" viewBox=\"0 0 660 222\" role=\"img\" aria-label=\"Learners by share \
         of the points. {}\">{bars}<text x=\"620\" y=\"196\">100</text>\
         <text x=\"320\" y=\"216\">% of the points</text></svg>\n",
        written(full),
        written(mean),
        written(median),
        words.join("; "),
    )
}
