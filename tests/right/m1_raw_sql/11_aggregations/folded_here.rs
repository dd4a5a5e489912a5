//! The rows come as they are, and are grouped and folded in Rust.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/11_aggregations.rs"]
mod solution;
use solution::{Busy, Usage};

pub fn children_per_parent(client: &mut Client) -> Result<Vec<(i32, String, i64)>, Error> {
    let mut parents: BTreeMap<i32, (String, i64)> = BTreeMap::new();
    for row in client.query("SELECT id, full_name FROM users", &[])? {
        parents.insert(row.get(0), (row.get(1), 0));
    }
    for row in client.query("SELECT parent_id FROM children", &[])? {
        parents.entry(row.get(0)).and_modify(|parent| parent.1 += 1);
    }
    let mut parents: Vec<_> = parents.into_iter().map(|(id, (name, n))| (id, name, n)).collect();
    parents.sort_by_key(|parent| Reverse(parent.2));
    Ok(parents)
}

fn counted(client: &mut Client) -> Result<Vec<(i32, Busy)>, Error> {
    let mut all = Vec::new();
    for row in client.query("SELECT id, user_id, title FROM conversations ORDER BY id", &[])? {
        let id: i32 = row.get("id");
        let sql = "SELECT role FROM messages WHERE conversation_id = $1";
        let roles = client.query(sql, &[&id])?;
        let questions = roles.iter().filter(|role| role.get::<_, &str>(0) == "user").count();
        let title = row.get("title");
        let busy = Busy { id, title, messages: roles.len() as i64, questions: questions as i64 };
        all.push((row.get("user_id"), busy));
    }
    Ok(all)
}

pub fn busiest(client: &mut Client, at_least: i64) -> Result<Vec<Busy>, Error> {
    let all = counted(client)?.into_iter().map(|(_, busy)| busy);
    let mut busy: Vec<Busy> = all.filter(|busy| busy.messages >= at_least).collect();
    busy.sort_by_key(|busy| Reverse(busy.messages));
    Ok(busy)
}

pub fn average_length(client: &mut Client) -> Result<Vec<(String, f64)>, Error> {
    let mut lengths: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in client.query("SELECT role, content FROM messages", &[])? {
        let characters = row.get::<_, &str>("content").chars().count();
        lengths.entry(row.get("role")).or_default().push(characters as f64);
    }
    let average = |all: Vec<f64>| all.iter().sum::<f64>() / all.len() as f64;
    Ok(lengths.into_iter().map(|(role, all)| (role, average(all))).collect())
}

pub fn usage(client: &mut Client, user_id: i32) -> Result<Usage, Error> {
    let all = counted(client)?;
    let messages: Vec<i64> =
        all.iter().filter(|(user, _)| *user == user_id).map(|(_, busy)| busy.messages).collect();
    Ok(Usage {
        conversations: messages.len() as i64,
        messages: messages.iter().sum(),
        longest: messages.into_iter().max(),
    })
}

harness::graded!(children_per_parent, busiest, average_length, usage);
