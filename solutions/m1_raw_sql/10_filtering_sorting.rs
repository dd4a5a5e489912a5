//! # Exercise 10: filtering and sorting
//!
//! Five questions. None of them changes anything, and where nothing fits the answer is empty and
//! not an error. What is said of the order decides everything: no two rows are left to chance.
//!
//! `incomplete`: the names of one parent's children of whom the notes or the gender are not known
//! (NULL), in the order of their ids.
//!
//! `users_by_ids`: id and name of the users whose ids are in a list, each once; first those who are
//! verified, then the others; among these by id. An id that nobody has is passed over.
//!
//! `begun_between`: the ids of the conversations that were begun (`created_at`) from one day to
//! another, **both days included as a whole**; the earliest first, and at the same moment by id.
//!
//! `search`: id and content of the messages that have a text in them, whether in upper or lower
//! case. The text is what a parent typed and stands for itself: `%` finds a percent sign. The newest
//! first, at the same moment by id, and not more than `limit` of them.
//!
//! `page_of_titles`: title and id of all conversations by title from Z to A, those without a title
//! at the end, and by id where the titles are the same. Of that, one page of so many rows; pages
//! are counted from 0.
//!
//! Check your answer with `cargo run -- check 10`.

use chrono::NaiveDate;
use postgres::{Client, Error};

/// A message that was found.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Found {
    pub id: i32,
    pub content: String,
}

/// The children of a parent of whom something is not known.
pub fn incomplete(client: &mut Client, parent_id: i32) -> Result<Vec<String>, Error> {
    // todo: select the names of this parent's children without notes or without gender
    let rows = client.query(
        "SELECT name FROM children
         WHERE parent_id = $1 AND (notes IS NULL OR gender IS NULL)
         ORDER BY id",
        &[&parent_id],
    )?;
    Ok(rows.iter().map(|row| row.get("name")).collect())
    // end
}

/// The users with these ids, the verified ones first.
pub fn users_by_ids(client: &mut Client, ids: &[i32]) -> Result<Vec<(i32, String)>, Error> {
    // todo: select id and full_name of the users with these ids, first those who are verified
    // false sorts before true, so it is DESC.
    let rows = client.query(
        "SELECT id, full_name FROM users
         WHERE id = ANY($1)
         ORDER BY is_verified DESC, id",
        &[&ids],
    )?;
    Ok(rows.iter().map(|row| (row.get("id"), row.get("full_name"))).collect())
    // end
}

/// The conversations that were begun from one day to another.
pub fn begun_between(
    client: &mut Client,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<i32>, Error> {
    // todo: select the ids of the conversations from the first day to the end of the last
    // Up to the beginning of the next day, and without it. BETWEEN would end where the last day
    // begins.
    let rows = client.query(
        "SELECT id FROM conversations
         WHERE created_at >= $1::date AND created_at < $2::date + 1
         ORDER BY created_at, id",
        &[&first, &last],
    )?;
    Ok(rows.iter().map(|row| row.get("id")).collect())
    // end
}

/// The newest messages that have this text in them.
pub fn search(client: &mut Client, text: &str, limit: i32) -> Result<Vec<Found>, Error> {
    // todo: select id and content of the newest messages that contain the text as it was typed
    // The backslash first, or else those that we put in would be doubled.
    let text = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    let pattern = format!("%{text}%");
    // LIMIT wants a bigint.
    let rows = client.query(
        "SELECT id, content FROM messages
         WHERE content ILIKE $1
         ORDER BY created_at DESC, id
         LIMIT $2",
        &[&pattern, &i64::from(limit)],
    )?;
    Ok(rows.iter().map(|row| Found { id: row.get("id"), content: row.get("content") }).collect())
    // end
}

/// One page of all titles from Z to A.
pub fn page_of_titles(
    client: &mut Client,
    page: i32,
    size: i32,
) -> Result<Vec<(Option<String>, i32)>, Error> {
    // todo: select title and id of the conversations on this page of the sorted list
    let (page, size) = (i64::from(page), i64::from(size));
    // With DESC, NULL would come first.
    let rows = client.query(
        "SELECT title, id FROM conversations
         ORDER BY title DESC NULLS LAST, id
         LIMIT $1 OFFSET $2",
        &[&size, &(page * size)],
    )?;
    Ok(rows.iter().map(|row| (row.get("title"), row.get("id"))).collect())
    // end
}

harness::graded!(incomplete, users_by_ids, begun_between, search, page_of_titles);
