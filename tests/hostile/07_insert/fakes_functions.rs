//! tries: overload the functions and operators that the grader uses
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let _ = client.batch_execute(
        "CREATE FUNCTION public.yes(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
         CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.yes);
         CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = unknown, FUNCTION = public.yes)",
    );
    let _ = client.batch_execute(
        "CREATE FUNCTION public.nothing(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
         CREATE AGGREGATE public.count(*) (SFUNC = nothing, STYPE = bigint, INITCOND = '1')",
    );
    let _ = client.batch_execute(
        "CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '2000-01-01'::timestamptz $$;
         CREATE FUNCTION public.nextval(text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
    );
    Ok(45)
}

harness::graded!(add_user, add_children);
