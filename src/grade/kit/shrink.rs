//! Cuts data down to the least on which an answer is still wrong.
//!
//! Rows are taken away greedily, in halves, then quarters, down to single rows, as long as the
//! difference stays. The database is a check's own and is refilled for each attempt, parents
//! before children; an attempt that breaks a foreign key is no attempt.

use std::time::{Duration, Instant};

use super::compare::Rows;
use super::{Outcome, Stop, Trial};
use crate::postgres::schema::parents_first;

/// A learner waits for this. What was reached by then is good enough.
const LIMIT: Duration = Duration::from_millis(1500);

/// Tables of more rows than this are not worth the wait.
const LARGEST: usize = 2_000;

/// Takes rows away while `differs` holds. Returns the tables that still have rows, with those;
/// nothing if the data cannot be taken apart, in which case the database is as it was.
pub(super) fn shrink(
    t: &mut Trial<'_>,
    mut differs: impl FnMut(&mut Trial<'_>) -> Outcome<bool>,
) -> Outcome<Vec<(String, Rows)>> {
    let Some(data) = Copy::take(t)? else { return Ok(Vec::new()) };
    let began = Instant::now();
    let mut rows: Vec<(usize, i64)> = data.rows();
    let mut piece = rows.len().div_ceil(2);
    while piece > 0 && began.elapsed() < LIMIT {
        let mut at = 0;
        while at < rows.len() && began.elapsed() < LIMIT {
            let mut fewer = rows.clone();
            fewer.drain(at..(at + piece).min(rows.len()));
            if data.fill(t, &fewer, false)? && still(differs(t))? {
                rows = fewer;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    data.fill(t, &rows, true)?;
    data.drawn(t)
}

/// An answer that fails on less data is another story than the one to be told.
fn still(differs: Outcome<bool>) -> Outcome<bool> {
    match differs {
        Err(Stop::Wrong(_) | Stop::NotTried(_) | Stop::Unwritten { .. }) => Ok(false),
        other => other,
    }
}

/// Copies of all tables in the grader's session, each row with a number.
struct Copy {
    /// Parents before children.
    tables: Vec<String>,
    counts: Vec<i64>,
    /// Of each table, those that can be written.
    columns: Vec<String>,
}

impl Copy {
    fn take(t: &mut Trial<'_>) -> Outcome<Option<Copy>> {
        let tables: Vec<String> = t
            .rows(
                "SELECT quote_ident(relname) FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY oid",
            )?
            .into_iter()
            .filter_map(|row| row.into_iter().next().flatten())
            .collect();
        let references: Vec<(String, String)> = t
            .rows(
                "SELECT quote_ident(c.relname), quote_ident(p.relname)
                 FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                 JOIN pg_class p ON p.oid = k.confrelid WHERE k.contype = 'f' AND c.oid <> p.oid",
            )?
            .into_iter()
            .filter_map(|row| {
                let mut row = row.into_iter().flatten();
                Some((row.next()?, row.next()?))
            })
            .collect();
        // A parent in another schema is not ours to refill.
        let elsewhere =
            |(child, parent): &(String, String)| tables.contains(child) && !tables.contains(parent);
        if tables.is_empty() || references.iter().any(elsewhere) {
            return Ok(None);
        }
        let refers = |child: &String, parent: &String| {
            references.iter().any(|(one, other)| one == child && other == parent)
        };
        let (sorted, circle) = parents_first(tables, refers);
        if circle {
            return Ok(None);
        }
        let (mut counts, mut columns) = (Vec::new(), Vec::new());
        for (index, table) in sorted.iter().enumerate() {
            t.sql(&format!(
                "CREATE TEMP TABLE copy_{index} AS
                 SELECT row_number() OVER () AS copy_number, * FROM public.{table}"
            ))?;
            let count = t.value(&format!("SELECT count(*) FROM copy_{index}"))?;
            counts.push(count.and_then(|count| count.parse().ok()).unwrap_or(0));
            let written = format!(
                "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                 WHERE attrelid = 'public.{table}'::regclass AND attnum > 0
                   AND NOT attisdropped AND attgenerated = ''"
            );
            columns.push(t.value(&written)?.unwrap_or_default());
        }
        let total = counts.iter().sum::<i64>();
        // A lock that the answer holds must not hold us.
        t.sql("SET lock_timeout = '300ms'")?;
        let small = usize::try_from(total).is_ok_and(|total| total <= LARGEST);
        Ok(small.then_some(Copy { tables: sorted, counts, columns }))
    }

    /// Every row, children first: they can go alone.
    fn rows(&self) -> Vec<(usize, i64)> {
        let tables = self.counts.iter().enumerate().rev();
        tables.flat_map(|(table, count)| (1..=*count).map(move |number| (table, number))).collect()
    }

    /// Leaves just these rows in the tables. `anew` lets them lie in order, as if there had been no
    /// others; it makes new files for each table and index, which takes longer. `false`: the rules of the tables do not allow that, or
    /// it cannot be done; the tables are as they were.
    fn fill(&self, t: &mut Trial<'_>, rows: &[(usize, i64)], anew: bool) -> Outcome<bool> {
        let mut sql = if anew {
            format!("TRUNCATE {};", self.tables.join(", "))
        } else {
            let children_first = self.tables.iter().rev();
            children_first.map(|table| format!("DELETE FROM {table};")).collect()
        };
        for (index, table) in self.tables.iter().enumerate() {
            let numbers: Vec<_> =
                rows.iter().filter(|row| row.0 == index).map(|row| row.1.to_string()).collect();
            if !numbers.is_empty() {
                let columns = &self.columns[index];
                sql.push_str(&format!(
                    "INSERT INTO public.{table} ({columns}) OVERRIDING SYSTEM VALUE
                     SELECT {columns} FROM copy_{index} WHERE copy_number IN ({}) ORDER BY copy_number;",
                    numbers.join(", ")
                ));
            }
        }
        Ok(t.try_sql(&sql)?.is_ok())
    }

    fn drawn(&self, t: &mut Trial<'_>) -> Outcome<Vec<(String, Rows)>> {
        let mut drawn = Vec::new();
        for table in &self.tables {
            let rows = t.json_rows(&format!("SELECT * FROM public.{table} LIMIT 20"))?;
            if !rows.rows.is_empty() {
                drawn.push((table.clone(), rows));
            }
        }
        Ok(drawn)
    }
}
