//! caught by: names and notes of children travel beside the SQL, too
//!
//! The children are pasted into the SQL, apostrophes doubled; the user is not.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;
use solution::{NewChild, add_user};

pub fn add_children(
    client: &mut Client,
    parent_id: i32,
    children: &[NewChild],
) -> Result<u64, Error> {
    if children.is_empty() {
        return Ok(0);
    }
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let group = |child: &NewChild| {
        let notes = child.notes.as_deref().map_or("NULL".to_owned(), quote);
        format!("({parent_id}, {}, '{}', {notes})", quote(&child.name), child.date_of_birth)
    };
    let groups: Vec<String> = children.iter().map(group).collect();
    let sql = format!(
        "INSERT INTO children (parent_id, name, date_of_birth, notes) VALUES {}",
        groups.join(", ")
    );
    client.execute(&sql, &[])
}

harness::graded!(add_user, add_children);
