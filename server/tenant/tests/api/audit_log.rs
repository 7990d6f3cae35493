//! The audit log: Auth0's event codes, with masked phone numbers and without one-time codes.

use serde_json::{Value, json};

use crate::support::{PHONE, SIGNUP_DISABLED, TenantOptions, TestTenant, wrong_code};

/// The events and their descriptions, oldest first.
async fn events(tenant: &TestTenant) -> Vec<(String, Option<String>)> {
    let entries = passwordless_tenant::logs(&tenant.pool, 1000).await.unwrap();
    entries.into_iter().rev().map(|entry| (entry.event, entry.description)).collect()
}

#[tokio::test]
async fn login_events_are_logged() {
    let tenant = TestTenant::start().await;
    for _ in 0..2 {
        let code = tenant.code().await;
        tenant.clock.advance(1);
        tenant.verify(&wrong_code(&code)).await;
        tenant.clock.advance(1);
        tenant.redeem(&code).await;
        tenant.clock.advance(1);
    }
    let mut codes: Vec<String> = events(&tenant).await.into_iter().map(|(event, _)| event).collect();
    // Two events of the same second have no order.
    codes[1..3].sort();
    assert_eq!(
        codes,
        ["cs", "sepotpft", "ss", "cs", "fepotpft", "sepotpft"],
        "wrong codes within an hour are one entry"
    );

    let [newest] = &passwordless_tenant::logs(&tenant.pool, 1).await.unwrap()[..] else {
        panic!("one entry was requested")
    };
    let user_id: String = sqlx::query_scalar("SELECT user_id FROM tenant_users").fetch_one(&tenant.pool).await.unwrap();
    let mut entry = serde_json::to_value(newest).unwrap();
    entry.as_object_mut().unwrap().remove("log_id");
    let expected = json!({
        "date": "2027-01-15T08:00:05Z", "type": "sepotpft", "client_id": "web", "connection": "sms",
        "phone_number": "+14•••••••71", "user_id": format!("sms|{user_id}"), "ip": "127.0.0.1", "description": null,
        "count": 1,
    });
    assert_eq!(entry, expected);
}

#[tokio::test]
async fn refusals_are_logged_with_description() {
    let mut options = TenantOptions::default();
    options.limits.starts_total_hour = 3;
    let tenant = TestTenant::with(options).await;
    let code = tenant.code().await;
    assert_eq!(tenant.redeem(&code).await.status(), 200);
    tenant.block_users().await;
    assert_eq!(tenant.request_code("members", PHONE).await.status(), 200);
    let start = json!({"client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": PHONE});
    for status in [200, 429] {
        assert_eq!(tenant.post("/passwordless/start", &start).send().await.unwrap().status(), status);
        tenant.clock.advance(1);
    }
    for _ in 0..11 {
        tenant.redeem("000000").await;
        tenant.clock.advance(1);
    }
    let events = events(&tenant).await;
    let blocked = Some("user is blocked".to_owned());
    assert!(events.contains(&("fn".to_owned(), blocked)), "{events:?}");
    assert!(events.contains(&("fn".to_owned(), Some(SIGNUP_DISABLED.to_owned()))), "{events:?}");
    assert!(events.contains(&("api_limit".to_owned(), Some("too many codes were asked for".to_owned()))), "{events:?}");
    assert_eq!(events.last().map(|(event, _)| event.as_str()), Some("limit_wc"), "{events:?}");
    let entries = passwordless_tenant::logs(&tenant.pool, 1000).await.unwrap();
    let attempts = entries.iter().filter(|entry| entry.event == "fepotpft");
    assert_eq!(attempts.map(|entry| entry.count).sum::<u64>(), 10);
}

/// Refused requests must not fill the disk.
#[tokio::test]
async fn refused_requests_write_a_bounded_number_of_rows() {
    let mut options = TenantOptions::default();
    (options.limits.starts_per_ip_hour, options.limits.starts_per_phone_hour) = (2, 2);
    options.limits.countries = Some(vec!["US".to_owned()]);
    let tenant = TestTenant::with(options).await;
    let rows = async || {
        let mut rows = 0;
        for table in ["tenant_logs", "tenant_refusals", "tenant_limits", "tenant_otp_challenges", "tenant_sends"] {
            let count = format!("SELECT COUNT(*) FROM {table}");
            rows += sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(count)).fetch_one(&tenant.pool).await.unwrap();
        }
        rows
    };
    let round = async |n: u32| {
        let number = format!("+1415555{n:04}");
        let start = json!({"client_id": "public", "connection": "sms", "phone_number": number});
        let abroad = json!({"client_id": "public", "connection": "sms", "phone_number": format!("+49151234{n:05}")});
        for body in [start, abroad] {
            tenant.post("/passwordless/start", &body).send().await.unwrap();
        }
        let verify = json!({"connection": "sms", "phone_number": number, "verification_code": "000000"});
        tenant.post("/passwordless/verify", &verify).send().await.unwrap();
        let changes = [("client_id", "implicit"), ("phone_number", number.as_str())];
        tenant.verify_redirect("000000", &changes).await;
    };
    // An address has a hundred failed attempts.
    for n in 0..55 {
        round(n).await;
    }
    let before = rows().await;
    for n in 55..155 {
        round(n).await;
    }
    assert_eq!(rows().await, before);
}

#[tokio::test]
async fn refresh_token_reuse_is_logged() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let tokens: Value = tenant.redeem(&code).await.json().await.unwrap();
    let refresh = json!({
        "grant_type": "refresh_token", "client_id": "web", "client_secret": "web-secret",
        "refresh_token": tokens["refresh_token"],
    });
    for status in [200, 403] {
        assert_eq!(tenant.post("/oauth/token", &refresh).send().await.unwrap().status(), status);
    }
    assert!(events(&tenant).await.iter().any(|(event, _)| event == "ferrt"));
}

#[tokio::test]
async fn audit_log_contains_no_phone_numbers_or_codes() {
    let tenant = TestTenant::with(TenantOptions { code_length: 20, ..TenantOptions::default() }).await;
    let code = tenant.code().await;
    let guess = wrong_code(&code);
    tenant.redeem(&guess).await;
    tenant.redeem(&code).await;
    let entries = passwordless_tenant::logs(&tenant.pool, 1000).await.unwrap();
    let text = serde_json::to_string(&entries).unwrap();
    assert_eq!(entries.len(), 4);
    for secret in [&code, &guess, PHONE] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}
