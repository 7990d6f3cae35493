//! `POST /otp/challenge`, and the grant with its session.

use passwordless_tenant::{Limits, Sms, block_users, delete_users};
use reqwest::Response;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{
    OTP_GRANT, PHONE, TenantOptions, TestTenant, assert_error, changed_json, claims, twilio_config, wrong_code,
};

const REFUSED: &str = "Invalid or expired auth_session or otp";

async fn challenge(tenant: &TestTenant, changes: Value) -> Response {
    let web = json!({"client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": PHONE});
    tenant.post("/otp/challenge", &changed_json(web, &changes)).send().await.unwrap()
}

async fn session(tenant: &TestTenant, changes: Value) -> String {
    let response = challenge(tenant, changes).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body: Value = response.json().await.unwrap();
    assert!(body.as_object().unwrap().keys().eq(["auth_session"]), "{body}");
    body["auth_session"].as_str().unwrap().to_owned()
}

async fn redeem(tenant: &TestTenant, session: &str, code: &str, changes: Value) -> Response {
    let request = json!({
        "grant_type": OTP_GRANT, "client_id": "web", "client_secret": "web-secret", "auth_session": session,
        "otp": code, "scope": "openid phone",
    });
    tenant.post("/oauth/token", &changed_json(request, &changes)).send().await.unwrap()
}

async fn sign_up(tenant: &TestTenant) {
    let code = tenant.code().await;
    assert_eq!(tenant.redeem(&code).await.status(), 200);
}

#[rstest]
#[case::sign_up_as_json(json!({"allow_signup": true, "delivery_method": "text"}))]
#[case::sign_up_as_text(json!({"allow_signup": "true"}))]
#[tokio::test]
async fn challenge_signs_a_number_up(#[case] changes: Value) {
    let tenant = TestTenant::start().await;
    let session = session(&tenant, changes).await;
    assert!(!session.contains(&PHONE[1..]));
    let response = redeem(&tenant, &session, &tenant.newest_code().await, json!({})).await;
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    assert_eq!(claims(&body["id_token"])["phone_number"], PHONE);
    assert_eq!(body["scope"], "openid phone");
}

#[tokio::test]
async fn challenge_signs_a_user_in() {
    let tenant = TestTenant::start().await;
    sign_up(&tenant).await;
    let session = session(&tenant, json!({})).await;
    let tokens = redeem(&tenant, &session, &tenant.newest_code().await, json!({"scope": "openid"})).await;
    assert_eq!(tokens.status(), 200);
}

/// Nothing is sent, and nothing else differs: neither the response nor that to a try.
#[rstest]
#[case::not_asked_for("sms", json!({}))]
#[case::refused("sms", json!({"allow_signup": false}))]
#[case::connection_without_sign_up("members", json!({"allow_signup": true}))]
#[tokio::test]
async fn challenge_without_sign_up_hides_that_there_is_no_account(#[case] connection: &str, #[case] changes: Value) {
    let limits = Limits { starts_per_phone_hour: 10, ..TenantOptions::default().limits };
    let tenant = TestTenant::with(TenantOptions { limits, ..TenantOptions::default() }).await;
    let response = challenge(&tenant, changed_json(changes, &json!({"connection": connection}))).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-ratelimit-remaining"], "9");
    let body: Value = response.json().await.unwrap();
    assert!(tenant.messages().await.is_empty());
    let session = body["auth_session"].as_str().unwrap();
    assert_error(redeem(&tenant, session, "000000", json!({})).await, 400, "invalid_request", REFUSED).await;
}

#[tokio::test]
async fn session_of_a_deleted_user_signs_nobody_up() {
    let tenant = TestTenant::start().await;
    sign_up(&tenant).await;
    let session = session(&tenant, json!({})).await;
    let code = tenant.newest_code().await;
    delete_users(&tenant.pool, PHONE).await.unwrap();
    assert_error(redeem(&tenant, &session, &code, json!({})).await, 400, "invalid_request", REFUSED).await;
    let users: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tenant_users").fetch_one(&tenant.pool).await.unwrap();
    assert_eq!(users, 0);
}

