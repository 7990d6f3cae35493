//! `POST /oauth/revoke`.

use rstest::rstest;
use serde_json::{Value, json};

use passwordless_tenant::{block_users, delete_users, unblock_users};

use crate::support::{PHONE, TestTenant, assert_error, changed_json, otp_request, refresh, refresh_token};

#[tokio::test]
async fn revoked_refresh_token_is_refused() {
    let tenant = TestTenant::start().await;
    let token = refresh_token(&tenant).await;
    let by_form = [("client_id", "web"), ("client_secret", "web-secret"), ("token", &token)];
    for _ in 0..2 {
        let request = tenant.http.post(tenant.url("/oauth/revoke")).form(&by_form);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.text().await.unwrap(), "");
    }
    let response = refresh(&tenant, &token, &json!({})).await;
    assert_error(response, 403, "invalid_grant", "Unknown or invalid refresh token.").await;
}

#[rstest]
#[case::public_client(json!({"client_id": "public"}))]
#[case::confidential_client(json!({"client_id": "codeless", "client_secret": "codeless-secret"}))]
#[case::unknown_token(json!({"client_id": "web", "client_secret": "web-secret", "token": "unknown"}))]
#[tokio::test]
async fn revoke_of_another_token_has_no_effect(#[case] request: Value) {
    let tenant = TestTenant::start().await;
    let token = refresh_token(&tenant).await;
    let body = changed_json(json!({"token": token}), &request);
    assert_eq!(tenant.post("/oauth/revoke", &body).send().await.unwrap().status(), 200);
    assert_eq!(refresh(&tenant, &token, &json!({})).await.status(), 200);
}

async fn is_valid(tenant: &TestTenant, tokens: &Value) -> bool {
    let userinfo = tenant.get("/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
    userinfo.send().await.unwrap().status() == 200
}

async fn sign_in(tenant: &TestTenant, scope: &str) -> Value {
    let request = changed_json(otp_request(&tenant.code().await), &json!({"scope": scope}));
    tenant.post("/oauth/token", &request).send().await.unwrap().json().await.unwrap()
}

async fn revoke(tenant: &TestTenant, token: &Value) {
    let body = json!({"client_id": "web", "client_secret": "web-secret", "token": token});
    assert_eq!(tenant.post("/oauth/revoke", &body).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn revoked_access_token_is_refused_and_others_are_not() {
    let tenant = TestTenant::start().await;
    let (first, second) = (sign_in(&tenant, "openid offline_access").await, sign_in(&tenant, "openid").await);
    let by_another = json!({"client_id": "public", "token": first["access_token"]});
    assert_eq!(tenant.post("/oauth/revoke", &by_another).send().await.unwrap().status(), 200);
    assert!(is_valid(&tenant, &first).await, "it is not that client's");
    revoke(&tenant, &first["access_token"]).await;
    assert!(!is_valid(&tenant, &first).await && is_valid(&tenant, &second).await);
    let response = refresh(&tenant, first["refresh_token"].as_str().unwrap(), &json!({})).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn revoked_refresh_token_ends_access_tokens_of_its_sign_in() {
    let tenant = TestTenant::start().await;
    let (other, first) =
        (sign_in(&tenant, "openid offline_access").await, sign_in(&tenant, "openid offline_access").await);
    let second: Value =
        refresh(&tenant, first["refresh_token"].as_str().unwrap(), &json!({})).await.json().await.unwrap();
    assert_ne!(first["access_token"], second["access_token"]);
    assert!(is_valid(&tenant, &first).await && is_valid(&tenant, &second).await);
    revoke(&tenant, &second["refresh_token"]).await;
    assert!(!is_valid(&tenant, &first).await && !is_valid(&tenant, &second).await);
    assert!(is_valid(&tenant, &other).await);
}

#[tokio::test]
async fn reused_refresh_token_ends_access_tokens_of_its_sign_in() {
    let tenant = TestTenant::start().await;
    let first = sign_in(&tenant, "openid offline_access").await;
    let token = first["refresh_token"].as_str().unwrap();
    let second: Value = refresh(&tenant, token, &json!({})).await.json().await.unwrap();
    assert_eq!(refresh(&tenant, token, &json!({})).await.status(), 403);
    assert!(!is_valid(&tenant, &first).await && !is_valid(&tenant, &second).await);
}

/// RFC 6749 section 4.1.2.
#[rstest]
#[tokio::test]
async fn reused_authorization_code_ends_access_token(#[values("openid", "openid offline_access")] scope: &str) {
    let tenant = TestTenant::start().await;
    let (code, _) = tenant.sign_in_by_redirect(&[("scope", scope)]).await;
    let tokens: Value = tenant.exchange(&code, &[]).await.json().await.unwrap();
    assert!(is_valid(&tenant, &tokens).await);
    assert_eq!(tenant.exchange(&code, &[]).await.status(), 403);
    assert!(!is_valid(&tenant, &tokens).await);
}

#[tokio::test]
async fn block_ends_access_tokens_for_good() {
    let tenant = TestTenant::start().await;
    let before = sign_in(&tenant, "openid").await;
    block_users(&tenant.pool, PHONE).await.unwrap();
    assert!(!is_valid(&tenant, &before).await);
    unblock_users(&tenant.pool, PHONE).await.unwrap();
    assert!(!is_valid(&tenant, &before).await);
    assert!(is_valid(&tenant, &sign_in(&tenant, "openid").await).await);
}

#[tokio::test]
async fn access_tokens_of_a_deleted_user_are_deleted() {
    let tenant = TestTenant::start().await;
    let tokens = sign_in(&tenant, "openid").await;
    delete_users(&tenant.pool, PHONE).await.unwrap();
    assert!(!is_valid(&tenant, &tokens).await);
    let stored: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM tenant_access_tokens").fetch_one(&tenant.pool).await.unwrap();
    assert_eq!(stored, 0);
}
