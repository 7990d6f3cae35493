//! The breaker against SMS pumping: prefixes whose codes are not entered are slowed, and then stopped.

use std::sync::Arc;

use passwordless_tenant::{SystemEntropy, logs};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{
    DAY, HOUR, OTHER_PHONE, PHONE, SMS_PAUSED, TenantOptions, TestTenant, assert_error, changed_json, log, otp_request,
    proof::solved, sent_before,
};

const SLOWED: &str = "Suspicious request requires verification";

fn options() -> TenantOptions {
    let mut options = TenantOptions::default();
    options.limits.pumping_breaker = true;
    options
}

async fn start(tenant: &TestTenant, phone_number: &str) -> Response {
    tenant.request_code("sms", phone_number).await
}

fn start_request(phone_number: &str) -> Value {
    json!({"client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": phone_number})
}

/// Solves the challenge of a refusal.
async fn start_with_proof(tenant: &TestTenant, phone_number: &str, refused: &Value) -> Response {
    let request = changed_json(start_request(phone_number), &json!({"altcha": solved(&refused["altcha"])}));
    tenant.post("/passwordless/start", &request).send().await.unwrap()
}

async fn is_sent(tenant: &TestTenant, phone_number: &str) -> bool {
    start(tenant, phone_number).await.status() == 200
}

/// Requests codes for numbers of a block, from this one on, until one is refused or this many are sent.
async fn sent_to_block(tenant: &TestTenant, block: &str, from: usize, at_most: usize) -> usize {
    let mut sent = 0;
    while sent < at_most && is_sent(tenant, &format!("{block}{:04}", from + sent)).await {
        sent += 1;
    }
    sent
}

async fn sign_in(tenant: &TestTenant, phone_number: &str) {
    let code = tenant.code_for("sms", phone_number).await;
    enter(tenant, phone_number, &code).await;
}

async fn enter(tenant: &TestTenant, phone_number: &str, code: &str) {
    let request = changed_json(otp_request(code), &json!({"username": phone_number}));
    assert_eq!(tenant.post("/oauth/token", &request).send().await.unwrap().status(), 200);
}

async fn alarms(tenant: &TestTenant) -> Vec<String> {
    let entries = logs(&tenant.pool, 1000).await.unwrap();
    entries.into_iter().filter(|entry| entry.event == "sms_pumping").filter_map(|entry| entry.description).collect()
}

#[tokio::test]
async fn block_whose_codes_are_not_entered_is_slowed() {
    let tenant = TestTenant::with(options()).await;
    sign_in(&tenant, PHONE).await;
    // Three, and one more as one is entered.
    assert_eq!(sent_to_block(&tenant, "+1415555", 3000, 10).await, 4);
    let body = assert_error(start(&tenant, "+14155553004").await, 401, "requires_verification", SLOWED).await;
    assert!(body["retry_after"] == 60 && body["altcha"].is_object(), "{body}");
    // Who signed in before, and other blocks, are not.
    assert!(is_sent(&tenant, PHONE).await && is_sent(&tenant, "+12125553000").await);
    // Another connection is not another breaker.
    assert_error(tenant.request_code("unprotected", OTHER_PHONE).await, 401, "requires_verification", SLOWED).await;
}

#[tokio::test]
async fn who_proves_work_is_sent_a_code_until_the_block_is_stopped() {
    let tenant = TestTenant::with(options()).await;
    assert_eq!(sent_to_block(&tenant, "+1415555", 3000, 10).await, 3);
    let mut outcomes = Vec::new();
    for number in 3..10 {
        let phone_number = format!("+1415555{:04}", 3000 + number);
        let refused: Value = start(&tenant, &phone_number).await.json().await.unwrap();
        if refused["error"] == "requires_verification" {
            outcomes.push(start_with_proof(&tenant, &phone_number, &refused).await.status().as_u16());
        }
    }
    assert_eq!(outcomes, [200; 5], "eight in all");
    assert_error(start(&tenant, PHONE).await, 429, "too_many_requests", SMS_PAUSED).await;
}

