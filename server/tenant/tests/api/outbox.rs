//! `/outbox`.

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
async fn outbox_refuses_foreign_host_header() {
    let public_url = Some(Url::parse("http://tenant.test:3001").unwrap());
    let tenant = TestTenant::with(TenantOptions { public_url, ..TenantOptions::default() }).await;
    let code = tenant.code().await;
    let own =
        ["tenant.test:3001", "TENANT.test", "localhost", "localhost:3001", "me.localhost", "127.0.0.1:99", "[::1]:1"];
    let other =
        ["evil.example", "evil.example:3001", "localhost.evil.example", "tenant.test.evil.example", "10.0.0.1", ""];
    for path in ["/outbox", "/outbox/events", "/outbox.js"] {
        for (host, status) in own.map(|host| (host, 200)).into_iter().chain(other.map(|host| (host, 421))) {
            let response = tenant.get(path).header("host", host).send().await.unwrap();
            assert_eq!(response.status(), status, "{path} at {host}");
            if status == 421 {
                assert!(!response.text().await.unwrap().contains(&code), "{path} at {host}");
            }
        }
    }
    assert_eq!(tenant.get("/healthz").header("host", "evil.example").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn outbox_is_absent_with_sms_provider() {
    let sms = Sms::Twilio(twilio_config(TwilioConfig::API_BASE_URL));
    let tenant = TestTenant::with(TenantOptions { sms, ..TenantOptions::default() }).await;
    for path in ["/outbox", "/outbox/events", "/outbox.js"] {
        assert_eq!(tenant.get(path).send().await.unwrap().status(), 404);
    }
}
