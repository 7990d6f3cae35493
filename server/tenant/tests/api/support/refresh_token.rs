//! Getting refresh tokens and using them.

use reqwest::Response;
use serde_json::{Value, json};

use super::{TestTenant, changed_json};

pub(crate) async fn refresh_token(tenant: &TestTenant) -> String {
    let code = tenant.code().await;
    token_in(tenant.redeem(&code).await).await
}

pub(crate) async fn token_in(response: Response) -> String {
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    body["refresh_token"].as_str().unwrap().to_owned()
}

pub(crate) async fn refresh(tenant: &TestTenant, token: &str, changes: &Value) -> Response {
    let request = json!({
        "grant_type": "refresh_token", "client_id": "web", "client_secret": "web-secret", "refresh_token": token,
    });
    tenant.post("/oauth/token", &changed_json(request, changes)).send().await.unwrap()
}
