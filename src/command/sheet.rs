//! What is shown between two keys, a screenful at a time: nothing leaves the screen before the
//! learner could read it.

use textwrap::core::display_width;

use crate::report::look::plain;

/// The fewest rows that are worth turning pages on.
const LOWEST: usize = 8;

/// Lines that are not on the screen yet.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    lines: Vec<String>,
    /// The lines that something new begins with.
    heads: Vec<usize>,
}

impl Sheet {
    /// Adds lines. A `head` begins something new, and is the best line to turn a page at.
    pub(super) fn add(&mut self, text: &str, head: bool) {
        if head {
            self.heads.push(self.lines.len());
        }
        self.lines.extend(text.lines().map(str::to_owned));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Takes the next screenful, on a screen of so many columns and rows, of which the last `tail`
    /// are for what comes after the sheet. `true`: the learner has to see it before what follows.
    pub(super) fn turn(&mut self, size: Option<(usize, usize)>, tail: usize) -> (String, bool) {
        let (count, more) = match size.filter(|(_, rows)| *rows >= LOWEST) {
            Some((columns, rows)) => self.page(columns, rows, tail),
            None => (self.lines.len(), false),
        };
        let mut text = String::new();
        for line in self.lines.drain(..count) {
            text.push_str(&line);
            text.push('\n');
        }
        self.heads.retain(|head| *head >= count);
        self.heads.iter_mut().for_each(|head| *head -= count);
        (text, more)
    }

    /// How many lines are the next page, and whether to wait after it. A page ends where something
    /// new begins, else at an empty line, as long as that takes no more pages.
    fn page(&self, columns: usize, rows: usize, tail: usize) -> (usize, bool) {
        // A line that is too long breaks, and takes more rows.
        let rows_of = |line: &String| display_width(&plain(line)).div_ceil(columns.max(1)).max(1);
        let heights: Vec<usize> = self.lines.iter().map(rows_of).collect();
        if heights.iter().sum::<usize>() + tail <= rows {
            return (self.lines.len(), false);
        }
        let room = rows - 1;
        let mut taken = 0;
        let fits = heights.iter().take_while(|height| {
            taken += **height;
            taken <= room
        });
        let most = fits.count().max(1).min(self.lines.len());
        let pages = |from: usize| heights[from..].iter().sum::<usize>().div_ceil(room);
        let heads = self.heads.iter().rev().copied().filter(|head| *head > 0);
        let gaps = (most / 2..most).rev().filter(|at| self.lines[*at].is_empty()).map(|at| at + 1);
        let best = heads.chain(gaps).find(|at| *at <= most && pages(*at) <= pages(most));
        (best.unwrap_or(most), true)
    }
}

#[cfg(test)]
mod tests {
    use super::Sheet;

    fn sheet(result: usize, prose: usize) -> Sheet {
        let mut sheet = Sheet::default();
        sheet.add(&"result\n".repeat(result), false);
        sheet.add("head", true);
        sheet.add(&"prose\n".repeat(prose - 1), false);
        sheet
    }

    fn pages(mut sheet: Sheet, size: (usize, usize), tail: usize) -> Vec<usize> {
        let mut pages = Vec::new();
        loop {
            let (text, more) = sheet.turn(Some(size), tail);
            pages.push(text.lines().count());
            if !more {
                return pages;
            }
        }
    }

    #[test]
    fn what_fits_takes_no_key_and_a_result_is_seen_before_the_next_step() {
        assert_eq!(pages(sheet(8, 15), (80, 24), 1), [23]);
        assert_eq!(pages(sheet(8, 16), (80, 24), 1), [8, 16]);
        // Too much for one screen anyway: as few keys as there can be.
        assert_eq!(pages(sheet(8, 30), (80, 24), 1), [23, 15]);
        assert_eq!(pages(sheet(40, 10), (80, 24), 1), [23, 17, 10]);
        // What follows the sheet needs rows too, and waits for a key if it has none.
        assert_eq!(pages(sheet(8, 11), (80, 24), 5), [19]);
        assert_eq!(pages(sheet(8, 12), (80, 24), 5), [20, 0]);
        assert_eq!(pages(sheet(1, 1), (80, 5), 1), [2]);
    }

    #[test]
    fn a_page_ends_at_an_empty_line() {
        let mut sheet = Sheet::default();
        sheet.add(&format!("{}\n{}", "a\n".repeat(17), "b\n".repeat(7)), false);
        assert_eq!(pages(sheet, (80, 24), 1), [18, 7]);
        let mut sheet = Sheet::default();
        sheet.add(&format!("{}\n", "wide ".repeat(24)).repeat(12), false);
        assert_eq!(pages(sheet, (80, 24), 1), [11, 1]);
    }
}
