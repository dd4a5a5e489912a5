//! caught by: places ranks the conversations of each child, with equals in the same place
//!
//! An inner join leaves out the conversations without messages.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{Place, last_messages, silent, thread};

pub fn places(client: &mut Client) -> Result<Vec<Place>, Error> {
    let rows = client.query(
        "SELECT c.child_id, c.id, count(m.id),
                rank() OVER (PARTITION BY c.child_id ORDER BY count(m.id) DESC) AS place
         FROM conversations c JOIN messages m ON m.conversation_id = c.id
         GROUP BY c.id
         ORDER BY c.child_id, place, c.id",
        &[],
    )?;
    let place = |row: &postgres::Row| Place {
        child_id: row.get(0),
        conversation_id: row.get(1),
        messages: row.get(2),
        place: row.get(3),
    };
    Ok(rows.iter().map(place).collect())
}

harness::graded!(last_messages, places, silent, thread);
