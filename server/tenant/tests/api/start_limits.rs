//! Rate limits and the country allowlist of `POST /passwordless/start`.

use rstest::rstest;
use std::sync::Arc;

use passwordless_tenant::Limits;
use reqwest::{RequestBuilder, Response};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{OTHER_PHONE, PHONE, TOO_MANY_REQUESTS, TenantOptions, TestTenant, assert_error};

/// With the secret as a server, otherwise as a page of a listed origin.
async fn start(tenant: &TestTenant, phone_number: &str, secret: Option<&str>) -> Response {
    request(tenant, phone_number, secret).send().await.unwrap()
}

fn request(tenant: &TestTenant, phone_number: &str, secret: Option<&str>) -> RequestBuilder {
    let body = json!({"client_id": "web", "client_secret": secret, "connection": "sms", "phone_number": phone_number});
    let request = tenant.post("/passwordless/start", &body);
    if secret.is_some() { request } else { request.header("origin", "http://localhost:5000") }
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

/// Makes twenty parallel requests, and returns how many codes were sent.
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

#[rstest]
#[case::per_number(|limits: &mut Limits| limits.starts_per_phone_hour = 2, true, Some("web-secret"), 2)]
// A number gets three codes without delay, however high its limit is.
#[case::per_number_without_delay(|limits: &mut Limits| limits.starts_per_phone_hour = 15, true, Some("web-secret"), 3)]
#[case::per_address(|limits: &mut Limits| limits.starts_per_ip_hour = 5, false, None, 5)]
#[case::per_country(|limits: &mut Limits| limits.starts_per_country_hour = 6, false, Some("web-secret"), 6)]
#[case::in_total(|limits: &mut Limits| limits.starts_total_hour = 7, false, Some("web-secret"), 7)]
#[tokio::test(flavor = "multi_thread")]
async fn parallel_starts_stay_within_limit(
    #[case] set: fn(&mut Limits),
    #[case] is_one_number: bool,
    #[case] secret: Option<&'static str>,
    #[case] expected: usize,
) {
    let tenant = TestTenant::with(limits(set)).await;
    let number = |n| if is_one_number { PHONE.to_owned() } else { format!("+1415555{:04}", 2600 + n) };
    assert_eq!(sent_of_twenty(tenant, number, secret).await, expected);
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
    // Other numbers do not wait, and after ten minutes without a request three codes are sent without delay again.
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
    for number in [PHONE, "+4915123456789"] {
        assert_eq!(start(&tenant, number, Some("web-secret")).await.status(), 200, "{number}");
    }
    for number in ["+12125550100", "+4915123456780"] {
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
    // All unallocated numbers together have a limit too, whatever their country.
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
    // A stricter limit per number applies to them too.
    let tenant = TestTenant::with(limits(|limits| limits.starts_per_phone_hour = 1)).await;
    for status in [200, 429] {
        assert_eq!(start(&tenant, "+85245450000", Some("web-secret")).await.status(), status);
    }
}

/// The value of one of the three rate limit headers of Auth0.
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
    // With the client secret the address is not counted, and no other limit is set.
    assert!(start(&tenant, PHONE, Some("web-secret")).await.headers().get("x-ratelimit-limit").is_none());
}

#[tokio::test]
async fn forwarded_address_is_counted_for_trusted_client() {
    let tenant = TestTenant::with(limits(|limits| limits.starts_per_ip_hour = 1)).await;
    let from = async |address: &str, secret: Option<&str>| {
        request(&tenant, PHONE, secret).header("auth0-forwarded-for", address).send().await.unwrap().status().as_u16()
    };
    for address in ["192.0.2.1", "192.0.2.2", "2001:db8::1"] {
        assert_eq!(from(address, Some("web-secret")).await, 200);
        assert_eq!(from(address, Some("web-secret")).await, 429);
    }
    // An invalid address is ignored.
    for _ in 0..2 {
        assert_eq!(from("not an address", Some("web-secret")).await, 200);
    }
    assert_eq!(from("192.0.2.3", None).await, 200);
    assert_eq!(from("192.0.2.4", None).await, 429);
}

#[tokio::test]
async fn ipv6_site_has_the_allowance_of_four_networks() {
    let tenant = TestTenant::with(limits(|limits| limits.starts_per_ip_hour = 2)).await;
    let from = async |address: &str| {
        let request = request(&tenant, PHONE, Some("web-secret")).header("auth0-forwarded-for", address);
        request.send().await.unwrap()
    };
    for network in 0..4 {
        for host in 1..3 {
            let response = from(&format!("2001:db8:1:{network}::{host}")).await;
            assert_eq!(
                (response.status().as_u16(), rate(&response, "limit")),
                (200, 2),
                "clients see that of a network"
            );
        }
        assert_eq!(from(&format!("2001:db8:1:{network}::3")).await.status(), 429);
    }
    let response = from("2001:db8:1:ffff::1").await;
    assert_eq!(response.headers()["retry-after"], "450");
    assert_error(response, 429, "too_many_requests", TOO_MANY_REQUESTS).await;
    for other in ["2001:db8:2::1", "192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        assert_eq!(from(other).await.status(), 200, "{other}");
    }
    tenant.clock.advance(450);
    assert_eq!(from("2001:db8:1:ffff::1").await.status(), 200);
    assert_eq!(from("2001:db8:1:fffe::1").await.status(), 429);
}

fn in_countries(codes: &[&str]) -> TenantOptions {
    limits(|limits| limits.countries = Some(codes.iter().map(|&code| code.to_owned()).collect()))
}

#[tokio::test]
async fn country_allowlist_accepts_listed_country() {
    let tenant = TestTenant::with(in_countries(&["DE", "AT"])).await;
    assert_eq!(start(&tenant, "+4915123456789", None).await.status(), 200);
}

#[rstest]
#[case::united_states(PHONE)]
#[case::unallocated_number("+13575550123")]
#[case::satellite_network("+8821612345678")]
#[tokio::test]
async fn country_allowlist_refuses_other_countries(#[case] number: &str) {
    let tenant = TestTenant::with(in_countries(&["DE", "AT"])).await;
    let response = start(&tenant, number, None).await;
    assert_error(response, 400, "bad.phone_number", "Phone numbers of this country are not served").await;
}

/// Jersey has the calling code of the United Kingdom and counts as a territory of it; Canada has the calling code of the
/// United States and does not.
#[rstest]
#[case::united_kingdom(
    "GB", &["+447911123456", "+447781123456", "+447797712345", "+447924123456"], &["+353850123456"]
)]
#[case::united_states(
    "US",
    &[PHONE, "+17872345678", "+16713001234", "+13406421234", "+16847331234", "+16702345678"],
    &["+15062345678", "+18762101234", "+447911123456"]
)]
#[case::jersey("JE", &["+447797712345"], &["+447911123456", "+447781123456"])]
#[tokio::test]
async fn country_allowlist_includes_territories(
    #[case] country: &str,
    #[case] served: &[&str],
    #[case] refused: &[&str],
) {
    let tenant = TestTenant::with(in_countries(&[country])).await;
    for number in served {
        assert_eq!(start(&tenant, number, None).await.status(), 200, "{number}");
    }
    for number in refused {
        let response = start(&tenant, number, None).await;
        assert_error(response, 400, "bad.phone_number", "Phone numbers of this country are not served").await;
    }
}

#[rstest]
#[case::premium_rate("+19005551234", "Numbers of this kind are not served")]
#[case::toll_free("+18005551234", "Numbers of this kind are not served")]
#[case::satellite("+881612345678", "Numbers of this kind are not served")]
#[case::international_network("+88351001234567", "Numbers of this kind are not served")]
#[case::landline("+4930123456", "Landlines are not served")]
#[tokio::test]
async fn numbers_that_are_no_mobiles_get_no_code(#[case] number: &str, #[case] sentence: &str) {
    let tenant = TestTenant::start().await;
    let refused = start(&tenant, number, Some("web-secret")).await;
    assert_error(refused, 400, "bad.phone_number", sentence).await;
    let mut options = TenantOptions::default();
    options.limits.landlines = true;
    let tenant = TestTenant::with(options).await;
    let is_landline = sentence.starts_with("Landlines");
    assert_eq!(start(&tenant, number, Some("web-secret")).await.status().is_success(), is_landline);
    assert_eq!(tenant.messages().await.len(), usize::from(is_landline));
}
