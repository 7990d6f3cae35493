//! `/authorize`, before and without the login page.

use reqwest::Response;
use serde_json::Value;

use crate::support::{CALLBACK, DAY, OTHER_PHONE, TestTenant, changed_form, location, query};

async fn authorize(tenant: &TestTenant, cookie: &str, more: &[(&str, &str)]) -> Response {
    let parameters = changed_form(
        &[("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("state", "s")],
        more,
    );
    tenant.get("/authorize").query(&parameters).header("cookie", cookie).send().await.unwrap()
}

#[tokio::test]
async fn authorize_without_session_redirects_to_login_page() {
    let tenant = TestTenant::start().await;
    let response = authorize(&tenant, "", &[]).await;
    assert!(response.status().is_redirection());
    assert!(location(&response).starts_with("/u/login?state="));
}

#[tokio::test]
async fn authorize_with_session_redirects_to_callback() {
    let tenant = TestTenant::start().await;
    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    for more in [&[][..], &[("prompt", "none")], &[("max_age", "100")], &[("connection", "sms")]] {
        let response = authorize(&tenant, &cookie, more).await;
        assert_eq!(response.status(), 302);
        let answer = location(&response);
        assert_eq!(query(&answer, "state").as_deref(), Some("s"));
        assert_eq!(query(&answer, "iss"), Some(tenant.url("/")), "RFC 9207");
        let code = query(&answer, "code").unwrap();
        assert_eq!(tenant.exchange(&code, &[]).await.status(), 200);
    }
}

#[tokio::test]
async fn authorize_requires_login_despite_session() {
    let tenant = TestTenant::start().await;
    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    tenant.clock.advance(101);
    for more in [("prompt", "login"), ("prompt", "select_account"), ("max_age", "100"), ("connection", "members")] {
        let response = authorize(&tenant, &cookie, &[more]).await;
        assert!(location(&response).starts_with("/u/login"), "{more:?}");
    }
    let response = authorize(&tenant, "tenant_sso=forged", &[]).await;
    assert!(location(&response).starts_with("/u/login"));
    tenant.block_users().await;
    let response = authorize(&tenant, &cookie, &[]).await;
    assert_eq!(query(&location(&response), "error_description").as_deref(), Some("user is blocked"));
}

/// Whoever else is signed in is not taken for the person whose ID token the application has.
#[tokio::test]
async fn id_token_hint_must_match_user_of_session() {
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
    for (hint, is_let_in) in [(own.as_str(), true), (others.as_str(), false), ("x", false)] {
        for prompt in ["none", ""] {
            let response = authorize(&tenant, &cookie, &[("id_token_hint", hint), ("prompt", prompt)]).await;
            let answer = location(&response);
            assert_eq!(query(&answer, "code").is_some(), is_let_in, "{answer}");
            let refusal = query(&answer, "error").as_deref() == Some("login_required");
            assert_eq!(refusal, !is_let_in && prompt == "none", "{answer}");
        }
    }
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

#[tokio::test]
async fn authorize_shows_error_page_for_unknown_client_or_redirect_uri() {
    let tenant = TestTenant::start().await;
    for (more, sentence) in [
        (("client_id", "who"), "Unknown client: who"),
        (("redirect_uri", "https://evil.example"), "Callback URL mismatch."),
    ] {
        let response = authorize(&tenant, "", &[more]).await;
        assert_eq!(response.status(), 403);
        assert!(response.text().await.unwrap().contains(sentence));
    }
}
