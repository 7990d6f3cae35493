//! `/outbox`.

use rstest::rstest;
use std::time::Duration;

use passwordless_tenant::{Sms, TwilioConfig};
use url::Url;

use crate::support::{PHONE, TenantOptions, TestTenant, twilio_config};

#[tokio::test]
async fn outbox_lists_messages_newest_first() {
    let tenant = TestTenant::start().await;
    tenant.code().await;
    tenant.clock.advance(5);
    tenant.code_for("sms", "+4915123456789").await;
    let messages = tenant.messages().await;
    assert_eq!(messages[0]["to"], "+4915123456789");
    assert_eq!(messages[0]["at"], "2027-01-15T08:00:05Z");
    assert_eq!(messages[1]["to"], PHONE);
    assert_eq!(messages[0].as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn outbox_stores_newest_hundred_messages() {
    let tenant = TestTenant::start().await;
    for _ in 0..102 {
        tenant.code().await;
    }
    assert_eq!(tenant.messages().await.len(), 100);
}

#[tokio::test]
async fn outbox_page_streams_messages_under_strict_csp() {
    let tenant = TestTenant::start().await;
    let first = tenant.code().await;
    let response = tenant.get("/outbox").send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    let page = response.text().await.unwrap();
    assert!(page.contains(&first) && page.contains("data-last=\"1\"") && page.contains("<noscript>"));
    for asset in ["/outbox.js", "/u/tenant.css"] {
        assert_eq!(tenant.get(asset).send().await.unwrap().status(), 200);
    }

    let mut events = tenant.get("/outbox/events?after=1").send().await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let second = tenant.code().await;
    let chunk = tokio::time::timeout(Duration::from_secs(10), events.chunk()).await.unwrap().unwrap().unwrap();
    let text = String::from_utf8(chunk.to_vec()).unwrap();
    assert!(text.contains("id: 2") && text.contains(&second) && !text.contains("id: 1\n"));
}

#[tokio::test]
async fn outbox_page_is_whole_without_its_script() {
    let tenant = TestTenant::start().await;
    let first = tenant.code().await;
    tenant.clock.advance(61);
    let second = tenant.code().await;
    let page = tenant.get("/outbox").send().await.unwrap().text().await.unwrap();
    let newest = r#"<time datetime="2027-01-15T08:01:01Z">2027-01-15 08:01:01 UTC</time>"#;
    let oldest = r#"<time datetime="2027-01-15T08:00:00Z">2027-01-15 08:00:00 UTC</time>"#;
    let position = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(position(newest) < position(oldest));
    for code in [first, second] {
        let button =
            format!(r#"<button class="quiet" type="button" hidden><span>Copy</span><span class="unseen"> code {code}"#);
        position(&button);
    }
    assert_eq!(page.matches(r#"<p class="body" dir="auto">"#).count(), 2, "a message can be in any language");
    assert_eq!(page.matches("<bdi>").count(), 2);
    position(r#"<p class="unseen" id="copied" role="status"></p>"#);
}

const PATHS: [&str; 3] = ["/outbox", "/outbox/events", "/outbox.js"];

/// A tenant at `http://tenant.test:3001`, and a code in its outbox.
async fn at_tenant_test() -> (TestTenant, String) {
    let public_url = Some(Url::parse("http://tenant.test:3001").unwrap());
    let tenant = TestTenant::with(TenantOptions { public_url, ..TenantOptions::default() }).await;
    let code = tenant.code().await;
    (tenant, code)
}

#[rstest]
#[case::public_host("tenant.test:3001")]
#[case::public_host_in_capitals_without_port("TENANT.test")]
#[case::localhost("localhost")]
#[case::localhost_with_port("localhost:3001")]
#[case::subdomain_of_localhost("me.localhost")]
#[case::ipv4_loopback("127.0.0.1:99")]
#[case::ipv6_loopback("[::1]:1")]
#[tokio::test]
async fn outbox_accepts_own_host_header(#[case] host: &str) {
    let (tenant, _) = at_tenant_test().await;
    for path in PATHS {
        assert_eq!(tenant.get(path).header("host", host).send().await.unwrap().status(), 200, "{path}");
    }
}

/// Otherwise a page could read the codes by DNS rebinding.
#[rstest]
#[case::foreign("evil.example")]
#[case::foreign_with_own_port("evil.example:3001")]
#[case::localhost_as_subdomain("localhost.evil.example")]
#[case::public_host_as_subdomain("tenant.test.evil.example")]
#[case::private_address("10.0.0.1")]
#[case::empty("")]
#[tokio::test]
async fn outbox_refuses_foreign_host_header(#[case] host: &str) {
    let (tenant, code) = at_tenant_test().await;
    for path in PATHS {
        let response = tenant.get(path).header("host", host).send().await.unwrap();
        assert_eq!(response.status(), 421, "{path}");
        assert!(!response.text().await.unwrap().contains(&code), "{path}");
    }
}

#[tokio::test]
async fn healthz_accepts_any_host_header() {
    let (tenant, _) = at_tenant_test().await;
    assert_eq!(tenant.get("/healthz").header("host", "evil.example").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn outbox_is_absent_with_sms_provider() {
    let sms = Sms::Twilio(twilio_config(TwilioConfig::API_BASE_URL));
    let tenant = TestTenant::with(TenantOptions { sms, ..TenantOptions::default() }).await;
    for path in PATHS {
        assert_eq!(tenant.get(path).send().await.unwrap().status(), 404, "{path}");
    }
}
