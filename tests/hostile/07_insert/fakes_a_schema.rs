//! tries: have the grader find tables in a schema that goes by its own name
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    // What a grader finds first, if it looks by name as any session does.
    for schema in ["postgres", "pglings"] {
        let _ = client.batch_execute(&format!(
            "CREATE SCHEMA {schema};
             CREATE TABLE {schema}.users (LIKE public.users INCLUDING ALL);
             CREATE TABLE {schema}.children (LIKE public.children INCLUDING ALL);
             INSERT INTO {schema}.users OVERRIDING SYSTEM VALUE SELECT * FROM public.users;
             INSERT INTO {schema}.children OVERRIDING SYSTEM VALUE SELECT * FROM public.children;
             SELECT setval('{schema}.users_id_seq', 100);
             GRANT ALL ON SCHEMA {schema} TO PUBLIC;
             GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO PUBLIC"
        ));
        let _ = client.batch_execute(&format!("SET search_path = {schema}"));
    }
    // The table that was asked for stays as it was.
    solution::add_user(client, email, full_name)
}

harness::graded!(add_user, add_children);
