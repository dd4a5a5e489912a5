//! tries: have the grader run a function of its own, with the rights that the grader has
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    // A name of the fixture's, read by every query of the grader's.
    client.batch_execute(
        "ALTER TABLE users RENAME TO real_users;
         CREATE FUNCTION climb() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
         BEGIN
             IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                 PERFORM FROM pg_roles WHERE rolname = 'pglings_hostile_' || pg_backend_pid();
                 IF NOT FOUND THEN EXECUTE 'CREATE ROLE pglings_hostile_' || pg_backend_pid() || ' SUPERUSER'; END IF;
             END IF;
             RETURN true;
         END $$;
         CREATE VIEW users AS
             SELECT * FROM (SELECT * FROM real_users WHERE climb() OFFSET 0) AS climbed",
    )?;
    Ok(45)
}

harness::graded!(add_user, add_children);
