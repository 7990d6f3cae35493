//! Proof of work before a code is sent.

use passwordless_tenant::{Limits, ProofOfWork};
use reqwest::Response;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    OTHER_PHONE, PHONE, TOO_MANY_REQUESTS, TenantOptions, TestTenant, Visitor, assert_error, changed_json,
    proof::{solved, unsolved, with},
};

const ASKED: &str = "Suspicious request requires verification";

fn options(proof_of_work: ProofOfWork) -> TenantOptions {
    let options = TenantOptions::default();
    let limits = Limits { proof_of_work, ..options.limits.clone() };
    TenantOptions { limits, ..options }
}

async fn tenant() -> TestTenant {
    TestTenant::with(options(ProofOfWork::Always)).await
}

async fn start(tenant: &TestTenant, changes: Value) -> Response {
    start_from(tenant, "192.0.2.1", changes).await
}

async fn start_from(tenant: &TestTenant, address: &str, changes: Value) -> Response {
    let request =
        json!({"client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": PHONE});
    let request = changed_json(request, &changes);
    tenant.post("/passwordless/start", &request).header("auth0-forwarded-for", address).send().await.unwrap()
}

/// The challenge of a request that was refused for its lack of a proof, and the seconds to wait.
async fn asked(response: Response) -> (Value, u64) {
    assert_eq!(response.status(), 401);
    let body: Value = response.json().await.unwrap();
    assert_eq!((&body["error"], &body["error_description"]), (&json!("requires_verification"), &json!(ASKED)));
    (body["altcha"].clone(), body["retry_after"].as_u64().unwrap())
}

async fn challenge(tenant: &TestTenant) -> Value {
    asked(start(tenant, json!({})).await).await.0
}

#[tokio::test]
async fn code_is_sent_for_a_solution_which_counts_once() {
    let tenant = tenant().await;
    let challenge = challenge(&tenant).await;
    assert!(tenant.messages().await.is_empty());
    assert_eq!(challenge["algorithm"], "SHA-256");
    assert_eq!(challenge["maxnumber"], 100_000);
    assert!(challenge["salt"].as_str().unwrap().ends_with("?expires=1800000600&"), "{challenge}");
    for name in ["challenge", "signature"] {
        let hex = challenge[name].as_str().unwrap();
        assert!(hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()), "{challenge}");
    }
    let proof = solved(&challenge);
    assert_eq!(start(&tenant, json!({"altcha": proof})).await.status(), 200);
    assert_eq!(tenant.messages().await.len(), 1);
    let (again, _) = asked(start(&tenant, json!({"altcha": proof})).await).await;
    assert_ne!(again, challenge);
    assert_eq!(tenant.messages().await.len(), 1);
}

#[tokio::test]
async fn of_parallel_requests_with_one_solution_one_sends() {
    let tenant = tenant().await;
    let proof = solved(&challenge(&tenant).await);
    let other = tenant.another_instance_with(options(ProofOfWork::Always)).await;
    let request = json!({"client_id": "public", "connection": "sms", "phone_number": PHONE, "altcha": proof});
    let requests = [&tenant, &other].repeat(8).into_iter().map(|at| at.post("/passwordless/start", &request));
    let tasks: JoinSet<u16> =
        requests.map(|request| async { request.send().await.unwrap().status().as_u16() }).collect();
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 15, "{statuses:?}");
}

#[rstest]
#[case::number(json!({"phone_number": OTHER_PHONE}))]
#[case::connection(json!({"connection": "members"}))]
#[tokio::test]
async fn solution_does_not_count_for_another(#[case] changes: Value) {
    let tenant = tenant().await;
    let proof = solved(&challenge(&tenant).await);
    asked(start(&tenant, changed_json(json!({"altcha": proof}), &changes)).await).await;
    assert!(tenant.messages().await.is_empty());
    assert_eq!(start(&tenant, json!({"altcha": proof})).await.status(), 200);
}

#[rstest]
#[case::not_solved(json!({"number": 100_001}))]
#[case::salt(json!({"salt": "0123456789abcdef01234567?expires=1900000000&"}))]
#[case::signature(json!({"signature": "00"}))]
#[case::other_algorithm(json!({"algorithm": "SHA-1"}))]
#[tokio::test]
async fn forged_proof_does_not_count(#[case] changes: Value) {
    let tenant = tenant().await;
    let challenge = challenge(&tenant).await;
    tenant.clock.advance(60);
    asked(start(&tenant, json!({"altcha": with(&challenge, &changes)})).await).await;
    for text in ["", "e30=", "%", "null"] {
        asked(start(&tenant, json!({"altcha": text})).await).await;
    }
    assert!(tenant.messages().await.is_empty());
}

#[tokio::test]
async fn solution_expires_after_ten_minutes() {
    let tenant = tenant().await;
    let proof = solved(&challenge(&tenant).await);
    tenant.clock.advance(600);
    asked(start(&tenant, json!({"altcha": proof})).await).await;
    assert!(tenant.messages().await.is_empty());
}

