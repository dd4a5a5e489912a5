//! Text in and out with `simple_query`; the setting and the name looked up in system views.

use std::error::Error;

use postgres::{Client, NoTls, SimpleQueryMessage};

#[derive(serde::Serialize)]
pub struct About {
    database: String,
    version: u32,
}

pub fn about(url: &str) -> Result<About, Box<dyn Error>> {
    let mut client = Client::connect(url, NoTls)?;
    let messages = client.simple_query(
        "SELECT s.setting, a.datname FROM pg_settings s, pg_stat_activity a
         WHERE s.name = 'server_version_num' AND a.pid = pg_backend_pid()",
    )?;
    for message in messages {
        if let SimpleQueryMessage::Row(row) = message {
            let version = row.get(0).unwrap_or_default().parse()?;
            return Ok(About { version, database: row.get(1).unwrap_or_default().to_owned() });
        }
    }
    Err("no row".into())
}

harness::graded!(about);
