//! `POST /oauth/revoke`.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestTenant, assert_error, changed_json, refresh, refresh_token};

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
