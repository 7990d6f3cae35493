//! Limits on asking for codes.

use std::sync::Arc;

use passwordless_tenant::Limits;
use reqwest::Response;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{OTHER_PHONE, PHONE, TOO_MANY_REQUESTS, TenantOptions, TestTenant, assert_error};

async fn start(tenant: &TestTenant, phone_number: &str, secret: Option<&str>) -> Response {
    let body = json!({"client_id": "web", "client_secret": secret, "connection": "sms", "phone_number": phone_number});
    tenant.post("/passwordless/start", &body).send().await.unwrap()
}

#[tokio::test]
async fn starts_per_number_are_limited() {
    let mut options = TenantOptions::default();
    options.limits.starts_per_phone_hour = 2;
    let tenant = TestTenant::with(options).await;
    for _ in 0..2 {
        assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
    }
    let response = start(&tenant, PHONE, Some("web-secret")).await;
    assert_eq!(response.headers()["retry-after"], "1800");
    let body = assert_error(response, 429, "too_many_requests", TOO_MANY_REQUESTS).await;
    assert_eq!(body["retry_after"], 1800);
    assert_eq!(start(&tenant, OTHER_PHONE, Some("web-secret")).await.status(), 200);
    tenant.clock.advance(1799);
    assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 429);
    tenant.clock.advance(1);
    assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
    assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 429);
    assert_eq!(tenant.messages().await.len(), 4);
}

#[tokio::test]
async fn starts_per_address_are_limited_without_client_secret() {
    let mut options = TenantOptions::default();
    options.limits.starts_per_ip_hour = 2;
    let tenant = TestTenant::with(options).await;
    for last in 0..3 {
        assert_eq!(start(&tenant, &format!("+1415555267{last}"), Some("web-secret")).await.status(), 200);
    }
    for last in 0..2 {
        assert_eq!(start(&tenant, &format!("+1415555267{last}"), None).await.status(), 200);
    }
    assert_eq!(start(&tenant, PHONE, None).await.status(), 429);
    assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
}

fn limits(set: impl FnOnce(&mut Limits)) -> TenantOptions {
    let mut options = TenantOptions::default();
    set(&mut options.limits);
    options
}

/// Starts twenty times at once; says how often a code was sent.
async fn sent_of_twenty(tenant: TestTenant, number: impl Fn(usize) -> String, secret: Option<&'static str>) -> usize {
    let tenant = Arc::new(tenant);
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let (tenant, number) = (Arc::clone(&tenant), number(n));
        tasks.spawn(async move { start(&tenant, &number, secret).await.status().as_u16() });
    }
    let statuses = tasks.join_all().await;
    assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
    let sent = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(tenant.messages().await.len(), sent);
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_starts_stay_within_limit() {
    let one = |_| PHONE.to_owned();
    let many = |n| format!("+1415555{:04}", 2600 + n);
    for (options, by_number, secret, expected) in [
        (limits(|limits| limits.starts_per_phone_hour = 2), true, Some("web-secret"), 2),
        // Three at once, whatever the hour would allow.
        (limits(|limits| limits.starts_per_phone_hour = 15), true, Some("web-secret"), 3),
        (limits(|limits| limits.starts_per_ip_hour = 5), false, None, 5),
        (limits(|limits| limits.starts_per_country_hour = 6), false, Some("web-secret"), 6),
        (limits(|limits| limits.starts_total_hour = 7), false, Some("web-secret"), 7),
    ] {
        let tenant = TestTenant::with(options).await;
        let sent = if by_number {
            sent_of_twenty(tenant, one, secret).await
        } else {
            sent_of_twenty(tenant, many, secret).await
        };
        assert_eq!(sent, expected);
    }
}

