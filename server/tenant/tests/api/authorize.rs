//! `/authorize` with and without a session.

use reqwest::Response;
use rstest::rstest;
use serde_json::Value;

use crate::support::{CALLBACK, DAY, OTHER_PHONE, TestTenant, changed_form, location, query};

async fn authorize(tenant: &TestTenant, cookie: &str, changes: &[(&str, &str)]) -> Response {
    let parameters = changed_form(
        &[("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("state", "s")],
        changes,
    );
    tenant.get("/authorize").query(&parameters).header("cookie", cookie).send().await.unwrap()
}

#[tokio::test]
async fn authorize_without_session_redirects_to_login_page() {
    let tenant = TestTenant::start().await;
    let response = authorize(&tenant, "", &[]).await;
    assert!(response.status().is_redirection());
    assert!(location(&response).starts_with("/u/login/"));
}

#[rstest]
#[case::plain(&[])]
#[case::prompt_none(&[("prompt", "none")])]
#[case::max_age(&[("max_age", "100")])]
#[case::connection_of_session(&[("connection", "sms")])]
#[tokio::test]
async fn authorize_with_session_redirects_to_callback(#[case] changes: &[(&str, &str)]) {
    let tenant = TestTenant::start().await;
    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    let response = authorize(&tenant, &cookie, changes).await;
    assert_eq!(response.status(), 302);
    let answer = location(&response);
    assert_eq!(query(&answer, "state").as_deref(), Some("s"));
    assert_eq!(query(&answer, "iss"), Some(tenant.url("/")), "RFC 9207");
    let code = query(&answer, "code").unwrap();
    assert_eq!(tenant.exchange(&code, &[]).await.status(), 200);
}

#[rstest]
#[case::prompt_login(("prompt", "login"))]
#[case::prompt_select_account(("prompt", "select_account"))]
#[case::session_older_than_max_age(("max_age", "100"))]
#[case::another_connection(("connection", "members"))]
#[tokio::test]
async fn authorize_requires_login_despite_session(#[case] change: (&str, &str)) {
    let tenant = TestTenant::start().await;
    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    tenant.clock.advance(101);
    let response = authorize(&tenant, &cookie, &[change]).await;
    assert!(location(&response).starts_with("/u/login"));
}

#[tokio::test]
async fn authorize_ignores_forged_session_cookie() {
    let tenant = TestTenant::start().await;
    tenant.sign_in_by_redirect(&[]).await;
    let response = authorize(&tenant, "tenant_sso=forged", &[]).await;
    assert!(location(&response).starts_with("/u/login"));
}

#[tokio::test]
async fn authorize_refuses_session_of_blocked_user() {
    let tenant = TestTenant::start().await;
    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    tenant.block_users().await;
    let response = authorize(&tenant, &cookie, &[]).await;
    assert_eq!(query(&location(&response), "error_description").as_deref(), Some("user is blocked"));
}

/// The user whose ID token the application has, or another one.
#[derive(Clone, Copy, Debug)]
enum Hint {
    SameUser,
    AnotherUser,
    Invalid,
}

#[rstest]
#[tokio::test]
async fn id_token_hint_must_match_user_of_session(
    #[values(Hint::SameUser, Hint::AnotherUser, Hint::Invalid)] hint: Hint,
    #[values("none", "")] prompt: &str,
) {
    let tenant = TestTenant::start().await;
    let id_token = async |code: &str| {
        let body: Value = tenant.exchange(code, &[]).await.json().await.unwrap();
        body["id_token"].as_str().unwrap().to_owned()
    };
    let (code, cookie) = tenant.sign_in_by_redirect(&[("scope", "openid")]).await;
    let own = id_token(&code).await;
    let otp = tenant.code_for("sms", OTHER_PHONE).await;
    let response = tenant.verify_redirect(&otp, &[("scope", "openid"), ("phone_number", OTHER_PHONE)]).await;
    let others = id_token(&query(&location(&response), "code").unwrap()).await;
    let (hint, is_let_in) = match hint {
        Hint::SameUser => (own.as_str(), true),
        Hint::AnotherUser => (others.as_str(), false),
        Hint::Invalid => ("x", false),
    };
    let response = authorize(&tenant, &cookie, &[("id_token_hint", hint), ("prompt", prompt)]).await;
    let answer = location(&response);
    assert_eq!(query(&answer, "code").is_some(), is_let_in, "{answer}");
    let refusal = query(&answer, "error").as_deref() == Some("login_required");
    assert_eq!(refusal, !is_let_in && prompt == "none", "{answer}");
}

#[tokio::test]
async fn sso_session_has_idle_and_absolute_timeout() {
    let tenant = TestTenant::start().await;
    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    tenant.clock.advance(3 * DAY + 1);
    assert!(location(&authorize(&tenant, &cookie, &[]).await).starts_with("/u/login"));

    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    for _ in 0..10 {
        assert!(location(&authorize(&tenant, &cookie, &[]).await).starts_with(CALLBACK));
        tenant.clock.advance(3 * DAY);
    }
    tenant.clock.advance(1);
    assert!(location(&authorize(&tenant, &cookie, &[]).await).starts_with("/u/login"));
}

#[rstest]
#[case::client_unknown(("client_id", "who"), "Unknown client: who")]
#[case::redirect_uri_mismatch(("redirect_uri", "https://evil.example"), "Callback URL mismatch.")]
#[tokio::test]
async fn authorize_shows_error_page(#[case] change: (&str, &str), #[case] description: &str) {
    let tenant = TestTenant::start().await;
    let response = authorize(&tenant, "", &[change]).await;
    assert_eq!(response.status(), 403);
    assert!(response.text().await.unwrap().contains(description));
}