#[tokio::test]
async fn people_who_enter_their_codes_keep_a_block_open() {
    let tenant = TestTenant::with(options()).await;
    for number in 0..10 {
        sign_in(&tenant, &format!("+1415555{number:04}")).await;
    }
    assert_eq!(sent_to_block(&tenant, "+1415555", 3000, 30).await, 13);
}

#[tokio::test]
async fn one_person_who_gives_up_slows_nobody() {
    let tenant = TestTenant::with(options()).await;
    for _ in 0..10 {
        assert!(is_sent(&tenant, PHONE).await);
    }
    assert_eq!(sent_to_block(&tenant, "+1415555", 3000, 1).await, 1);
    // All codes of a number count as entered with the one that is.
    sign_in(&tenant, PHONE).await;
    assert_eq!(sent_to_block(&tenant, "+1415555", 3001, 10).await, 3);
}

#[tokio::test]
async fn who_asked_before_a_block_was_slowed_is_slowed_as_well() {
    let tenant = TestTenant::with(options()).await;
    assert_eq!(sent_to_block(&tenant, "+1415555", 3000, 10).await, 3);
    for number in ["+14155553000", "+14155553002", "+14155553003"] {
        assert_error(start(&tenant, number).await, 401, "requires_verification", SLOWED).await;
    }
}

#[tokio::test]
async fn stopped_block_sends_to_known_numbers_and_browsers_only_until_the_time_it_names() {
    let tenant = TestTenant::with(options()).await;
    sign_in(&tenant, OTHER_PHONE).await;
    sent_before(&tenant, "+1415555", 10, 0).await;
    tenant.clock.advance(1200);
    let response = start(&tenant, PHONE).await;
    let wait = 3600 + 600 - 1200;
    assert_eq!(response.headers()["retry-after"], wait.to_string());
    let body = assert_error(response, 429, "too_many_requests", SMS_PAUSED).await;
    assert_eq!(body["retry_after"], wait);
    assert!(is_sent(&tenant, OTHER_PHONE).await);
    assert_eq!(tenant.messages().await.len(), 2);
    tenant.clock.advance(wait - 1);
    assert_error(start(&tenant, PHONE).await, 429, "too_many_requests", SMS_PAUSED).await;
    // The day still slows it.
    tenant.clock.advance(1);
    assert_error(start(&tenant, PHONE).await, 401, "requires_verification", SLOWED).await;
}

/// Who has signed in before, and asks again and again without entering a code, is slowed like others, but never stopped.
#[tokio::test]
async fn known_number_has_one_code_a_day_that_does_not_count() {
    let tenant = TestTenant::with(options()).await;
    sign_in(&tenant, PHONE).await;
    sent_before(&tenant, "+1415555", 20, 1).await;
    assert!(is_sent(&tenant, PHONE).await);
    let refused = assert_error(start(&tenant, PHONE).await, 401, "requires_verification", SLOWED).await;
    assert_eq!(start_with_proof(&tenant, PHONE, &refused).await.status(), 200);
    assert_error(start(&tenant, PHONE).await, 401, "requires_verification", SLOWED).await;
    // With a code that is entered it has another one.
    enter(&tenant, PHONE, &tenant.newest_code().await).await;
    assert!(is_sent(&tenant, PHONE).await);
    assert_eq!(start(&tenant, PHONE).await.status(), 401);
    // So it has on the next day.
    tenant.clock.advance(DAY + 600);
    let unentered = "UPDATE tenant_conversions SET sent = 20, entered = 1, slot = slot + $1 WHERE prefix = '+1415555'";
    sqlx::query(unentered).bind(i64::try_from((DAY + 600) * 1000).unwrap()).execute(&tenant.pool).await.unwrap();
    assert!(is_sent(&tenant, PHONE).await);
    assert_eq!(start(&tenant, PHONE).await.status(), 401);
}