#[tokio::test]
async fn start_backoff_doubles_from_fourth_code() {
    let tenant = TestTenant::with(limits(|limits| limits.starts_per_phone_hour = 1000)).await;
    for _ in 0..3 {
        assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
    }
    for wait in [60, 120, 240, 480] {
        let response = start(&tenant, PHONE, Some("web-secret")).await;
        assert_eq!(response.headers()["retry-after"], wait.to_string().as_str());
        let body = assert_error(response, 429, "too_many_requests", TOO_MANY_REQUESTS).await;
        assert_eq!(body["retry_after"], wait);
        tenant.clock.advance(wait - 1);
        assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 429);
        tenant.clock.advance(1);
        assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
    }
    // Others do not wait, and after ten quiet minutes three are sent at once again.
    assert_eq!(start(&tenant, OTHER_PHONE, Some("web-secret")).await.status(), 200);
    tenant.clock.advance(600);
    for _ in 0..3 {
        assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
    }
    assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 429);
}

#[tokio::test]
async fn refused_start_is_not_counted() {
    let tenant = TestTenant::with(limits(|limits| {
        limits.starts_per_phone_hour = 100;
        limits.starts_total_hour = 4;
    }))
    .await;
    for _ in 0..3 {
        assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
    }
    for _ in 0..10 {
        assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 429);
    }
    assert_eq!(start(&tenant, OTHER_PHONE, Some("web-secret")).await.status(), 200);
    let response = start(&tenant, "+14155552673", Some("web-secret")).await;
    assert_eq!(response.headers()["retry-after"], "900");
}

#[tokio::test]
async fn starts_per_country_are_limited() {
    let tenant = TestTenant::with(limits(|limits| limits.starts_per_country_hour = 1)).await;
    for number in [PHONE, "+4915123456789", "+8821612345678"] {
        assert_eq!(start(&tenant, number, Some("web-secret")).await.status(), 200, "{number}");
    }
    for number in ["+12125550100", "+4930123456", "+8821612345679"] {
        let response = start(&tenant, number, Some("web-secret")).await;
        assert_error(response, 429, "too_many_requests", TOO_MANY_REQUESTS).await;
    }
}

#[tokio::test]
async fn starts_to_unallocated_numbers_have_lower_limits() {
    let tenant = TestTenant::with(limits(|limits| limits.starts_per_phone_hour = 1000)).await;
    for _ in 0..3 {
        assert_eq!(start(&tenant, "+85245450000", Some("web-secret")).await.status(), 200);
    }
    let response = start(&tenant, "+85245450000", Some("web-secret")).await;
    assert_eq!(response.headers()["retry-after"], "1200");
    assert_error(response, 429, "too_many_requests", TOO_MANY_REQUESTS).await;
    // All of them together, of whatever country.
    for last in 0..57 {
        let number = format!("+1357555{last:04}");
        assert_eq!(start(&tenant, &number, Some("web-secret")).await.status(), 200, "{number}");
    }
    let response = start(&tenant, "+971571234567", Some("web-secret")).await;
    assert_eq!(response.headers()["retry-after"], "60");
    assert_error(response, 429, "too_many_requests", TOO_MANY_REQUESTS).await;
    assert_eq!(start(&tenant, PHONE, Some("web-secret")).await.status(), 200);
    tenant.clock.advance(60);
    assert_eq!(start(&tenant, "+971571234567", Some("web-secret")).await.status(), 200);
    assert_eq!(start(&tenant, "+971571234568", Some("web-secret")).await.status(), 429);
}

#[tokio::test]
async fn starts_to_unallocated_numbers_follow_limit_per_number() {
    let tenant = TestTenant::start().await;
    for _ in 0..4 {
        assert_eq!(start(&tenant, "+85245450000", Some("web-secret")).await.status(), 200);
    }
    for last in 0..60 {
        assert_eq!(start(&tenant, &format!("+1357555{last:04}"), Some("web-secret")).await.status(), 200);
    }
    // And a stricter limit than theirs stays.
    let tenant = TestTenant::with(limits(|limits| limits.starts_per_phone_hour = 1)).await;
    for status in [200, 429] {
        assert_eq!(start(&tenant, "+85245450000", Some("web-secret")).await.status(), status);
    }
}

