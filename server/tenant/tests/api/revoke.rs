//! `POST /oauth/revoke`.

use serde_json::json;

use crate::support::{TestTenant, assert_error, refresh, refresh_token};

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

#[tokio::test]
async fn revoke_by_another_client_has_no_effect() {
    let tenant = TestTenant::start().await;
    let token = refresh_token(&tenant).await;
    for body in [
        json!({"client_id": "public", "token": token}),
        json!({"client_id": "codeless", "client_secret": "codeless-secret", "token": token}),
        json!({"client_id": "web", "client_secret": "web-secret", "token": "unknown"}),
    ] {
        assert_eq!(tenant.post("/oauth/revoke", &body).send().await.unwrap().status(), 200);
    }
    assert_eq!(refresh(&tenant, &token, &json!({})).await.status(), 200);
}
