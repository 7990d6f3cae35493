//! The SQL of a login: every statement finds its rows by an index, so that a login costs the same however many users and
//! expired rows there are.

use crate::support::{OTHER_PHONE, PHONE, process::Process, program::wrong};
use leptos_passwordless::outcome::VerifyOutcome;
use sqlx::{AnyPool, AssertSqlSafe, Executor, Row};
use std::collections::BTreeSet;
use test_database::TestDatabase;

/// Tables that hold a handful of rows however many people log in: keys, secrets, and a queue that is emptied at once.
const SMALL: [&str; 5] =
    ["tenant_code_keys", "tenant_signing_keys", "tenant_retired_keys", "tenant_secrets", "tenant_logouts"];

/// The statements that a program has logged. sqlx writes each between empty lines, and short ones as their summary.
fn statements(log: &str) -> BTreeSet<String> {
    let mut statements = BTreeSet::new();
    for event in log.split("summary=\"").skip(1) {
        let (summary, rest) = event.split_once('"').unwrap();
        let whole = rest.split_once("db.statement=\"").and_then(|(_, text)| text.split_once('"'));
        let whole = whole.map(|(text, _)| text.replace("\\n", " ").trim().to_owned()).filter(|text| !text.is_empty());
        statements.insert(whole.unwrap_or_else(|| summary.to_owned()));
    }
    statements
}

async fn log_of_login(database: &TestDatabase, flow: &str, number: &str) -> String {
    let process = Process::logging(&database.url, &["--auth0-login-flow", flow], "info,sqlx::query=debug");
    let browser = process.browser();
    browser.start(number).await;
    browser.resend().await;
    let code = process.code_sent_to(number).await;
    browser.verify(&wrong(&code)).await;
    let VerifyOutcome::Verified { continue_to } = browser.verify(&code).await else { panic!("refused") };
    browser.open(continue_to).await;
    assert!(browser.is_signed_in().await);
    process.kill();
    process.log.text()
}

/// The steps of a statement's plan that read a whole table.
async fn scans(pool: &AnyPool, statement: &str, is_postgres: bool) -> Vec<String> {
    let mut connection = pool.acquire().await.unwrap();
    let plan: Vec<String> = if is_postgres {
        let count = (1..20).take_while(|n| statement.contains(&format!("${n}"))).count();
        let nulls = if count == 0 { String::new() } else { format!("({})", vec!["NULL"; count].join(", ")) };
        // An index is used wherever there is one, although the tables are nearly empty.
        let settings = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; DEALLOCATE ALL";
        connection.execute(settings).await.unwrap();
        connection.execute(AssertSqlSafe(format!("PREPARE asked AS {statement}"))).await.unwrap();
        let explain = sqlx::raw_sql(AssertSqlSafe(format!("EXPLAIN EXECUTE asked{nulls}")));
        explain.fetch_all(&mut *connection).await.unwrap().iter().map(|row| row.get(0)).collect()
    } else {
        let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")));
        explain.fetch_all(&mut *connection).await.unwrap().iter().map(|row| row.get("detail")).collect()
    };
    let reads_all = |step: &String| {
        step.contains("Seq Scan on") || step.starts_with("SCAN tenant_") || step.starts_with("SCAN sessions")
    };
    plan.into_iter().filter(reads_all).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_a_login_goes_by_an_index() {
    let database = TestDatabase::empty().await;
    let mut all = BTreeSet::new();
    for (flow, number) in [("redirect", PHONE), ("token", OTHER_PHONE)] {
        all.extend(statements(&log_of_login(&database, flow, number).await));
    }
    let words = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
    all.retain(|statement| words.iter().any(|word| statement.starts_with(word)) && !statement.contains("migrations"));
    assert!(all.len() > 25, "{all:#?}");
    let pool = database.connect().await;
    let by_no_index = "SELECT log_id FROM tenant_logs WHERE ip = $1";
    assert_eq!(scans(&pool, by_no_index, database.is_postgres()).await.len(), 1);
    let mut scanned = Vec::new();
    for statement in &all {
        for step in scans(&pool, statement, database.is_postgres()).await {
            if !SMALL.iter().any(|table| step.contains(table)) {
                scanned.push((statement, step));
            }
        }
    }
    assert!(scanned.is_empty(), "{scanned:#?}");
}
