//! `POST /passwordless/verify`.

use passwordless_tenant::Limits;
use serde_json::{Value, json};

use crate::support::{CODE_EXPIRED, CODE_USED_UP, TenantOptions, TestTenant, WRONG_CODE, assert_error, wrong_code};

#[tokio::test]
async fn verify_does_not_use_code_up() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    for _ in 0..5 {
        let response = tenant.verify(&code).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.json::<Value>().await.unwrap(), json!({}));
    }
    assert_eq!(tenant.redeem(&code).await.status(), 200);
    assert_error(tenant.verify(&code).await, 401, "invalid_user_password", WRONG_CODE).await;
}

#[tokio::test]
async fn verify_invalidates_code_after_three_wrong_attempts() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    for left in [2, 1, 0] {
        let body =
            assert_error(tenant.verify(&wrong_code(&code)).await, 401, "invalid_user_password", WRONG_CODE).await;
        assert_eq!(body["attempts_left"], left);
        assert_eq!(body["statusCode"], Value::Null, "old versions of Lock read it as the name of the error");
    }
    assert_error(tenant.verify(&code).await, 401, "invalid_user_password", CODE_USED_UP).await;
    assert_error(tenant.redeem(&code).await, 403, "invalid_grant", CODE_USED_UP).await;
}

#[tokio::test]
async fn verify_and_otp_grant_count_attempts_together() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let body = assert_error(tenant.verify(&wrong_code(&code)).await, 401, "invalid_user_password", WRONG_CODE).await;
    assert_eq!(body["attempts_left"], 2);
    let body = assert_error(tenant.redeem(&wrong_code(&code)).await, 403, "invalid_grant", WRONG_CODE).await;
    assert_eq!(body["attempts_left"], 1);
}

#[tokio::test]
async fn verify_refuses_expired_code() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    tenant.clock.advance(179);
    assert_eq!(tenant.verify(&code).await.status(), 200);
    tenant.clock.advance(1);
    assert_error(tenant.verify(&code).await, 401, "invalid_user_password", CODE_EXPIRED).await;
    assert_error(tenant.redeem(&code).await, 403, "invalid_grant", CODE_EXPIRED).await;
}

/// A code that differs from those before it.
async fn another_code(tenant: &TestTenant, before: &[&String]) -> String {
    let mut code = tenant.code().await;
    while before.contains(&&code) {
        code = tenant.code().await;
    }
    code
}

#[tokio::test]
async fn new_code_replaces_previous_code() {
    let tenant = TestTenant::start().await;
    let first = tenant.code().await;
    let second = another_code(&tenant, &[&first]).await;
    assert_error(tenant.verify(&first).await, 401, "invalid_user_password", WRONG_CODE).await;
    assert_eq!(tenant.verify(&second).await.status(), 200);
}

/// A code of an earlier message is reported as superseded until it would have expired. It was sent to the user, so it is
/// no guess.
#[tokio::test]
async fn superseded_code_is_recognized_and_costs_no_attempt() {
    let limits = Limits { starts_per_phone_hour: 1000, starts_per_ip_hour: 1000, ..TenantOptions::default().limits };
    let tenant = TestTenant::with(TenantOptions { limits, ..TenantOptions::default() }).await;
    let first = tenant.code().await;
    tenant.clock.advance(60);
    let second = another_code(&tenant, &[&first]).await;
    tenant.clock.advance(60);
    let third = another_code(&tenant, &[&first, &second]).await;
    let body = assert_error(tenant.verify(&wrong_code(&third)).await, 401, "invalid_user_password", WRONG_CODE).await;
    assert_eq!((&body["superseded"], &body["attempts_left"]), (&Value::Null, &json!(2)));
    // More than the limits of ten failures per number and address, twenty per number and a hundred per address.
    for _ in 0..55 {
        let body = assert_error(tenant.verify(&first).await, 401, "invalid_user_password", WRONG_CODE).await;
        assert_eq!((&body["superseded"], &body["attempts_left"]), (&json!(true), &json!(2)));
        let body = assert_error(tenant.redeem(&second).await, 403, "invalid_grant", WRONG_CODE).await;
        assert_eq!((&body["superseded"], &body["attempts_left"]), (&json!(true), &json!(2)));
    }
    assert_eq!(tenant.verify(&third).await.status(), 200);
    tenant.clock.advance(60);
    let body = assert_error(tenant.verify(&first).await, 401, "invalid_user_password", WRONG_CODE).await;
    assert_eq!((&body["superseded"], &body["attempts_left"]), (&Value::Null, &json!(1)));
    assert_eq!(tenant.redeem(&third).await.status(), 200);
}

/// Otherwise the response or the remaining attempts would show that a guess is an earlier code.
#[tokio::test]
async fn superseded_code_is_not_recognized_after_three_wrong_attempts() {
    let tenant = TestTenant::start().await;
    let first = tenant.code().await;
    let second = another_code(&tenant, &[&first]).await;
    for _ in 0..3 {
        assert_eq!(tenant.verify(&wrong_code(&second)).await.status(), 401);
    }
    for _ in 0..7 {
        let body = assert_error(tenant.verify(&first).await, 401, "invalid_user_password", CODE_USED_UP).await;
        assert_eq!(body["superseded"], Value::Null);
    }
    assert_eq!(tenant.verify(&first).await.status(), 429);
}

#[tokio::test]
async fn used_or_wrong_code_is_not_superseded() {
    let tenant = TestTenant::start().await;
    let used = tenant.code().await;
    assert_eq!(tenant.redeem(&used).await.status(), 200);
    let newer = another_code(&tenant, &[&used]).await;
    for code in [&used, &wrong_code(&newer)] {
        let body = assert_error(tenant.verify(code).await, 401, "invalid_user_password", WRONG_CODE).await;
        assert_eq!(body["superseded"], Value::Null);
    }
}

#[tokio::test]
async fn verify_does_not_reveal_whether_code_was_sent() {
    let tenant = TestTenant::start().await;
    for left in [2, 1, 0] {
        let body = assert_error(tenant.verify("123456").await, 401, "invalid_user_password", WRONG_CODE).await;
        assert_eq!(body["attempts_left"], left);
    }
    assert_error(tenant.verify("123456").await, 401, "invalid_user_password", CODE_USED_UP).await;
    assert_eq!(tenant.redeem(&tenant.code().await).await.status(), 200);
}

#[tokio::test]
async fn verify_reports_blocked_user_only_with_right_code() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    assert_eq!(tenant.redeem(&code).await.status(), 200);
    let code = tenant.code().await;
    tenant.block_users().await;
    assert_error(tenant.verify(&wrong_code(&code)).await, 401, "invalid_user_password", WRONG_CODE).await;
    assert_error(tenant.verify(&code).await, 401, "unauthorized", "user is blocked").await;
    assert_error(tenant.redeem(&code).await, 403, "unauthorized", "user is blocked").await;
}
