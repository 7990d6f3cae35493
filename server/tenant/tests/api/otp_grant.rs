//! `POST /oauth/token` with the OTP grant.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{PHONE, TestTenant, WRONG_CODE, assert_error, claims, otp_request, wrong_code};

#[tokio::test]
async fn otp_grant_returns_tokens() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let response = tenant.redeem(&code).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["pragma"], "no-cache");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 86_400);
    assert_eq!(body["scope"], "openid profile phone offline_access");
    assert!(body["refresh_token"].is_string());

    let id = claims(&body["id_token"]);
    assert_eq!(id["iss"], format!("{}/", tenant.origin));
    assert_eq!(id["aud"], "web");
    assert_eq!(id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(), 36_000);
    assert_eq!(id["phone_number"], PHONE);
    assert_eq!(id["phone_number_verified"], true);
    assert_eq!(id["name"], PHONE);
    assert!(id.get("nonce").is_none());
    let user_id = id["sub"].as_str().unwrap().strip_prefix("sms|").unwrap();
    assert!(user_id.len() == 24 && user_id.bytes().all(|byte| byte.is_ascii_hexdigit()));

    assert_eq!(body["access_token"].as_str().unwrap().len(), 43, "256 random bits");
}

#[tokio::test]
async fn otp_grant_returns_same_user_for_same_number() {
    let tenant = TestTenant::start().await;
    let mut subjects = Vec::new();
    for _ in 0..2 {
        let code = tenant.code().await;
        let body: Value = tenant.redeem(&code).await.json().await.unwrap();
        subjects.push(claims(&body["id_token"])["sub"].clone());
    }
    assert_eq!(subjects[0], subjects[1]);
}

#[tokio::test]
async fn keys_and_codes_survive_restart() {
    let tenant = TestTenant::start().await;
    let keys: Value = tenant.get("/.well-known/jwks.json").send().await.unwrap().json().await.unwrap();
    let code = tenant.code().await;
    let tenant = tenant.restarted().await;
    assert_eq!(tenant.redeem(&code).await.status(), 200);
    let again: Value = tenant.get("/.well-known/jwks.json").send().await.unwrap().json().await.unwrap();
    assert_eq!(keys, again);
}

#[tokio::test]
async fn otp_grant_uses_code_up() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    assert_eq!(tenant.redeem(&code).await.status(), 200);
    assert_error(tenant.redeem(&code).await, 403, "invalid_grant", WRONG_CODE).await;
}

#[tokio::test]
async fn otp_grant_with_wrong_code_returns_attempts_left() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let body = assert_error(tenant.redeem(&wrong_code(&code)).await, 403, "invalid_grant", WRONG_CODE).await;
    assert_eq!(body["attempts_left"], 2);
    assert_eq!(tenant.redeem(&code).await.status(), 200);
}

#[tokio::test]
async fn otp_grant_without_openid_scope_returns_no_id_token() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let mut request = otp_request(&code);
    request["scope"] = json!("");
    request["audience"] = json!("https://api.example");
    let body: Value = tenant.post("/oauth/token", &request).send().await.unwrap().json().await.unwrap();
    assert!(body.get("id_token").is_none());
    assert_eq!(claims(&body["access_token"])["aud"], json!(["https://api.example"]));
}

#[tokio::test]
async fn otp_grant_with_signup_disabled_needs_existing_user() {
    let tenant = TestTenant::start().await;
    tenant.add_member(PHONE).await;
    let mut request = otp_request(&tenant.code_for("members", PHONE).await);
    request["realm"] = json!("members");
    assert_eq!(request["otp"].as_str().unwrap().len(), 8);
    tenant.remove_member(PHONE).await;
    let response = tenant.post("/oauth/token", &request).send().await.unwrap();
    assert_error(response, 400, "bad.connection", "Public signup is disabled").await;
    tenant.add_member(PHONE).await;
    request["otp"] = json!(tenant.code_for("members", PHONE).await);
    let response = tenant.post("/oauth/token", &request).send().await.unwrap();
    let body: Value = response.json().await.unwrap();
    assert_eq!(claims(&body["id_token"])["sub"], "sms|000000000000014155552671");
}

#[rstest]
#[case::grant_type_unsupported("grant_type", "password")]
#[case::client_unknown("client_id", "who")]
#[case::client_secret_wrong("client_secret", "wrong")]
#[case::client_secret_empty("client_secret", "")]
#[case::username_not_a_phone_number("username", "someone")]
#[case::username_of_another("username", "+14155550000")]
#[case::otp_empty("otp", "")]
#[case::realm_unknown("realm", "email")]
#[tokio::test]
async fn otp_grant_counts_only_wrong_codes_as_attempts(#[case] name: &str, #[case] value: &str) {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let mut request = otp_request(&code);
    request[name] = json!(value);
    assert!(tenant.post("/oauth/token", &request).send().await.unwrap().status().is_client_error());
    let body = assert_error(tenant.redeem(&wrong_code(&code)).await, 403, "invalid_grant", WRONG_CODE).await;
    assert_eq!(body["attempts_left"], 2);
    assert_eq!(tenant.redeem(&code).await.status(), 200);
}

#[tokio::test]
async fn otp_grant_accepts_public_clients_and_basic_auth() {
    let tenant = TestTenant::start().await;
    let mut public = otp_request(&tenant.code_for_client("public", None).await);
    public["client_id"] = json!("public");
    public.as_object_mut().unwrap().remove("client_secret");
    assert_eq!(tenant.post("/oauth/token", &public).send().await.unwrap().status(), 200);

    let mut basic = otp_request(&tenant.code().await);
    basic.as_object_mut().unwrap().remove("client_secret");
    basic.as_object_mut().unwrap().remove("client_id");
    let request = tenant.post("/oauth/token", &basic).basic_auth("web", Some("wrong"));
    let response = request.send().await.unwrap();
    assert!(response.headers().contains_key("www-authenticate"));
    let request = tenant.post("/oauth/token", &basic).basic_auth("web", Some("web-secret"));
    assert_eq!(request.send().await.unwrap().status(), 200);
}