#[tokio::test]
async fn unsolved_challenge_counts_once_after_a_minute() {
    let tenant = tenant().await;
    let (challenge, wait) = asked(start(&tenant, json!({})).await).await;
    assert_eq!(wait, 60);
    let proof = unsolved(&challenge);
    tenant.clock.advance(20);
    let (same, wait) = asked(start(&tenant, json!({"altcha": proof})).await).await;
    assert_eq!((&same, wait), (&challenge, 40), "asking too soon does not begin the wait anew");
    tenant.clock.advance(40);
    assert_eq!(start(&tenant, json!({"altcha": proof})).await.status(), 200);
    asked(start(&tenant, json!({"altcha": proof})).await).await;
    // Who waited cannot calculate afterwards for a second code.
    asked(start(&tenant, json!({"altcha": solved(&challenge)})).await).await;
    assert_eq!(tenant.messages().await.len(), 1);
}

/// Sends as many codes as it can by waiting, each from the address that it is given, and returns how many that are.
async fn waits(tenant: &TestTenant, address_of: impl Fn(usize) -> String, count: usize) -> usize {
    let mut challenges = Vec::new();
    for n in 0..count {
        challenges.push(asked(start_from(tenant, &address_of(n), json!({})).await).await.0);
    }
    tenant.clock.advance(60);
    let mut sent = 0;
    for (n, challenge) in challenges.iter().enumerate() {
        let response = start_from(tenant, &address_of(n), json!({"altcha": unsolved(challenge)})).await;
        match response.status().as_u16() {
            200 => sent += 1,
            _ => drop(assert_error(response, 429, "too_many_requests", TOO_MANY_REQUESTS).await),
        }
    }
    sent
}

#[tokio::test]
async fn one_network_waits_for_three_codes_an_hour() {
    let tenant = tenant().await;
    assert_eq!(waits(&tenant, |n| format!("2001:db8:1:2::{n}"), 5).await, 3);
    let proof = solved(&asked(start_from(&tenant, "2001:db8:1:2::1", json!({})).await).await.0);
    assert_eq!(start_from(&tenant, "2001:db8:1:2::1", json!({"altcha": proof})).await.status(), 200);
    tenant.clock.advance(3600);
    assert_eq!(waits(&tenant, |n| format!("2001:db8:1:2::{n}"), 1).await, 1);
}

#[tokio::test]
async fn all_networks_together_wait_for_five_codes_an_hour() {
    let tenant = tenant().await;
    assert_eq!(waits(&tenant, |n| format!("198.51.100.{n}"), 8).await, 5);
}

#[rstest]
#[case::never(ProofOfWork::Never)]
#[case::under_attack(ProofOfWork::UnderAttack)]
#[tokio::test]
async fn no_proof_is_asked_for_in_peace(#[case] setting: ProofOfWork) {
    let tenant = TestTenant::with(options(setting)).await;
    assert_eq!(start(&tenant, json!({})).await.status(), 200);
    assert_eq!(start(&tenant, json!({"altcha": "whatever"})).await.status(), 200);
}

#[tokio::test]
async fn otp_challenge_asks_for_a_proof_too() {
    let tenant = tenant().await;
    let request = |altcha: Option<String>| {
        let body = json!({
            "client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": PHONE,
            "allow_signup": true, "altcha": altcha,
        });
        tenant.post("/otp/challenge", &body).send()
    };
    let (challenge, _) = asked(request(None).await.unwrap()).await;
    assert_eq!(request(Some(solved(&challenge))).await.unwrap().status(), 200);
    assert_eq!(tenant.messages().await.len(), 1);
}

/// The challenge on the page of a login, which prints its notice as Rust does.
async fn shown(visitor: &Visitor<'_>) -> Value {
    let page = visitor.page().await;
    let (_, json) = page.split_once("ProofNeeded { challenge: \"").unwrap_or_else(|| panic!("{page}"));
    serde_json::from_str(&json.split("\", retry_after").next().unwrap().replace('\\', "")).unwrap()
}

#[tokio::test]
async fn login_page_shows_the_challenge_and_takes_its_solution() {
    let tenant = tenant().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.call("start", &[("phone_number", PHONE)]).await;
    let challenge = shown(&visitor).await;
    assert!(tenant.messages().await.is_empty());
    let proof = solved(&challenge);
    visitor.call("start", &[("phone_number", PHONE), ("altcha", &proof)]).await;
    assert!(visitor.page().await.contains("EnterCode"));
    assert_eq!(tenant.messages().await.len(), 1);
}

#[tokio::test]
async fn login_page_sends_the_code_to_who_waited() {
    let tenant = tenant().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.call("start", &[("phone_number", PHONE)]).await;
    tenant.clock.advance(59);
    visitor.call("start", &[("phone_number", PHONE)]).await;
    assert!(visitor.page().await.contains("retry_after: 1 "));
    tenant.clock.advance(1);
    visitor.call("start", &[("phone_number", PHONE)]).await;
    assert!(visitor.page().await.contains("EnterCode"));
    assert_eq!(tenant.messages().await.len(), 1);
    // Another code needs another proof.
    tenant.clock.advance(60);
    visitor.call("resend", &[]).await;
    let proof = solved(&shown(&visitor).await);
    visitor.call("resend", &[("altcha", &proof)]).await;
    assert_eq!(tenant.messages().await.len(), 2);
}

/// Otherwise the script of the page would solve one challenge after the other.
#[tokio::test]
async fn login_page_asks_no_second_time_for_a_solution_that_did_not_count() {
    let tenant = tenant().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.call("start", &[("phone_number", PHONE), ("altcha", "e30=")]).await;
    assert!(visitor.page().await.contains("RateLimited { retry_after: None }"));
}
