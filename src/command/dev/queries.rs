//! What sqlx's macros have to know of the queries in lessons, solutions and the answers of tests, so that
//! a build asks no server: one file a query in `.sqlx`, named and laid out as sqlx itself does it.
//!
//! It is found in the files as they stand and not in what was compiled: a lesson with a new query does not
//! compile before.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr};

use crate::command::Context;
use crate::error::{Error, PathContext, Result};
use crate::exercise::checked;
use crate::exercise::files::write_whole;
use crate::grade::queries::{KEPT, files};
use crate::lesson::fixtures;
use crate::postgres::database::Fixture;
use crate::postgres::needs::Needs;

/// The queries of a fixture's database, with a file that each is in.
type Known = BTreeMap<&'static str, (Fixture, BTreeMap<String, PathBuf>)>;

/// Writes what has changed, and removes what no query has any more.
pub(super) fn bless(context: &Context) -> Result<()> {
    let folder = context.workbook.root().join(KEPT);
    let wanted = described(context)?;
    for file in files(&folder) {
        if !wanted.contains_key(&file) {
            fs::remove_file(&file).at("remove", &file)?;
            context.print(&format!("{} is removed", file.display()))?;
        }
    }
    if !wanted.is_empty() {
        fs::create_dir_all(&folder).at("create", &folder)?;
    }
    for (file, told) in wanted {
        let text = format!("{told:#}\n");
        if fs::read_to_string(&file).unwrap_or_default() != text {
            write_whole(&file, text.as_bytes())?;
            context.print(&format!("{}", file.display()))?;
        }
    }
    Ok(())
}

/// What is missing, of no use, or otherwise than the server says now.
pub(super) fn faults(context: &Context) -> Result<Vec<String>> {
    let folder = context.workbook.root().join(KEPT);
    let wanted = described(context)?;
    let mut faults = Vec::new();
    for file in files(&folder) {
        if !wanted.contains_key(&file) {
            faults.push(format!("{} is of no query: pglings dev bless", file.display()));
        }
    }
    for (file, told) in wanted {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let known: Value = serde_json::from_str(&text).unwrap_or_default();
        if essence(&known) != essence(&told) {
            faults
                .push(format!("{} is not what the server says: pglings dev bless", told["query"]));
        }
    }
    Ok(faults)
}

/// All but whether columns may be NULL: servers guess that from their plans, and not all alike.
fn essence(told: &Value) -> Value {
    let mut told = told.clone();
    if let Some(describe) = told.get_mut("describe").and_then(Value::as_object_mut) {
        describe.remove("nullable");
    }
    told
}

/// What a server says of each query, by its file.
fn described(context: &Context) -> Result<BTreeMap<PathBuf, Value>> {
    let root = context.workbook.root();
    let known = known(root)?;
    let mut described = BTreeMap::new();
    if known.is_empty() {
        return Ok(described);
    }
    let servers = context.servers();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::Bug(format!("no runtime: {error}")))?;
    for (fixture, queries) in known.into_values() {
        let databases = servers.get(&Needs::extensions(fixture.extensions))?;
        let database = databases.create(&fixture)?;
        runtime.block_on(async {
            let connection = PgConnection::connect(&database.address.url()).await;
            let mut connection = connection.map_err(|error| Error::NoServer(error.to_string()))?;
            for (sql, file) in queries {
                let query = AssertSqlSafe(sql.clone()).into_sql_str();
                let told = connection.describe(query).await.map_err(|error| {
                    Error::Content(format!("{}: {error}, in the query {sql:?}", file.display()))
                })?;
                let hash = checked::hash(&sql);
                let told = serde_json::to_value(told)
                    .map_err(|error| Error::Bug(format!("what sqlx says of a query: {error}")))?;
                let file = root.join(KEPT).join(format!("query-{hash}.json"));
                let told = json!({
                    "db_name": "PostgreSQL", "query": sql, "describe": told, "hash": hash,
                });
                if described.insert(file, told.clone()).is_some_and(|other| other != told) {
                    return Err(Error::Content(format!(
                        "the query {sql:?} is asked of two databases, which say different things of it"
                    )));
                }
            }
            Ok(())
        })?;
    }
    Ok(described)
}

/// All queries of the workbook.
fn known(root: &Path) -> Result<Known> {
    let mut known = Known::new();
    for folder in ["lessons", "solutions", "tests/right", "tests/wrong"] {
        for file in rust_files(&root.join(folder)) {
            let text = fs::read_to_string(&file).at("read", &file)?;
            let queries = checked::queries(&text)
                .map_err(|why| Error::Content(format!("{}: {why}", file.display())))?;
            if queries.is_empty() {
                continue;
            }
            let fixture = fixture_of(root, &file, &text)?;
            let (_, all) = known.entry(fixture.name).or_insert_with(|| (fixture, BTreeMap::new()));
            all.extend(queries.into_iter().map(|sql| (sql, file.clone())));
        }
    }
    Ok(known)
}

/// The fixture that a lesson names, or that the grader of an answer names first.
fn fixture_of(root: &Path, file: &Path, text: &str) -> Result<Fixture> {
    let inner = file.strip_prefix(root).unwrap_or(file);
    let names: Vec<&str> = inner.iter().filter_map(|part| part.to_str()).collect();
    let text = match names[..] {
        ["lessons", ..] => text.rsplit("fixture:").next().unwrap_or_default().to_owned(),
        ["solutions", module, stem] => grader(root, module, stem.trim_end_matches(".rs")),
        ["tests", _, module, stem, ..] => grader(root, module, stem),
        _ => String::new(),
    };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let of = |word: &str| fixtures::ALL.iter().find(|(name, _)| *name == word);
    let found = words.filter_map(of).next();
    found.map(|(_, fixture)| *fixture).ok_or_else(|| {
        Error::Content(format!(
            "{}: its queries are checked on a fixture of src/lesson/fixtures.rs, and none is named",
            file.display()
        ))
    })
}

fn grader(root: &Path, module: &str, stem: &str) -> String {
    let file = root.join("tests/graders").join(module).join(format!("{stem}.rs"));
    let text = fs::read_to_string(file).unwrap_or_default();
    // What is imported comes first, and need not be in the order of the checks.
    let behind = |mark: &str| text.split_once(mark).map(|(_, rest)| rest.to_owned());
    behind("compiled_on:").or_else(|| behind("fn checks")).unwrap_or_default()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}