#[tokio::test]
async fn known_browser_of_a_number_without_an_account_is_not_stopped() {
    let tenant = TestTenant::with(options()).await;
    let code = tenant.code().await;
    let tokens: Value = tenant.post("/oauth/token", &otp_request(&code)).send().await.unwrap().json().await.unwrap();
    sqlx::query("DELETE FROM tenant_users").execute(&tenant.pool).await.unwrap();
    sent_before(&tenant, "+1415555", 20, 1).await;
    assert_error(start(&tenant, PHONE).await, 429, "too_many_requests", SMS_PAUSED).await;
    let request = tenant.post("/passwordless/start", &start_request(PHONE));
    let known = request.header("passwordless-device", tokens["device_token"].as_str().unwrap());
    assert_eq!(known.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn block_stopped_for_a_day_says_so() {
    let tenant = TestTenant::with(options()).await;
    sent_before(&tenant, "+1415555", 30, 2).await;
    tenant.clock.advance(2 * HOUR);
    let body = assert_error(start(&tenant, PHONE).await, 429, "too_many_requests", SMS_PAUSED).await;
    assert_eq!(body["retry_after"], DAY + 600 - 2 * HOUR);
    tenant.clock.advance(DAY + 600 - 2 * HOUR);
    assert!(is_sent(&tenant, PHONE).await);
}

#[tokio::test]
async fn country_is_stopped_only_where_nobody_signs_in() {
    let tenant = TestTenant::with(options()).await;
    sent_before(&tenant, "AZ", 25, 0).await;
    sent_before(&tenant, "US", 9, 0).await;
    assert_error(start(&tenant, "+994501234567").await, 429, "too_many_requests", SMS_PAUSED).await;
    sign_in(&tenant, PHONE).await;
    // Of 35 people one signed in just now, and another did before.
    sqlx::query("UPDATE tenant_conversions SET sent = 34 WHERE prefix = 'US'").execute(&tenant.pool).await.unwrap();
    sign_in(&tenant, PHONE).await;
    assert_error(start(&tenant, "+12125553001").await, 401, "requires_verification", SLOWED).await;
}

#[tokio::test]
async fn attack_on_many_countries_slows_new_numbers_everywhere_and_stops_nobody() {
    let tenant = TestTenant::with(options()).await;
    sign_in(&tenant, PHONE).await;
    let mut sent = 0;
    for number in 0..200 {
        let country = ["+4915", "+3361", "+4479", "+3467", "+9195", "+9945"][number % 6];
        let digits = if country == "+9195" || country == "+4479" { 8 } else { 7 };
        let digits = if country == "+4915" { 9 } else { digits };
        let phone_number = format!("{country}{:0digits$}", 12_345 + number * 10_007 * (number + 3));
        sent += usize::from(is_sent(&tenant, &phone_number).await);
    }
    assert_eq!(sent, 20);
    assert_error(start(&tenant, "+12125553001").await, 401, "requires_verification", SLOWED).await;
    assert!(is_sent(&tenant, PHONE).await);
    // By the end of an hour the codes of the first one no longer count.
    tenant.clock.advance(HOUR + 600);
    assert!(is_sent(&tenant, "+12125553001").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_requests_on_two_instances_do_not_pass_the_threshold() {
    let first = Arc::new(TestTenant::with(options()).await);
    let second = Arc::new(first.another_instance_with(options()).await);
    let mut calls = JoinSet::new();
    for number in 0..40 {
        let tenant = Arc::clone(if number % 2 == 0 { &first } else { &second });
        calls.spawn(async move { start(&tenant, &format!("+1415555{number:04}")).await.status() });
    }
    let answers = calls.join_all().await;
    let count = |wanted: StatusCode| answers.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(StatusCode::OK), count(StatusCode::UNAUTHORIZED)), (3, 37), "{answers:?}");
    assert_eq!(first.messages().await.len() + second.messages().await.len(), 3);
    assert_eq!(alarms(&first).await.len(), 1);
}

#[tokio::test]
async fn alarm_is_given_once_and_says_what_happens_and_what_to_do() {
    let tenant = TestTenant::with(options()).await;
    let block = "+1646555";
    sent_before(&tenant, block, 9, 1).await;
    for number in 0..3 {
        assert_eq!(start(&tenant, &format!("{block}{number:04}")).await.status(), 401);
    }
    sent_before(&tenant, "+1647555", 30, 2).await;
    for number in 0..3 {
        assert_eq!(start(&tenant, &format!("+1647555{number:04}")).await.status(), 429);
    }
    let mut alarms = alarms(&tenant).await;
    alarms.sort_by_key(|alarm| alarm.contains("slowed"));
    let [stopped, slowed] = &alarms[..] else { panic!("{alarms:?}") };
    for sentence in [
        "of 10 new numbers that begin with +1646555 and asked for codes in the last hour, 1 entered one",
        "are slowed",
        "LIMIT_COUNTRIES",
    ] {
        assert!(slowed.contains(sentence), "{slowed}");
    }
    assert!(stopped.contains("of 31 new numbers that begin with +1647555"), "{stopped}");
    assert!(stopped.contains("get none until 2027-01-16T08:10:00Z"), "{stopped}");
    let log = log::text();
    for alarm in &alarms {
        assert_eq!(log.lines().filter(|line| line.contains("WARN") && line.contains(alarm)).count(), 1, "{alarm}");
    }
}

#[tokio::test]
async fn refused_start_uses_no_allowance_up() {
    let mut options = options();
    options.limits.starts_per_ip_hour = 10;
    let tenant = TestTenant::with(options).await;
    sent_before(&tenant, "+1415555", 3, 0).await;
    let start = async |phone_number: &str| {
        let body = json!({"client_id": "public", "connection": "sms", "phone_number": phone_number});
        tenant.post("/passwordless/start", &body).send().await.unwrap()
    };
    assert_eq!(start(PHONE).await.status(), 401);
    assert_eq!(start("+12125553001").await.headers()["x-ratelimit-remaining"], "9");
}

#[tokio::test]
async fn code_that_was_surely_not_sent_does_not_count() {
    let gateway = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(400)).mount(&gateway).await;
    let tenant = TestTenant::with(TenantOptions { gateway_url: gateway.uri(), ..options() }).await;
    for number in 0..6 {
        let response = tenant.request_code("gateway", &format!("+1415555{number:04}")).await;
        assert_eq!(response.json::<Value>().await.unwrap()["error"], "sms_provider_error");
    }
    assert_eq!(sent_to_block(&tenant, "+1415555", 3000, 10).await, 3);
}

/// Where nobody may learn which numbers have accounts, one that is held back is answered like one that is not.
#[tokio::test]
async fn challenge_hides_that_a_number_is_held_back() {
    let mut options = options();
    options.limits.starts_per_phone_hour = 10;
    let tenant = TestTenant::with(options).await;
    sign_in(&tenant, OTHER_PHONE).await;
    sent_before(&tenant, "+1415555", 20, 0).await;
    let challenge = async |phone_number: &str| {
        let body = json!({
            "client_id": "web", "client_secret": "web-secret", "connection": "sms", "allow_signup": true,
            "phone_number": phone_number,
        });
        let response = tenant.post("/otp/challenge", &body).send().await.unwrap();
        (response.status(), response.headers()["x-ratelimit-remaining"].clone())
    };
    let (held_back, known) = (challenge(PHONE).await, challenge(OTHER_PHONE).await);
    assert_eq!((held_back.0, held_back.1.to_str().unwrap()), (StatusCode::OK, "9"));
    assert_eq!((known.0, known.1.to_str().unwrap()), (StatusCode::OK, "8"));
    let messages = tenant.messages().await;
    assert!(messages.iter().all(|message| message["to"] == OTHER_PHONE) && messages.len() == 2, "{messages:?}");
}

#[tokio::test]
async fn counts_are_deleted_when_they_are_in_no_window() {
    let tenant = TestTenant::with(options()).await;
    sent_to_block(&tenant, "+1415555", 3000, 10).await;
    sign_in(&tenant, "+12125553001").await;
    let rows = async || {
        let mut rows = 0;
        for table in ["tenant_conversions", "tenant_new_numbers", "tenant_alarms"] {
            let count = format!("SELECT COUNT(*) FROM {table}");
            rows += sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(count)).fetch_one(&tenant.pool).await.unwrap();
        }
        rows
    };
    assert_eq!(rows().await, 4 + 3 + 1);
    for (seconds, left) in [(HOUR, 4 + 3), (DAY + HOUR, 0)] {
        tenant.clock.advance(seconds + 1);
        passwordless_tenant::cleanup_once(&tenant.pool, &*tenant.clock, &SystemEntropy).await.unwrap();
        assert_eq!(rows().await, left);
    }
}
