//! Failed attempts are counted by number and by address; new codes and other instances do not reset them.

use rstest::rstest;
use std::sync::Arc;

use passwordless_tenant::Limits;
use reqwest::Response;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    CALLBACK, DAY, OTP_GRANT, PHONE, TOO_MANY_ATTEMPTS, TenantOptions, TestTenant, WRONG_CODE, assert_error, location,
    otp_request, query, wrong_code,
};

/// Redeems a code at the token endpoint, for a user at this address.
async fn redeem_from(tenant: &TestTenant, address: &str, request: &Value) -> Response {
    tenant.post("/oauth/token", request).header("auth0-forwarded-for", address).send().await.unwrap()
}

/// Requests codes and makes this many failed attempts with them.
async fn fail(tenant: &TestTenant, times: u32) {
    let mut code = String::new();
    for failed in 0..times {
        if failed % 3 == 0 {
            code = tenant.code().await;
        }
        assert_eq!(tenant.verify(&wrong_code(&code)).await.status(), 401);
    }
}

#[tokio::test]
async fn failed_attempts_block_number_for_address_at_every_endpoint() {
    let tenant = TestTenant::start().await;
    fail(&tenant, 10).await;
    let code = tenant.code().await;
    let body = assert_error(tenant.verify(&code).await, 429, "too_many_attempts", TOO_MANY_ATTEMPTS).await;
    assert!(body.get("attempts_left").is_none());
    assert_error(tenant.redeem(&code).await, 429, "too_many_attempts", TOO_MANY_ATTEMPTS).await;
    let redirect = location(&tenant.verify_redirect(&code, &[("state", "s")]).await);
    assert!(redirect.starts_with(CALLBACK));
    assert_eq!(query(&redirect, "error").as_deref(), Some("too_many_attempts"));
    assert_eq!(query(&redirect, "error_description").as_deref(), Some(TOO_MANY_ATTEMPTS));
    assert_eq!(query(&redirect, "state").as_deref(), Some("s"));
    let credentials = json!({
        "client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": code, "realm": "sms",
    });
    let own_page = tenant.post("/co/authenticate", &credentials).header("origin", "http://localhost:5000");
    assert_error(own_page.send().await.unwrap(), 429, "too_many_attempts", TOO_MANY_ATTEMPTS).await;
    // The number is not blocked for other addresses.
    assert_eq!(redeem_from(&tenant, "192.0.2.1", &otp_request(&code)).await.status(), 200);
}

#[tokio::test]
async fn attempt_block_expires_after_three_days() {
    let tenant = TestTenant::start().await;
    fail(&tenant, 10).await;
    tenant.clock.advance(3 * DAY - 1);
    let code = tenant.code().await;
    assert_eq!(tenant.redeem(&code).await.status(), 429);
    tenant.clock.advance(1);
    assert_eq!(tenant.redeem(&code).await.status(), 200);
}

#[tokio::test]
async fn successful_login_resets_failed_attempts() {
    let tenant = TestTenant::start().await;
    for _ in 0..3 {
        fail(&tenant, 9).await;
        let code = tenant.code().await;
        assert_eq!(tenant.redeem(&code).await.status(), 200);
    }
}

#[tokio::test]
async fn verify_with_right_code_does_not_reset_failed_attempts() {
    let tenant = TestTenant::start().await;
    fail(&tenant, 9).await;
    assert_eq!(tenant.verify(&tenant.code().await).await.status(), 200);
    let code = tenant.code().await;
    assert_eq!(tenant.verify(&wrong_code(&code)).await.status(), 401);
    assert_eq!(tenant.verify(&code).await.status(), 429);
}

#[tokio::test]
async fn failed_attempts_survive_restart() {
    let tenant = TestTenant::start().await;
    fail(&tenant, 10).await;
    let tenant = tenant.restarted().await;
    let code = tenant.code().await;
    assert_error(tenant.redeem(&code).await, 429, "too_many_attempts", TOO_MANY_ATTEMPTS).await;
}

#[tokio::test]
async fn brute_force_protection_can_be_off_for_a_connection() {
    let tenant = TestTenant::start().await;
    for _ in 0..12 {
        let mut request = otp_request("000000");
        request["realm"] = json!("unprotected");
        assert_eq!(tenant.post("/oauth/token", &request).send().await.unwrap().status(), 403);
    }
}

#[tokio::test]
async fn unknown_number_is_blocked_like_a_known_one() {
    let tenant = TestTenant::start().await;
    for _ in 0..10 {
        assert_eq!(tenant.verify("000000").await.status(), 401);
    }
    assert_error(tenant.verify("000000").await, 429, "too_many_attempts", TOO_MANY_ATTEMPTS).await;
}

#[tokio::test]
async fn attempts_per_number_are_limited_across_addresses() {
    let limits = Limits { starts_per_phone_hour: 1000, ..TenantOptions::default().limits };
    let tenant = TestTenant::with(TenantOptions { limits, ..TenantOptions::default() }).await;
    let mut code = String::new();
    for guess in 0..20 {
        if guess % 3 == 0 {
            tenant.clock.advance(660);
            code = tenant.code().await;
        }
        let address = format!("192.0.2.{guess}");
        let response = redeem_from(&tenant, &address, &otp_request(&wrong_code(&code))).await;
        assert_error(response, 403, "invalid_grant", WRONG_CODE).await;
    }
    let code = tenant.code().await;
    let response = redeem_from(&tenant, "203.0.113.1", &otp_request(&code)).await;
    assert_error(response, 429, "too_many_attempts", TOO_MANY_ATTEMPTS).await;
    tenant.clock.advance(DAY / 20);
    let code = tenant.code().await;
    assert_eq!(redeem_from(&tenant, "203.0.113.1", &otp_request(&code)).await.status(), 200);
}