#[tokio::test]
async fn session_is_refused_with_wrong_used_and_expired_codes() {
    let tenant = TestTenant::start().await;
    let first = session(&tenant, json!({"allow_signup": true})).await;
    let code = tenant.newest_code().await;
    let wrong = redeem(&tenant, &first, &wrong_code(&code), json!({})).await;
    assert_error(wrong, 400, "invalid_request", REFUSED).await;
    assert_eq!(redeem(&tenant, &first, &code, json!({})).await.status(), 200);
    assert_error(redeem(&tenant, &first, &code, json!({})).await, 400, "invalid_request", REFUSED).await;

    let second = session(&tenant, json!({})).await;
    let code = tenant.newest_code().await;
    tenant.clock.advance(180);
    assert_error(redeem(&tenant, &second, &code, json!({})).await, 400, "invalid_request", REFUSED).await;
}

#[tokio::test]
async fn code_of_a_session_is_good_in_that_session_only() {
    let tenant = TestTenant::start().await;
    let first = session(&tenant, json!({"allow_signup": true})).await;
    let code = tenant.newest_code().await;
    let second = session(&tenant, json!({"allow_signup": true})).await;
    if code != tenant.newest_code().await {
        assert_error(redeem(&tenant, &second, &code, json!({})).await, 400, "invalid_request", REFUSED).await;
    }
    let by_number = json!({"auth_session": null, "username": PHONE, "realm": "sms"});
    assert_eq!(redeem(&tenant, &first, &code, by_number).await.status(), 403);
    let by_another = json!({"client_id": "public", "client_secret": null});
    assert_error(redeem(&tenant, &first, &code, by_another).await, 400, "invalid_request", REFUSED).await;
    assert_eq!(redeem(&tenant, &first, &code, json!({})).await.status(), 200);
}

#[rstest]
#[case::not_sealed("x")]
#[case::tampered("")]
#[tokio::test]
async fn session_that_the_tenant_did_not_seal_is_refused(#[case] text: &str) {
    let tenant = TestTenant::start().await;
    let sealed = session(&tenant, json!({"allow_signup": true})).await;
    let text = if text.is_empty() { format!("A{}", &sealed[1..]) } else { text.to_owned() };
    let text = if text == sealed { format!("B{}", &sealed[1..]) } else { text };
    let response = redeem(&tenant, &text, &tenant.newest_code().await, json!({})).await;
    assert_error(response, 400, "invalid_request", REFUSED).await;
}

#[tokio::test]
async fn blocked_user_gets_no_message_and_no_tokens() {
    let tenant = TestTenant::start().await;
    sign_up(&tenant).await;
    let session = session(&tenant, json!({})).await;
    let code = tenant.newest_code().await;
    block_users(&tenant.pool, PHONE).await.unwrap();
    assert_error(redeem(&tenant, &session, &code, json!({})).await, 403, "access_denied", "user is blocked").await;
    let sent = tenant.messages().await.len();
    assert_eq!(challenge(&tenant, json!({})).await.status(), 200);
    assert_eq!(tenant.messages().await.len(), sent);
}

/// It would show that the number has an account.
#[tokio::test]
async fn challenge_does_not_show_what_the_provider_said() {
    let provider = MockServer::start().await;
    let refusal = ResponseTemplate::new(400).set_body_json(json!({"code": 21211, "message": "No such number"}));
    Mock::given(any()).respond_with(refusal).mount(&provider).await;
    let sms = Sms::Twilio(twilio_config(&provider.uri()));
    let tenant = TestTenant::with(TenantOptions { sms, ..TenantOptions::default() }).await;
    assert_eq!(challenge(&tenant, json!({"allow_signup": true})).await.status(), 200);
    assert_eq!(provider.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn challenges_are_limited_as_starts_are() {
    let limits = Limits { starts_per_phone_hour: 2, ..TenantOptions::default().limits };
    let tenant = TestTenant::with(TenantOptions { limits, ..TenantOptions::default() }).await;
    assert_eq!(challenge(&tenant, json!({})).await.status(), 200);
    assert_eq!(tenant.request_code("sms", PHONE).await.status(), 200);
    let response = challenge(&tenant, json!({})).await;
    assert_eq!(response.status(), 429);
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(response.headers()["x-ratelimit-remaining"], "0");
}
