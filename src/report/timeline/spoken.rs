//! A timeline for a screen reader: a sentence for each thing that happened, in order.

use crate::lesson::timeline::{Moment, Reply, Timeline};
use crate::report::wire::milliseconds;

use super::ROWS;

/// `phone: UPDATE …. Waits for laptop.`
pub(super) fn tell(timeline: &Timeline, times: bool) -> String {
    let one = |moment: &Moment| {
        let name = |session: usize| timeline.sessions.get(session).map_or("", String::as_str);
        let mut words = vec![format!("{}:", name(moment.session))];
        if let Some(sql) = &moment.sql {
            let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
            words.push(format!("{}.", sql.trim_end_matches(';')));
        }
        match (&moment.reply, moment.waited.filter(|_| times)) {
            // Between two there is no doubt about who is waited for.
            (None, _) if timeline.sessions.len() == 2 => {
                words.push(format!("Waits for {}.", name(1 - moment.session)));
            }
            (None, _) => words.push("Waits.".to_owned()),
            (Some(reply), waited) => {
                match (&moment.sql, waited) {
                    (_, Some(time)) => {
                        words.push(format!("Has waited for {}.", milliseconds(time)));
                    }
                    (None, None) => words.push("Waits no longer.".to_owned()),
                    (Some(_), None) => {}
                }
                words.extend(answer(reply, moment.sql.as_deref()));
            }
        }
        words.join(" ")
    };
    timeline.moments.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn answer(reply: &Reply, sql: Option<&str>) -> Option<String> {
    if let Some(error) = &reply.error {
        return Some(format!("Error {}: {}.", error.sqlstate, error.message));
    }
    if reply.columns.is_empty() {
        return (!super::goes_without_saying(reply, sql))
            .then(|| format!("Answer: {}.", reply.tag));
    }
    if reply.rows.is_empty() {
        return Some("Answer: no rows.".to_owned());
    }
    let row = |row: &Vec<Option<String>>| {
        let cells = reply.columns.iter().zip(row).map(|(name, value)| {
            let value = value.as_deref().unwrap_or("NULL");
            if reply.columns.len() == 1 { value.to_owned() } else { format!("{name} {value}") }
        });
        cells.collect::<Vec<_>>().join(", ")
    };
    let mut rows: Vec<String> = reply.rows.iter().take(ROWS).map(row).collect();
    if reply.rows.len() > ROWS {
        rows.push(format!("and {} more", reply.rows.len() - ROWS));
    }
    Some(format!("Answer: {}.", rows.join("; ")))
}
