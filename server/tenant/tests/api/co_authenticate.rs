//! `POST /co/authenticate`, and `/authorize` with its ticket.

use rstest::rstest;
use std::sync::Arc;

use reqwest::Response;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    CALLBACK, OTP_GRANT, PHONE, TestTenant, WRONG_CODE, assert_error, changed_form, changed_json, cookie, location,
    query, wrong_code,
};

/// An allowed web origin of the client `web`.
const ORIGIN: &str = "http://localhost:5000";

async fn authenticate(tenant: &TestTenant, otp: &str, changes: &Value) -> Response {
    let body = json!({
        "client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": otp, "realm": "sms",
    });
    tenant.post("/co/authenticate", &changed_json(body, changes)).header("origin", ORIGIN).send().await.unwrap()
}

async fn ticket(tenant: &TestTenant) -> (String, String) {
    let otp = tenant.code().await;
    let response = authenticate(tenant, &otp, &json!({})).await;
    assert_eq!(response.status(), 200);
    let cookie = cookie(&response);
    let body: Value = response.json().await.unwrap();
    (body["login_ticket"].as_str().unwrap().to_owned(), cookie)
}

async fn authorize(tenant: &TestTenant, ticket: &str, cookie: &str, changes: &[(&str, &str)]) -> Response {
    let parameters = changed_form(
        &[
            ("client_id", "web"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("realm", "sms"),
            ("state", "s"),
            ("login_ticket", ticket),
        ],
        changes,
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
    assert_eq!(response.headers()["access-control-allow-origin"], ORIGIN);
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

    // A ticket is accepted once.
    let response = authorize(&tenant, ticket, &co, &[]).await;
    assert_eq!(error(&response), ("access_denied".into(), "Unknown or invalid login ticket.".into()));
    let response = authorize(&tenant, "", &sso, &[("prompt", "none")]).await;
    assert!(query(&location(&response), "code").is_some(), "the session is not ended");
}

fn invalid_ticket() -> (String, String) {
    ("access_denied".into(), "Unknown or invalid login ticket.".into())
}

#[rstest]
#[case::client(("client_id", "codeless"))]
#[case::realm(("realm", "members"))]
#[tokio::test]
async fn login_ticket_is_bound_to(#[case] change: (&str, &str)) {
    let tenant = TestTenant::start().await;
    let (ticket, cookie) = ticket(&tenant).await;
    assert_eq!(error(&authorize(&tenant, &ticket, &cookie, &[change]).await), invalid_ticket());
}

#[tokio::test]
async fn login_ticket_is_bound_to_browser() {
    let tenant = TestTenant::start().await;
    let (ticket_of_another, _) = ticket(&tenant).await;
    let (_, cookie) = ticket(&tenant).await;
    assert_eq!(error(&authorize(&tenant, &ticket_of_another, &cookie, &[]).await), invalid_ticket());
}

#[tokio::test]
async fn login_ticket_expires_after_a_minute() {
    let tenant = TestTenant::start().await;
    let (late, cookie) = ticket(&tenant).await;
    tenant.clock.advance(60);
    assert_eq!(error(&authorize(&tenant, &late, &cookie, &[]).await), invalid_ticket());
}

#[tokio::test]
async fn login_ticket_of_blocked_user_is_refused() {
    let tenant = TestTenant::start().await;
    let (blocked, cookie) = ticket(&tenant).await;
    tenant.block_users().await;
    let response = authorize(&tenant, &blocked, &cookie, &[]).await;
    assert_eq!(error(&response), ("unauthorized".into(), "user is blocked".into()));
}

#[tokio::test]
async fn login_ticket_is_accepted_without_cookie() {
    let tenant = TestTenant::start().await;
    let (ticket, _) = ticket(&tenant).await;
    let response = authorize(&tenant, &ticket, "", &[("prompt", "none")]).await;
    assert!(query(&location(&response), "code").is_some(), "some browsers refuse third-party cookies");
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

#[rstest]
#[case::unregistered("https://evil.example")]
#[case::of_another_client("http://localhost:4000")]
#[case::null("null")]
#[tokio::test]
async fn co_authenticate_refuses_other_origin(#[case] origin: &str) {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    let body = json!({"client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": otp, "realm": "sms"});
    // Three failed attempts would use the code up.
    for _ in 0..3 {
        let request = tenant.post("/co/authenticate", &body).header("origin", origin);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 403);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
        assert_eq!(response.text().await.unwrap(), format!("Origin {origin} is not allowed."));
    }
    assert_eq!(tenant.verify(&otp).await.status(), 200, "none of these is an attempt");
}

#[tokio::test]
async fn co_authenticate_refuses_missing_origin() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    let body = json!({"client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": otp, "realm": "sms"});
    // Three failed attempts would use the code up.
    for _ in 0..3 {
        let response = tenant.post("/co/authenticate", &body).send().await.unwrap();
        assert_error(response, 401, "unauthorized_client", "Cross origin login not allowed.").await;
    }
    assert_eq!(tenant.verify(&otp).await.status(), 200, "none of these is an attempt");
}

#[rstest]
#[case::unknown_property(json!({"scope": "openid"}))]
#[case::otp_empty(json!({"otp": ""}))]
#[case::realm_unknown(json!({"realm": "email"}))]
#[case::client_unknown(json!({"client_id": "who"}))]
#[tokio::test]
async fn co_authenticate_counts_only_wrong_codes_as_attempts(#[case] changes: Value) {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    assert!(authenticate(&tenant, &otp, &changes).await.status().is_client_error());
    let response = authenticate(&tenant, &wrong_code(&otp), &json!({})).await;
    let body = assert_error(response, 403, "access_denied", WRONG_CODE).await;
    assert_eq!(body["attempts_left"], 2);
    assert_eq!(authenticate(&tenant, &otp, &json!({})).await.status(), 200);
}
