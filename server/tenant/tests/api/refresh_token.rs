//! `POST /oauth/token` with the refresh token grant.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    DAY, PHONE, TestTenant, UNKNOWN_REFRESH_TOKEN, VERIFIER, Visitor, assert_error, claims, location, query, refresh,
    refresh_token, token_in,
};

#[tokio::test]
async fn refresh_grant_rotates_tokens() {
    let tenant = TestTenant::start().await;
    let mut token = refresh_token(&tenant).await;
    for _ in 0..3 {
        tenant.clock.advance(100);
        let response = refresh(&tenant, &token, &json!({})).await;
        assert_eq!(response.headers()["cache-control"], "no-store");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["scope"], "openid profile phone offline_access");
        let id = claims(&body["id_token"]);
        assert!(id["iat"].as_i64().unwrap() > id["auth_time"].as_i64().unwrap());
        assert_ne!(body["refresh_token"], token);
        body["refresh_token"].as_str().unwrap().clone_into(&mut token);
    }
}

#[tokio::test]
async fn refreshed_id_token_has_no_nonce() {
    let tenant = TestTenant::start().await;
    let changes = [("scope", "openid offline_access"), ("nonce", "n1")];
    let (code, _) = tenant.sign_in_by_redirect(&changes).await;
    let body: Value = tenant.exchange(&code, &[]).await.json().await.unwrap();
    let first = claims(&body["id_token"]);
    assert_eq!(first["nonce"], "n1");
    let body: Value = refresh(&tenant, body["refresh_token"].as_str().unwrap(), &json!({})).await.json().await.unwrap();
    let next = claims(&body["id_token"]);
    assert!(next.get("nonce").is_none());
    for same in ["sub", "aud", "iss", "sid", "auth_time"] {
        assert_eq!(next[same], first[same], "{same}");
    }
}

#[tokio::test]
async fn refresh_token_reuse_revokes_family() {
    let tenant = TestTenant::start().await;
    let other = refresh_token(&tenant).await;
    let first = refresh_token(&tenant).await;
    let second = token_in(refresh(&tenant, &first, &json!({})).await).await;
    let third = token_in(refresh(&tenant, &second, &json!({})).await).await;
    for token in [&first, &third, &second] {
        assert_error(refresh(&tenant, token, &json!({})).await, 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN).await;
    }
    assert_eq!(refresh(&tenant, &other, &json!({})).await.status(), 200, "another login has a family of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_refreshes_succeed_once_and_revoke_family() {
    let tenant = Arc::new(TestTenant::start().await);
    let token = refresh_token(&tenant).await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (tenant, token) = (Arc::clone(&tenant), token.clone());
        tasks.spawn(async move {
            let response = refresh(&tenant, &token, &json!({})).await;
            (response.status().as_u16(), response.json::<Value>().await.unwrap())
        });
    }
    let answers = tasks.join_all().await;
    let won: Vec<_> = answers.iter().filter(|(status, _)| *status == 200).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|(status, _)| *status == 403).count(), 19, "{answers:?}");
    let successor = won[0].1["refresh_token"].as_str().unwrap();
    assert_error(refresh(&tenant, successor, &json!({})).await, 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN).await;
}

#[tokio::test]
async fn authorization_code_reuse_revokes_refresh_token() {
    let tenant = TestTenant::start().await;
    let (code, _) = tenant.sign_in_by_redirect(&[("scope", "offline_access")]).await;
    let token = token_in(tenant.exchange(&code, &[]).await).await;
    assert_eq!(tenant.exchange(&code, &[]).await.status(), 403);
    assert_error(refresh(&tenant, &token, &json!({})).await, 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN).await;
}

#[tokio::test]
async fn refresh_scope_can_only_narrow() {
    let tenant = TestTenant::start().await;
    let changes = [("scope", "openid phone offline_access")];
    let (code, _) = tenant.sign_in_by_redirect(&changes).await;
    let token = token_in(tenant.exchange(&code, &[]).await).await;
    let response = refresh(&tenant, &token, &json!({"scope": "phone profile"})).await;
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["scope"], "phone");
    assert!(body.get("id_token").is_none());
    let response = refresh(&tenant, body["refresh_token"].as_str().unwrap(), &json!({"scope": ""})).await;
    assert_eq!(response.json::<Value>().await.unwrap()["scope"], "openid phone offline_access");
}

#[tokio::test]
async fn refresh_token_has_idle_and_absolute_lifetime() {
    let tenant = TestTenant::start().await;
    let idle = refresh_token(&tenant).await;
    tenant.clock.advance(30 * DAY + 1);
    assert_error(refresh(&tenant, &idle, &json!({})).await, 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN).await;

    let mut token = refresh_token(&tenant).await;
    for _ in 0..12 {
        tenant.clock.advance(30 * DAY);
        token = token_in(refresh(&tenant, &token, &json!({})).await).await;
    }
    tenant.clock.advance(31_557_600 - 360 * DAY + 1);
    assert_error(refresh(&tenant, &token, &json!({})).await, 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN).await;
}

#[tokio::test]
async fn client_without_refresh_grant_gets_no_refresh_token() {
    let tenant = TestTenant::start().await;
    let codeless = [("client_id", "codeless"), ("scope", "openid offline_access")];
    let visitor = Visitor::start_login(&tenant, &codeless).await;
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    let answer = location(&visitor.enter(&tenant.newest_code().await).await);
    let code = query(&answer, "code").unwrap();
    let codeless = [("client_id", "codeless"), ("client_secret", "codeless-secret"), ("code_verifier", VERIFIER)];
    let body: Value = tenant.exchange(&code, &codeless).await.json().await.unwrap();
    assert_eq!(body["scope"], "openid");
    assert!(body.get("refresh_token").is_none());
}
