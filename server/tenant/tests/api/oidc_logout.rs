//! `/oidc/logout`.

use reqwest::Response;
use serde_json::Value;

use crate::support::{TestTenant, claims, is_signed_in, location};

const BYE: &str = "http://localhost:3000/bye";

/// Signs in and returns the session's cookie and an ID token of it.
async fn sign_in(tenant: &TestTenant) -> (String, String) {
    let (code, cookie) = tenant.sign_in_by_redirect(&[("scope", "openid")]).await;
    let body: Value = tenant.exchange(&code, &[]).await.json().await.unwrap();
    (cookie, body["id_token"].as_str().unwrap().to_owned())
}

async fn logout(tenant: &TestTenant, cookie: &str, parameters: &[(&str, &str)]) -> Response {
    tenant.get("/oidc/logout").query(parameters).header("cookie", cookie).send().await.unwrap()
}

#[tokio::test]
async fn oidc_logout_with_hint_ends_session() {
    let tenant = TestTenant::start().await;
    for days in [0, 2] {
        let (cookie, token) = sign_in(&tenant).await;
        tenant.clock.advance(days * 24 * 60 * 60);
        let parameters = [
            ("id_token_hint", token.as_str()),
            ("post_logout_redirect_uri", BYE),
            ("state", "a b"),
            ("client_id", "web"),
        ];
        let response = logout(&tenant, &cookie, &parameters).await;
        assert_eq!(response.status(), 302);
        assert_eq!(location(&response), format!("{BYE}?state=a+b"));
        assert!(response.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        assert!(!is_signed_in(&tenant, &cookie).await);
        let again = logout(&tenant, &cookie, &parameters).await;
        assert_eq!(location(&again), format!("{BYE}?state=a+b"), "who is logged out already goes back too");
    }
    let (cookie, token) = sign_in(&tenant).await;
    let sid = claims(&token.into())["sid"].as_str().unwrap().to_owned();
    let response = logout(&tenant, &cookie, &[("logout_hint", &sid), ("post_logout_redirect_uri", BYE)]).await;
    assert_eq!(location(&response), BYE);
    assert!(!is_signed_in(&tenant, &cookie).await);
}

#[tokio::test]
async fn oidc_logout_by_post_with_hint_needs_no_cookie() {
    let tenant = TestTenant::start().await;
    let (cookie, token) = sign_in(&tenant).await;
    let request = tenant.http.post(tenant.url("/oidc/logout")).form(&[("id_token_hint", &token)]);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.unwrap().contains("You are logged out"));
    assert!(!is_signed_in(&tenant, &cookie).await);
}

#[tokio::test]
async fn oidc_logout_without_hint_asks_for_confirmation() {
    let tenant = TestTenant::start().await;
    let (_, of_another_session) = sign_in(&tenant).await;
    let (cookie, token) = sign_in(&tenant).await;
    let forged = format!("{}x", token.rsplit_once('.').unwrap().0);
    for hint in [
        &[][..],
        &[("id_token_hint", of_another_session.as_str())],
        &[("id_token_hint", &forged)],
        &[("logout_hint", "x")],
    ] {
        let parameters =
            [&[("client_id", "web"), ("post_logout_redirect_uri", BYE), ("state", "<s>")][..], hint].concat();
        let response = logout(&tenant, &cookie, &parameters).await;
        assert_eq!(response.status(), 200);
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("form-action 'self' http://localhost:3000"), "{policy}");
        let page = response.text().await.unwrap();
        assert!(page.contains("Log out?") && page.contains("Web asks") && page.contains("value=\"&lt;s&gt;\""));
        assert!(is_signed_in(&tenant, &cookie).await);
    }
    let form = [("client_id", "web"), ("post_logout_redirect_uri", BYE), ("state", "s")];
    let confirm = tenant.http.post(tenant.url("/u/logout")).form(&form).header("cookie", &cookie);
    let strange = confirm.try_clone().unwrap().header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(strange.status(), 403);
    assert!(is_signed_in(&tenant, &cookie).await);
    let response = confirm.header("origin", &tenant.origin).send().await.unwrap();
    assert_eq!(location(&response), format!("{BYE}?state=s"));
    assert!(!is_signed_in(&tenant, &cookie).await);
}

#[tokio::test]
async fn oidc_logout_refuses_mismatched_parameters() {
    let tenant = TestTenant::start().await;
    let (cookie, token) = sign_in(&tenant).await;
    let hint = ("id_token_hint", token.as_str());
    for (parameters, status) in [
        (&[hint, ("post_logout_redirect_uri", "https://evil.example/")][..], 400),
        (&[("post_logout_redirect_uri", "https://evil.example/")], 400),
        (&[hint, ("client_id", "public")], 400),
        (&[("client_id", "who")], 403),
        (&[("client_id", "public"), ("post_logout_redirect_uri", BYE)], 400),
    ] {
        let response = logout(&tenant, &cookie, parameters).await;
        assert_eq!(response.status(), status, "{parameters:?}");
        assert!(!response.headers().contains_key("location"));
    }
    assert!(is_signed_in(&tenant, &cookie).await);
}
