//! Queries that the compiler checks against the exercise's own database.

use std::fs;

use crate::world::{Ran, WORLD};

const STEM: &str = "17_async_and_sqlx";

/// An answer with such queries, and this in the place of one of its columns.
fn answer(column: &str) -> String {
    let text = include_str!("../right/m2_sqlx/17_async_and_sqlx/checked.rs");
    text.replace("is_verified", column)
}

#[test]
fn the_compiler_asks_the_exercises_database_and_no_other() {
    let _desk = WORLD.answer(STEM, &answer("is_verified"));
    let mut command = WORLD.command(&WORLD.home);
    // What these name is for others, and does not answer.
    command.args(["check", "17", "--server", "bundle"]);
    command.env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing");
    command
        .env("PGSSLMODE", "require")
        .env("PGOPTIONS", "--no-such-option")
        .env("PGHOST", "nowhere");
    let ran = Ran::of(command.output().unwrap());
    assert!(ran.code == 0 && ran.stdout.contains("passed"), "{ran:?}");
    // An editor finds it without a server.
    let query = "UPDATE users SET is_verified = true WHERE id = $1";
    let hash = pglings::exercise::checked::hash(query);
    let kept = WORLD.root.join(format!("exercises/.sqlx/query-{hash}.json"));
    let kept: serde_json::Value = serde_json::from_str(&fs::read_to_string(kept).unwrap()).unwrap();
    assert_eq!(kept["describe"]["parameters"]["Left"], serde_json::json!(["Int4"]));
}

#[test]
fn what_the_server_refuses_does_not_compile_in_its_words() {
    let _desk = WORLD.answer(STEM, &answer("is_verifed"));
    let ran = WORLD.run(&["check", "17"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let words = "column \"is_verifed\" of relation \"users\" does not exist\n";
    assert!(ran.stdout.contains("does not compile") && ran.stdout.contains(words), "{ran:?}");
}

/// A plain build reads what `dev bless` has prepared, whatever the environment says.
#[test]
fn what_is_prepared_is_what_the_lessons_and_answers_ask() {
    assert_eq!(option_env!("SQLX_OFFLINE"), Some("true"));
    let query = "SELECT full_name FROM users WHERE email = $1";
    let hash = pglings::exercise::checked::hash(query);
    let file = format!("{}/.sqlx/query-{hash}.json", env!("CARGO_MANIFEST_DIR"));
    assert!(fs::read_to_string(file).unwrap().contains(query));
}