/// The value of one of Auth0's three headers.
fn rate(response: &Response, name: &str) -> i64 {
    response.headers()[&format!("x-ratelimit-{name}")].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn rate_limit_headers_show_remaining_starts() {
    let tenant = TestTenant::with(limits(|limits| limits.starts_per_ip_hour = 2)).await;
    let now = 1_800_000_000;
    for (remaining, reset) in [(1, now + 1800), (0, now + 3600)] {
        let response = start(&tenant, PHONE, None).await;
        assert_eq!(response.status(), 200);
        assert_eq!((rate(&response, "limit"), rate(&response, "remaining")), (2, remaining));
        assert_eq!(rate(&response, "reset"), reset);
    }
    let response = start(&tenant, PHONE, None).await;
    assert_eq!(response.status(), 429);
    assert_eq!((rate(&response, "limit"), rate(&response, "remaining")), (2, 0));
    assert_eq!(rate(&response, "reset"), now + 1800);
    // Not counted by address, and not by anything else here.
    assert!(start(&tenant, PHONE, Some("web-secret")).await.headers().get("x-ratelimit-limit").is_none());
}

#[tokio::test]
async fn forwarded_address_is_counted_for_trusted_client() {
    let tenant = TestTenant::with(limits(|limits| limits.starts_per_ip_hour = 1)).await;
    let from = async |address: &str, secret: Option<&str>| {
        let body = json!({"client_id": "web", "client_secret": secret, "connection": "sms", "phone_number": PHONE});
        let request = tenant.post("/passwordless/start", &body).header("auth0-forwarded-for", address);
        request.send().await.unwrap().status().as_u16()
    };
    for address in ["192.0.2.1", "192.0.2.2", "2001:db8::1"] {
        assert_eq!(from(address, Some("web-secret")).await, 200);
        assert_eq!(from(address, Some("web-secret")).await, 429);
    }
    // What is no address is no address; such a call counts as one without.
    for _ in 0..2 {
        assert_eq!(from("not an address", Some("web-secret")).await, 200);
    }
    assert_eq!(from("192.0.2.3", None).await, 200);
    assert_eq!(from("192.0.2.4", None).await, 429);
}

#[tokio::test]
async fn country_allowlist_refuses_other_countries() {
    let mut options = TenantOptions::default();
    options.limits.countries = Some(vec!["DE".to_owned(), "AT".to_owned()]);
    let tenant = TestTenant::with(options).await;
    assert_eq!(start(&tenant, "+4915123456789", None).await.status(), 200);
    for refused_number in [PHONE, "+13575550123", "+8821612345678"] {
        let response = start(&tenant, refused_number, None).await;
        assert_error(response, 400, "bad.phone_number", "Phone numbers of this country are not served").await;
    }
}

/// Jersey is dialled like Britain, and people there say that they are; Canada is dialled like the United States and is not.
#[tokio::test]
async fn country_allowlist_includes_territories() {
    for (country, served, others) in [
        ("GB", &["+447911123456", "+447781123456", "+447797712345", "+447924123456"][..], &["+353850123456"][..]),
        (
            "US",
            &[PHONE, "+17872345678", "+16713001234", "+13406421234", "+16847331234", "+16702345678"],
            &["+15062345678", "+18762101234", "+447911123456"],
        ),
        ("JE", &["+447797712345"], &["+447911123456", "+447781123456"]),
    ] {
        let mut options = TenantOptions::default();
        options.limits.countries = Some(vec![country.to_owned()]);
        let tenant = TestTenant::with(options).await;
        for number in served {
            assert_eq!(start(&tenant, number, None).await.status(), 200, "{country} {number}");
        }
        for number in others {
            let response = start(&tenant, number, None).await;
            assert_error(response, 400, "bad.phone_number", "Phone numbers of this country are not served").await;
        }
    }
}
