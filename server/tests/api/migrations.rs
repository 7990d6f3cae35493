//! Databases of earlier versions, and programs that start at once.

use crate::support::{command::passwordless, program::Program};
use serde_json::Value;
use sqlx::AssertSqlSafe;
use std::sync::Arc;
use test_database::TestDatabase;

/// Its text is for either engine.
const BEFORE_MIGRATIONS: &str = include_str!("fixtures/before_migrations.sql");
const FIRST_USER: (&str, &str) = ("+14155552671", "sms|524148b7d67887238c5758f3");
/// Stored with the 1 that Mexican numbers had until 2019.
const SECOND_USER: (&str, &str) = ("+525512345678", "sms|6756902f92e6f16f1629d06e");

async fn earlier_database() -> TestDatabase {
    let database = TestDatabase::empty().await;
    sqlx::raw_sql(BEFORE_MIGRATIONS).execute(&database.connect().await).await.unwrap();
    database
}

/// The rows of each table that the fixture fills.
async fn rows(database: &TestDatabase) -> Vec<(&'static str, i64)> {
    let inserts = BEFORE_MIGRATIONS.lines().filter_map(|line| line.strip_prefix("INSERT INTO \""));
    let mut tables: Vec<&str> = inserts.filter_map(|rest| rest.split('"').next()).collect();
    tables.dedup();
    let pool = database.connect().await;
    let mut counts = Vec::new();
    for table in tables {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        counts.push((table, sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap()));
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_version_before_loses_no_row() {
    let database = earlier_database().await;
    let before = rows(&database).await;
    assert!(before.len() == 13 && before.iter().all(|(_, count)| *count > 0), "{before:?}");
    for _ in 0..2 {
        let listed = passwordless(&["users", "list", "--json", "--unmasked", "--database-url", &database.url]);
        let listed = String::from_utf8(listed.stdout).unwrap();
        let users: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (number, id) in [FIRST_USER, SECOND_USER] {
            assert!(users.iter().any(|user| user["user_id"] == id && user["phone_number"] == number), "{listed}");
        }
        assert_eq!(rows(&database).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_the_version_before_sign_in_as_who_they_are() {
    let program = Program::on_database(Arc::new(earlier_database().await), &["--auth0-login-flow", "token"]).await;
    for (number, id) in [FIRST_USER, SECOND_USER] {
        let browser = program.browser();
        browser.sign_in(&program, number).await;
        let profile = browser.get("/profile").await.text().await.unwrap();
        assert!(profile.contains(id), "{profile}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_start_at_once_on_an_empty_database_all_start() {
    let database = TestDatabase::empty().await;
    let threads = [0; 6].map(|_| {
        let url = database.url.clone();
        std::thread::spawn(move || passwordless(&["users", "list", "--database-url", &url]))
    });
    for thread in threads {
        let output = thread.join().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
