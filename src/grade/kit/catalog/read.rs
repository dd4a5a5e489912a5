//! Reads the catalog, and tries what a table takes.

use postgres::{Client, Row};

use super::super::trial::unseen;
use super::super::{Outcome, Stop, explain, wrong};
use super::{Column, Index, Reference, Table, TableCheck, list};
use crate::postgres::sqlstate;
use harness::protocol::Failure;

/// A table, or a wrong answer if there is none. The name may have a schema before it.
pub fn table(client: &mut Client, name: &str) -> Outcome<Table> {
    let oid: Option<u32> = one(client, "SELECT to_regclass($1)::oid", &[&name])?.get(0);
    let Some(oid) = oid else {
        let there = query(
            client,
            "SELECT relname::text FROM pg_class
             WHERE relkind IN ('r', 'p', 'v', 'm') AND pg_table_is_visible(oid)
               AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
             ORDER BY 1",
            &[],
        )?;
        let there: Vec<String> = there.iter().map(|row| row.get(0)).collect();
        let which = if there.is_empty() { "none at all".to_owned() } else { list(&there) };
        return wrong(format!("there is no table `{name}`; there is {which}."));
    };
    Ok(Table {
        name: name.to_owned(),
        columns: query(client, COLUMNS, &[&oid])?.iter().map(|row| column(name, row)).collect(),
        indexes: query(client, INDEXES, &[&oid])?.iter().map(index).collect(),
        references: query(client, REFERENCES, &[&oid])?.iter().map(reference).collect(),
        checks: query(client, CHECKS, &[&oid])?
            .iter()
            .map(|row| TableCheck { columns: row.get(0), definition: row.get(1) })
            .collect(),
    })
}

const COLUMNS: &str = "
    SELECT a.attname::text, format_type(a.atttypid, a.atttypmod),
           NOT (a.attnotnull OR t.typnotnull OR EXISTS (
               SELECT 1 FROM pg_constraint c
               WHERE c.conrelid = a.attrelid AND c.contype = 'c' AND c.convalidated
                 AND pg_get_constraintdef(c.oid) = format('CHECK ((%I IS NOT NULL))', a.attname))),
           CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
           CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
           a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' IS TRUE,
           a.attidentity = 'a'
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum";

fn column(table: &str, row: &Row) -> Column {
    Column {
        table: table.to_owned(),
        name: row.get(0),
        kind: row.get(1),
        nullable: row.get(2),
        default: row.get(3),
        computed: row.get(4),
        numbered: row.get(5),
        always: row.get(6),
    }
}

/// Those that are there and in use: one whose CREATE INDEX CONCURRENTLY failed is not. `EXCLUDE (…
/// WITH =)` is another spelling of UNIQUE.
const INDEXES: &str = "
    SELECT c.relname::text, m.amname::text, i.indisunique OR (i.indisexclusion AND EXISTS
               (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype = 'x'
                AND '=' = ALL (SELECT p.oprname FROM pg_operator p WHERE p.oid = ANY (k.conexclop)))),
           i.indisprimary,
           pg_get_expr(i.indpred, i.indrelid), pg_get_indexdef(i.indexrelid),
           array(SELECT coalesce(a.attname::text, pg_get_indexdef(i.indexrelid, n, true))
                 FROM generate_series(1, i.indnkeyatts::integer) n
                 LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid
                       AND a.attnum = i.indkey[n - 1] AND i.indkey[n - 1] <> 0
                 ORDER BY n),
           array(SELECT a.attname::text
                 FROM generate_series(i.indnkeyatts + 1, i.indnatts::integer) n
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n - 1]
                 ORDER BY n)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    WHERE i.indrelid = $1 AND i.indisvalid
    ORDER BY c.relname";

fn index(row: &Row) -> Index {
    Index {
        name: row.get(0),
        method: row.get(1),
        unique: row.get(2),
        primary: row.get(3),
        predicate: row.get(4),
        definition: row.get(5),
        columns: row.get(6),
        included: row.get(7),
    }
}

const REFERENCES: &str = "
    SELECT array(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k (attnum, n)
                 JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum ORDER BY n),
           c.confrelid::regclass::text, c.confdeltype::text, c.condeferrable
    FROM pg_constraint c WHERE c.conrelid = $1 AND c.contype = 'f'
    ORDER BY c.conname";

fn reference(row: &Row) -> Reference {
    Reference { columns: row.get(0), to: row.get(1), on_delete: row.get(2), deferrable: row.get(3) }
}

const CHECKS: &str = "
    SELECT array(SELECT a.attname::text FROM pg_attribute a
                 WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) ORDER BY a.attnum),
           pg_get_constraintdef(c.oid)
    FROM pg_constraint c WHERE c.conrelid = $1 AND c.contype = 'c'
    ORDER BY c.conname";

/// The database has to refuse this SQL with this SQLSTATE. Nothing of it stays. `what` completes
/// "… has to be refused": "a child without a parent".
pub fn refuses(client: &mut Client, sql: &str, sqlstate: &str, what: &str) -> Outcome {
    let name = sqlstate::name(sqlstate).map(|name| format!(" ({name})")).unwrap_or_default();
    match attempt(client, sql)? {
        Ok(()) => wrong(format!("{what} was stored; it has to be refused with {sqlstate}{name}.")),
        Err(failure) if failure.sqlstate() == Some(sqlstate) => Ok(()),
        // What EXCLUDE says where UNIQUE says 23505.
        Err(failure) if sqlstate == "23505" && failure.sqlstate() == Some("23P01") => Ok(()),
        Err(failure) => wrong(format!(
            "{what} has to be refused with {sqlstate}{name}; the server said: {}",
            explain(&failure)
        )),
    }
}

/// The database has to take this SQL. Nothing of it stays. `what` is what is stored: "a child
/// without notes".
pub fn accepts(client: &mut Client, sql: &str, what: &str) -> Outcome {
    match attempt(client, sql)? {
        Ok(()) => Ok(()),
        Err(failure) => wrong(format!("{what} is refused: {}", explain(&failure))),
    }
}

/// Runs SQL in a transaction that is rolled back, and checks what would be checked at COMMIT.
fn attempt(client: &mut Client, sql: &str) -> Outcome<Result<(), Failure>> {
    let mut transaction = client.transaction().map_err(|error| unseen(error, "BEGIN"))?;
    let result = transaction
        .batch_execute(sql)
        .and_then(|()| transaction.batch_execute("SET CONSTRAINTS ALL IMMEDIATE"));
    let result = match result {
        Err(error) if error.as_db_error().is_none() => return Err(unseen(error, sql)),
        other => other.map_err(|error| Failure::of(&error)),
    };
    transaction.rollback().map_err(|error| unseen(error, "ROLLBACK"))?;
    Ok(result)
}

type Parameters<'a> = &'a [&'a (dyn postgres::types::ToSql + Sync)];

fn query(client: &mut Client, sql: &str, parameters: Parameters<'_>) -> Outcome<Vec<Row>> {
    client.query(sql, parameters).map_err(|error| unseen(error, sql))
}

fn one(client: &mut Client, sql: &str, parameters: Parameters<'_>) -> Result<Row, Stop> {
    client.query_one(sql, parameters).map_err(|error| unseen(error, sql))
}
