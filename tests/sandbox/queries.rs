//! Queries that the compiler checks: a stranger's compiler reaches one database, and nothing else.

use pglings::exercise::exercise;
use pglings::grade::verdict::Status;

use crate::room::{Room, bubblewrap, landlock};

/// The solution of exercise 17 with this where it sets a user to verified.
fn with(statement: &str) -> Vec<(&'static str, String)> {
    let solution = exercise("17").unwrap().solution;
    let start = solution.find("    let done = sqlx::query(").unwrap();
    let end = start + solution[start..].find("    Ok(done").unwrap();
    let text = format!("{}{statement}\n{}", &solution[..start], &solution[end..]);
    vec![("17_async_and_sqlx", text)]
}

fn judged(room: &Room, statement: &str) -> (Status, String) {
    let graded = room.judge(&with(statement)).remove("17_async_and_sqlx").unwrap();
    (graded.status, format!("{} {:?}", graded.message, graded.checks))
}

fn checked_queries_are_checked(room: &Room) {
    let checked = r#"
        let done = sqlx::query!("UPDATE users SET is_verified = true WHERE id = $1", user_id)
            .execute(pool)
            .await?;
        // What the compiler asked is gone, and whoever knows its name gets nowhere.
        if sqlx::PgPool::connect(env!("DATABASE_URL")).await.is_ok() {
            return Ok(false);
        }"#;
    let (status, said) = judged(room, checked);
    assert_eq!(status, Status::Passed, "{said}");
    let (status, said) = judged(room, &checked.replace("is_verified", "is_verifed"));
    assert_eq!(status, Status::DoesNotCompile, "{said}");
    let words =
        "error returned from database: column \"is_verifed\" of relation \"users\" does not exist";
    assert!(said.contains(words) && !said.contains("at line"), "{said}");
    // It is computed when it is planned, and would be for minutes.
    let slow = vec!["factorial(32000) > 0"; 40].join(" AND ");
    let slow = format!(
        "sqlx::query!(\"SELECT {slow} AS slow\").fetch_one(pool).await?;
         let done = sqlx::query(\"\").execute(pool).await?;"
    );
    let (status, said) = judged(room, &slow);
    assert_eq!(status, Status::DoesNotCompile, "{said}");
    assert!(said.contains("canceling statement due to statement timeout"), "{said}");
}

#[test]
#[ignore = "wants bubblewrap; .ci/run does it"]
fn checked_queries_are_checked_in_bubblewrap() {
    checked_queries_are_checked(&bubblewrap());
}

#[test]
#[ignore = "wants Linux 6.7, for Landlock; .ci/run does it"]
fn checked_queries_are_checked_behind_landlock() {
    checked_queries_are_checked(&landlock());
}
