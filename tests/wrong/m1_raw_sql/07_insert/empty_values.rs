//! caught by: no children at all is 0, not an error
//!
//! Without children the SQL ends in VALUES, which is a syntax error.

use postgres::types::ToSql;
use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;
use solution::{NewChild, add_user};

pub fn add_children(
    client: &mut Client,
    parent_id: i32,
    children: &[NewChild],
) -> Result<u64, Error> {
    let mut groups = Vec::new();
    let mut values: Vec<&(dyn ToSql + Sync)> = Vec::new();
    for child in children {
        let n = values.len();
        groups.push(format!("(${}, ${}, ${}, ${})", n + 1, n + 2, n + 3, n + 4));
        values.extend([
            &parent_id as &(dyn ToSql + Sync),
            &child.name,
            &child.date_of_birth,
            &child.notes,
        ]);
    }
    let groups = groups.join(", ");
    let sql =
        format!("INSERT INTO children (parent_id, name, date_of_birth, notes) VALUES {groups}");
    client.execute(&sql, &values)
}

harness::graded!(add_user, add_children);
