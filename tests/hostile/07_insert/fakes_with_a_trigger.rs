//! tries: have a trigger rewrite rows that it stores wrongly
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client.batch_execute(&format!(
        "CREATE OR REPLACE FUNCTION mend() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN NEW.email := '{email}'; NEW.full_name := $n${full_name}$n$; RETURN NEW; END $$;
         CREATE OR REPLACE TRIGGER mend BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION mend()"
    ))?;
    let sql = "INSERT INTO users (email, full_name) VALUES ('x', 'y') RETURNING id";
    Ok(client.query_one(sql, &[])?.get(0))
}

harness::graded!(add_user, add_children);
