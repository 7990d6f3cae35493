//! The budget: what the messages of a connection may cost in a day.

use std::sync::Arc;

use passwordless_tenant::{Sms, logs};
use reqwest::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{
    DAY, HOUR, OTHER_PHONE, PHONE, SMS_PAUSED, TenantOptions, TestTenant, assert_error, changed_json, otp_request,
    twilio_config,
};

/// A message costs 0.05 to the US and 0.1 elsewhere; a day 0.2 to Germany, 0.5 to any other country, and 1 in all.
const PRICED: &str = "priced";

async fn sent(tenant: &TestTenant, numbers: impl IntoIterator<Item = String>) -> usize {
    let mut sent = 0;
    for number in numbers {
        sent += usize::from(tenant.request_code(PRICED, &number).await.status() == 200);
    }
    sent
}

fn numbers(beginning: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{beginning}{number:04}")).collect()
}

async fn sign_in(tenant: &TestTenant, phone_number: &str) {
    let code = tenant.code_for(PRICED, phone_number).await;
    let request = changed_json(otp_request(&code), &json!({"username": phone_number, "realm": PRICED}));
    assert_eq!(tenant.post("/oauth/token", &request).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn new_numbers_spend_four_fifths_of_a_countrys_budget_and_known_ones_all_of_it() {
    let tenant = TestTenant::start().await;
    sign_in(&tenant, PHONE).await;
    assert_eq!(sent(&tenant, numbers("+1415555", 20)).await, 7);
    let body = assert_error(tenant.request_code(PRICED, OTHER_PHONE).await, 429, "too_many_requests", SMS_PAUSED).await;
    // The tests begin at eight in the morning.
    assert_eq!(body["retry_after"], 16 * HOUR);
    assert_eq!(sent(&tenant, vec![PHONE.to_owned(); 5]).await, 2);
    // Other connections have budgets of their own, or none.
    assert_eq!(tenant.request_code("sms", OTHER_PHONE).await.status(), 200);
    tenant.clock.advance(16 * HOUR - 1);
    assert_eq!(sent(&tenant, [OTHER_PHONE.to_owned()]).await, 0);
    tenant.clock.advance(1);
    assert_eq!(sent(&tenant, numbers("+1415555", 20)).await, 8);
    tenant.clock.advance(DAY);
    assert_eq!(sent(&tenant, numbers("+1415555", 1)).await, 1);
}

#[tokio::test]
async fn budget_of_a_day_holds_for_all_countries() {
    let tenant = TestTenant::start().await;
    assert_eq!(sent(&tenant, numbers("+49151234567", 5).iter().map(|number| number[..14].to_owned())).await, 1);
    assert_eq!(sent(&tenant, numbers("+336123", 5).iter().map(|number| format!("{number}5"))).await, 4);
    // 0.3 of the 0.8 are left.
    assert_eq!(sent(&tenant, numbers("+1415555", 20)).await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_requests_on_two_instances_do_not_overspend() {
    let first = Arc::new(TestTenant::start().await);
    let second = Arc::new(first.another_instance().await);
    let mut calls = JoinSet::new();
    for (at, number) in numbers("+1415555", 30).into_iter().enumerate() {
        let tenant = Arc::clone(if at % 2 == 0 { &first } else { &second });
        calls.spawn(async move { tenant.request_code(PRICED, &number).await.status() });
    }
    let answers = calls.join_all().await;
    assert_eq!(answers.iter().filter(|status| **status == StatusCode::OK).count(), 8, "{answers:?}");
    let alarms = logs(&first.pool, 1000).await.unwrap();
    let alarms: Vec<_> = alarms.iter().filter(|entry| entry.event == "sms_budget").collect();
    let [alarm] = alarms[..] else { panic!("{alarms:?}") };
    let sentence = "messages to US of connection priced have cost 0.4 today, so that no more are sent until 2027-01-16";
    assert!(alarm.description.as_ref().unwrap().contains(sentence), "{alarm:?}");
}

#[tokio::test]
async fn message_that_was_surely_not_sent_costs_nothing() {
    let twilio = MockServer::start().await;
    let refusal = ResponseTemplate::new(400).set_body_json(json!({"code": 21211, "message": "no"}));
    Mock::given(any()).respond_with(refusal).mount(&twilio).await;
    let sms = Sms::Twilio(twilio_config(&twilio.uri()));
    let tenant = TestTenant::with(TenantOptions { sms, ..TenantOptions::default() }).await;
    for number in numbers("+1415555", 10) {
        assert_eq!(tenant.request_code(PRICED, &number).await.status(), 400);
    }
    let spent: i64 = sqlx::query_scalar("SELECT CAST(SUM(spent) AS BIGINT) FROM tenant_spending")
        .fetch_one(&tenant.pool)
        .await
        .unwrap();
    assert_eq!(spent, 0);
}
