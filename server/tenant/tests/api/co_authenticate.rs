//! `POST /co/authenticate`, and `/authorize` with its ticket.

use std::sync::Arc;

use reqwest::Response;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    CALLBACK, OTP_GRANT, PHONE, TestTenant, WRONG_CODE, assert_error, changed_form, changed_json, cookie, location,
    query, wrong_code,
};

const PAGE: &str = "http://localhost:5000";

async fn authenticate(tenant: &TestTenant, otp: &str, more: &Value) -> Response {
    let body = json!({
        "client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": otp, "realm": "sms",
    });
    tenant.post("/co/authenticate", &changed_json(body, more)).header("origin", PAGE).send().await.unwrap()
}

async fn ticket(tenant: &TestTenant) -> (String, String) {
    let otp = tenant.code().await;
    let response = authenticate(tenant, &otp, &json!({})).await;
    assert_eq!(response.status(), 200);
    let cookie = cookie(&response);
    let body: Value = response.json().await.unwrap();
    (body["login_ticket"].as_str().unwrap().to_owned(), cookie)
}

async fn authorize(tenant: &TestTenant, ticket: &str, cookie: &str, more: &[(&str, &str)]) -> Response {
    let parameters = changed_form(
        &[
            ("client_id", "web"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("realm", "sms"),
            ("state", "s"),
            ("login_ticket", ticket),
        ],
        more,
    );
    tenant.get("/authorize").query(&parameters).header("cookie", cookie).send().await.unwrap()
}

fn error(response: &Response) -> (String, String) {
    let answer = location(response);
    (query(&answer, "error").unwrap(), query(&answer, "error_description").unwrap())
}

#[tokio::test]
async fn login_ticket_gives_authorization_code_and_session() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    let response = authenticate(&tenant, &otp, &json!({})).await;
    assert_eq!(response.headers()["access-control-allow-origin"], PAGE);
    assert_eq!(response.headers()["access-control-allow-credentials"], "true");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let co = cookie(&response);
    let body: Value = response.json().await.unwrap();
    assert!(body["co_id"].is_string() && body["co_verifier"].is_string());
    let ticket = body["login_ticket"].as_str().unwrap();

    let response = authorize(&tenant, ticket, &co, &[]).await;
    assert_eq!(response.status(), 302);
    let sso = cookie(&response);
    assert!(sso.starts_with("tenant_sso="));
    let answer = location(&response);
    assert_eq!(query(&answer, "state").as_deref(), Some("s"));
    assert_eq!(tenant.exchange(&query(&answer, "code").unwrap(), &[]).await.status(), 200);

    // Once.
    let response = authorize(&tenant, ticket, &co, &[]).await;
    assert_eq!(error(&response), ("access_denied".into(), "Unknown or invalid login ticket.".into()));
    let response = authorize(&tenant, "", &sso, &[("prompt", "none")]).await;
    assert!(query(&location(&response), "code").is_some(), "the session stays");
}

#[tokio::test]
async fn login_ticket_is_bound_to_client_browser_and_realm_and_expires() {
    let tenant = TestTenant::start().await;
    let invalid = ("access_denied".into(), "Unknown or invalid login ticket.".into());
    for more in [("client_id", "codeless"), ("realm", "members")] {
        let (ticket, cookie) = ticket(&tenant).await;
        assert_eq!(error(&authorize(&tenant, &ticket, &cookie, &[more]).await), invalid);
    }
    let (ticket_of_another, _) = ticket(&tenant).await;
    let (_, cookie) = ticket(&tenant).await;
    assert_eq!(error(&authorize(&tenant, &ticket_of_another, &cookie, &[]).await), invalid);
    let (late, cookie) = ticket(&tenant).await;
    tenant.clock.advance(60);
    assert_eq!(error(&authorize(&tenant, &late, &cookie, &[]).await), invalid);
    let (blocked, cookie) = ticket(&tenant).await;
    tenant.block_users().await;
    let response = authorize(&tenant, &blocked, &cookie, &[]).await;
    assert_eq!(error(&response), ("unauthorized".into(), "user is blocked".into()));
    sqlx::query("UPDATE tenant_users SET blocked = FALSE").execute(&tenant.pool).await.unwrap();
    let (ticket, _) = ticket(&tenant).await;
    let response = authorize(&tenant, &ticket, "", &[("prompt", "none")]).await;
    assert!(query(&location(&response), "code").is_some(), "a browser that kept no cookie gets in");
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_uses_of_login_ticket_succeed_once() {
    let tenant = Arc::new(TestTenant::start().await);
    let (ticket, cookie) = ticket(&tenant).await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (tenant, ticket, cookie) = (Arc::clone(&tenant), ticket.clone(), cookie.clone());
        tasks.spawn(async move { query(&location(&authorize(&tenant, &ticket, &cookie, &[]).await), "code") });
    }
    assert_eq!(tasks.join_all().await.iter().flatten().count(), 1);
}

#[tokio::test]
async fn co_authenticate_refuses_other_origins() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    let body = json!({"client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": otp, "realm": "sms"});
    for origin in ["https://evil.example", "http://localhost:4000", "null"] {
        let request = tenant.post("/co/authenticate", &body).header("origin", origin);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 403);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
        assert_eq!(response.text().await.unwrap(), format!("Origin {origin} is not allowed."));
    }
    let response = tenant.post("/co/authenticate", &body).send().await.unwrap();
    assert_error(response, 401, "unauthorized_client", "Cross origin login not allowed.").await;
    assert_eq!(tenant.verify(&otp).await.status(), 200, "none of these cost the code");
}

#[tokio::test]
async fn co_authenticate_counts_only_wrong_codes_as_attempts() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    for more in [json!({"scope": "openid"}), json!({"otp": ""}), json!({"realm": "email"}), json!({"client_id": "who"})]
    {
        assert!(authenticate(&tenant, &otp, &more).await.status().is_client_error());
    }
    let body =
        assert_error(authenticate(&tenant, &wrong_code(&otp), &json!({})).await, 403, "access_denied", WRONG_CODE)
            .await;
    assert_eq!(body["attempts_left"], 2);
    assert_eq!(authenticate(&tenant, &otp, &json!({})).await.status(), 200);
}