#[tokio::test]
async fn attempts_per_address_are_limited_across_numbers() {
    let limits = Limits { starts_per_ip_hour: 50, ..TenantOptions::default().limits };
    let tenant = TestTenant::with(TenantOptions { limits, ..TenantOptions::default() }).await;
    let request = |number: u32| {
        let mut request = otp_request("000000");
        request["username"] = json!(format!("+1415555{number:04}"));
        request
    };
    for number in 0..100 {
        assert_eq!(redeem_from(&tenant, "192.0.2.1", &request(number)).await.status(), 403);
    }
    let response = redeem_from(&tenant, "192.0.2.1", &request(100)).await;
    assert_error(response, 429, "too_many_attempts", TOO_MANY_ATTEMPTS).await;
    // Without a forwarded address it is the address of the client's server, which serves many users.
    let unnamed = tenant.post("/oauth/token", &request(100)).send().await.unwrap();
    assert_error(unnamed, 403, "invalid_grant", WRONG_CODE).await;
    tenant.clock.advance(900);
    assert_eq!(redeem_from(&tenant, "192.0.2.1", &request(100)).await.status(), 403);
    assert_eq!(redeem_from(&tenant, "192.0.2.1", &request(101)).await.status(), 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_failed_attempts_stay_within_limit() {
    let tenant = Arc::new(TestTenant::start().await);
    let mut tasks = JoinSet::new();
    for _ in 0..40 {
        let tenant = Arc::clone(&tenant);
        tasks.spawn(async move { tenant.redeem("000000").await.status().as_u16() });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 10, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 30, "{statuses:?}");
}

/// The users of an untrusted client share its address, which is therefore not counted.
#[rstest]
#[case::trusted_client("web", Some("web-secret"), false)]
#[case::public_client("public", None, true)]
#[case::untrusted_client("browserless", Some("browserless-secret"), false)]
#[tokio::test]
async fn forwarded_address_counts_only_from_trusted_authenticated_client(
    #[case] client: &str,
    #[case] secret: Option<&str>,
    #[case] is_blocked: bool,
) {
    let tenant = TestTenant::start().await;
    let mut request = otp_request("000000");
    request["client_id"] = json!(client);
    request["client_secret"] = json!(secret);
    for last in 0..10 {
        assert_eq!(redeem_from(&tenant, &format!("192.0.2.{last}"), &request).await.status(), 403);
    }
    let eleventh = redeem_from(&tenant, "192.0.2.99", &request).await.status();
    assert_eq!(eleventh == 429, is_blocked);
}

/// Otherwise ten wrong codes would lock a user out of an application that forwards no addresses.
#[tokio::test]
async fn failed_attempts_without_forwarded_address_block_no_user() {
    let tenant = TestTenant::start().await;
    let mut request = otp_request("000000");
    (request["client_id"], request["client_secret"]) = (json!("browserless"), json!("browserless-secret"));
    for _ in 0..30 {
        assert_eq!(tenant.post("/oauth/token", &request).send().await.unwrap().status(), 403);
    }
    request["otp"] = json!(tenant.code_for_client("browserless", Some("browserless-secret")).await);
    assert_eq!(tenant.post("/oauth/token", &request).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn verify_accepts_forwarded_address_from_authenticated_client() {
    let tenant = TestTenant::start().await;
    let body = json!({"connection": "sms", "phone_number": PHONE, "verification_code": "000000", "client_id": "web"});
    let from = |address: &str| tenant.post("/passwordless/verify", &body).header("auth0-forwarded-for", address);
    for last in 0..10 {
        let proven = from(&format!("192.0.2.{last}")).basic_auth("web", Some("web-secret"));
        assert_eq!(proven.send().await.unwrap().status(), 401);
    }
    assert_eq!(tenant.verify("000000").await.status(), 401);
    for last in 0..9 {
        assert_eq!(from(&format!("198.51.100.{last}")).send().await.unwrap().status(), 401);
    }
    assert_eq!(from("198.51.100.9").send().await.unwrap().status(), 429);
    let forged = from("203.0.113.1").basic_auth("web", Some("no-secret"));
    assert_eq!(forged.send().await.unwrap().status(), 401);
}

/// A customer with a /48 has 65,536 networks.
#[tokio::test]
async fn attempts_of_ipv6_site_are_limited() {
    let mut options = TenantOptions::default();
    options.limits.starts_per_ip_hour = 50;
    let tenant = TestTenant::with(options).await;
    let body = json!({
        "connection": "unprotected", "phone_number": PHONE, "verification_code": "000000", "client_id": "web",
    });
    let from = async |address: String| {
        let request = tenant.post("/passwordless/verify", &body).header("auth0-forwarded-for", address);
        request.basic_auth("web", Some("web-secret")).send().await.unwrap().status().as_u16()
    };
    for n in 0..400 {
        assert_eq!(from(format!("2001:db8:1:{:x}::1", n / 50)).await, 401, "{n}");
    }
    assert_eq!(from("2001:db8:1:ffff::1".to_owned()).await, 429);
    assert_eq!(from("2001:db8:2::1".to_owned()).await, 401, "another site");
    tenant.clock.advance(15 * 60 / 4);
    assert_eq!(from("2001:db8:1:ffff::1".to_owned()).await, 401);
}
