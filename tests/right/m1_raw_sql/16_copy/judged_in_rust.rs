//! Lines are read and judged in Rust, and go straight into the table by binary COPY.

use std::collections::HashSet;

use postgres::Client;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::Type;

#[path = "../../../../solutions/m1_raw_sql/16_copy.rs"]
mod solution;
use solution::LoadError;

fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let last = fields.len() - 1;
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => fields[last].push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields[last].push(c),
        }
    }
    fields
}

pub fn load(client: &mut Client, csv: String) -> Result<u64, LoadError> {
    let ids: HashSet<i32> =
        client.query("SELECT id FROM conversations", &[])?.iter().map(|row| row.get(0)).collect();
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(csv.lines()).skip(1) {
        let fields = fields(line);
        let id = fields[0].parse().ok().filter(|id| ids.contains(id));
        match id {
            Some(id) if ["user", "assistant"].contains(&&*fields[1]) && fields[2] != "" => {
                good.push((id, fields[1].clone(), fields[2].clone()));
            }
            _ => bad.push(number),
        }
    }
    if !bad.is_empty() {
        return Err(LoadError::BadLines(bad));
    }
    let copy = "copy messages (conversation_id, role, content) from stdin binary";
    let writer = client.copy_in(copy)?;
    let mut writer = BinaryCopyInWriter::new(writer, &[Type::INT4, Type::TEXT, Type::TEXT]);
    for (id, role, content) in &good {
        writer.write(&[id, role, content])?;
    }
    Ok(writer.finish()?)
}

harness::graded!(load);
