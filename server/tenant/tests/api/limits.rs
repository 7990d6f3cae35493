//! Limits on asking for codes.

use std::sync::Arc;

use reqwest::Response;
use serde_json::json;
use tokio::task::JoinSet;

use crate::helpers::{Choice, PHONE, TestTenant, refused};

const SENTENCE: &str = "Too many requests. Please try again later.";

async fn start(tenant: &TestTenant, phone_number: &str, secret: Option<&str>) -> Response {
    let body = json!({"client_id": "web", "client_secret": secret, "connection": "sms", "phone_number": phone_number});
    tenant.post("/passwordless/start", &body).send().await.unwrap()
}

#[tokio::test]
async fn a_number_gets_so_many_codes_an_hour() {
    let mut choice = Choice::default();
    choice.limits.starts_per_phone_hour = 2;
    let tenant = TestTenant::with(choice).await;
    for _ in 0..2 {
        assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
    }
    let response = start(&tenant, PHONE, Some("web-secret")).await;
    assert_eq!(response.headers()["retry-after"], "1800");
    let body = refused(response, 429, "too_many_requests", SENTENCE).await;
    assert_eq!(body["retry_after"], 1800);
    assert_eq!(start(&tenant, "+14155552672", Some("web-secret")).await.status(), 200);
    tenant.clock.advance(1799);
    assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 429);
    tenant.clock.advance(1);
    assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
    assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 429);
    assert_eq!(tenant.messages().await.len(), 4);
}

#[tokio::test]
async fn an_address_counts_only_without_the_secret() {
    let mut choice = Choice::default();
    choice.limits.starts_per_ip_hour = 2;
    let tenant = TestTenant::with(choice).await;
    for last in 0..3 {
        assert_eq!(start(&tenant, &format!("+1415555267{last}"), Some("web-secret")).await.status(), 200);
    }
    for last in 0..2 {
        assert_eq!(start(&tenant, &format!("+1415555267{last}"), None).await.status(), 200);
    }
    assert_eq!(start(&tenant, PHONE, None).await.status(), 429);
    assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_starts_cannot_overdraw() {
    let mut choice = Choice::default();
    choice.limits.starts_per_phone_hour = 5;
    let tenant = Arc::new(TestTenant::with(choice).await);
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let tenant = Arc::clone(&tenant);
        tasks.spawn(async move { start(&tenant, PHONE, Some("web-secret")).await.status().as_u16() });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 5, "{statuses:?}");
}

#[tokio::test]
async fn only_allowed_countries_are_texted() {
    let mut choice = Choice::default();
    choice.limits.countries = Some(vec!["DE".to_owned(), "AT".to_owned()]);
    let tenant = TestTenant::with(choice).await;
    assert_eq!(start(&tenant, "+4915123456789", None).await.status(), 200);
    for refused_number in [PHONE, "+1", "+999999999999999"] {
        let response = start(&tenant, refused_number, None).await;
        refused(response, 400, "bad.phone_number", "Phone numbers of this country are not served").await;
    }
}
