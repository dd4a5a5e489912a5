//! Functions that read, each with another shape of result, held against a reference.

use chrono::NaiveDate;
use pglings::grade::kit::{Data, Query, grader};
use pglings::grade::verdict::{Check, State};
use pglings::lesson::fixtures::LUNDO;
use postgres::{Client, Error};
use serde::Serialize;
use serde_json::json;
use sqlx::{FromRow, PgPool};

use crate::answer::{judge, states};

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Child {
    name: String,
    born: NaiveDate,
}

const CHILDREN: &str =
    "SELECT name, date_of_birth AS born FROM children WHERE parent_id = $1 ORDER BY born, id";

/// A `Vec` of structs, on the sync client.
pub(crate) fn children(client: &mut Client, parent: i32) -> Result<Vec<Child>, Error> {
    let rows = client.query(CHILDREN, &[&parent])?;
    Ok(rows.iter().map(|row| Child { name: row.get("name"), born: row.get("born") }).collect())
}

/// An `Option` of a struct, on a pool.
pub(crate) async fn eldest(pool: &PgPool, parent: i32) -> Result<Option<Child>, sqlx::Error> {
    sqlx::query_as(CHILDREN).bind(parent).fetch_optional(pool).await
}

/// A `Vec` of tuples, and arguments of many types.
pub(crate) async fn users(
    pool: &PgPool,
    ids: Vec<i32>,
    name: &str,
    active: bool,
    above: Option<i32>,
) -> Result<Vec<(i32, String)>, sqlx::Error> {
    let sql = "SELECT id, full_name FROM users
               WHERE (id = ANY($1) OR full_name = $2) AND is_active = $3
                 AND ($4::integer IS NULL OR id > $4) ORDER BY id";
    sqlx::query_as(sql).bind(ids).bind(name).bind(active).bind(above).fetch_all(pool).await
}

/// A single value that may be NULL.
pub(crate) fn youngest(client: &mut Client, parent: i32) -> Result<Option<NaiveDate>, Error> {
    let sql = "SELECT max(date_of_birth) FROM children WHERE parent_id = $1";
    Ok(client.query_one(sql, &[&parent])?.get(0))
}

/// One row, with an array in it.
pub(crate) fn names(client: &mut Client, parent: i32) -> Result<(i64, Vec<String>), Error> {
    let sql = "SELECT count(*), coalesce(array_agg(name ORDER BY id), '{}') FROM children
               WHERE parent_id = $1";
    let row = client.query_one(sql, &[&parent])?;
    Ok((row.get(0), row.get(1)))
}

/// Wrong for whoever has no children: it forgets the COALESCE.
pub(crate) async fn shares(pool: &PgPool) -> Result<Vec<(i32, Option<f64>)>, sqlx::Error> {
    let sql = "SELECT u.id, sum(CASE WHEN c.notes IS NOT NULL THEN 1.0 WHEN c.id > 0 THEN 0 END)
                            ::float8 FROM users u LEFT JOIN children c ON c.parent_id = u.id
               GROUP BY u.id ORDER BY u.id";
    sqlx::query_as(sql).fetch_all(pool).await
}

const DATA: &[Data] = &[
    Data::Fixture(LUNDO),
    Data::With(LUNDO, "DELETE FROM children WHERE parent_id = 1"),
    Data::With(
        LUNDO,
        "INSERT INTO children (parent_id, name, date_of_birth)
         SELECT 2, 'D''Arcy ' || n, date '2020-01-01' + floor(random() * 3)::integer
         FROM generate_series(1, 5) AS n",
    ),
];

#[test]
fn results_of_every_shape() {
    let verdict = judge(|| {
        grader(&[], |g| {
            let parents = [json!([1]), json!([2]), json!([7])];
            for (function, reference) in [
                (
                    "children",
                    "SELECT name, date_of_birth AS born FROM children WHERE parent_id = {1}
                     ORDER BY born, id",
                ),
                (
                    "eldest",
                    "SELECT date_of_birth AS born, name FROM children WHERE parent_id = {1}
                     ORDER BY born, id LIMIT 1",
                ),
                ("youngest", "SELECT max(date_of_birth) FROM children WHERE parent_id = {1}"),
                (
                    "names",
                    "SELECT count(*), coalesce(array_agg(name ORDER BY id), '{}') FROM children
                     WHERE parent_id = {1};",
                ),
            ] {
                g.query(function, &Query::new(function, reference), DATA, &parents)?;
            }
            g.query(
                "users",
                &Query::new(
                    "users",
                    "SELECT id, full_name FROM users
                     WHERE (id = ANY({1}) OR full_name = {2}) AND is_active = {3}
                       AND ({4}::integer IS NULL OR id > {4}) ORDER BY id",
                ),
                DATA,
                &[
                    json!([[1, 3], "Seán O'Brien", true, null]),
                    json!([[], "{1}", true, -1]),
                    json!([[1, 2, 3, 4, 5, 6, 7], "", false, 2]),
                ],
            )
        })
    });
    assert!(verdict.checks.iter().all(Check::passed), "{:#?}", states(&verdict));
    assert_eq!(verdict.checks.len(), 5);
}

#[test]
fn what_is_wrong_is_told_on_little_data() {
    let verdict = judge(|| {
        grader(&[], |g| {
            let reference = "SELECT u.id, count(c.notes) FROM users u
                             LEFT JOIN children c ON c.parent_id = u.id GROUP BY u.id ORDER BY u.id";
            g.query("shares", &Query::new("shares", reference), DATA, &[json!([])])
        })
    });
    let [Check { state: State::Failed(message), .. }] = verdict.checks.as_slice() else {
        panic!("{verdict:?}")
    };
    let message = pglings::report::message::text(message);
    assert!(message.starts_with("It has to be ("), "{message}");
    assert!(message.contains(", 0), and is ("), "{message}");
    assert!(message.contains("Called with no arguments, while the tables held"), "{message}");
}
