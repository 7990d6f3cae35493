//! `/oidc/logout`.

use reqwest::Response;
use rstest::rstest;
use serde_json::Value;

use crate::support::{DAY, TenantOptions, TestTenant, claims, is_signed_in, location};

const BYE: &str = "http://localhost:3000/bye";
const TENANT_BYE: &str = "https://example.com/bye";

/// Signs in, and returns the session cookie and the ID token.
async fn sign_in(tenant: &TestTenant) -> (String, String) {
    let (code, cookie) = tenant.sign_in_by_redirect(&[("scope", "openid")]).await;
    let body: Value = tenant.exchange(&code, &[]).await.json().await.unwrap();
    (cookie, body["id_token"].as_str().unwrap().to_owned())
}

async fn logout(tenant: &TestTenant, cookie: &str, parameters: &[(&str, &str)]) -> Response {
    tenant.get("/oidc/logout").query(parameters).header("cookie", cookie).send().await.unwrap()
}

#[rstest]
#[case::fresh_token(0)]
#[case::expired_token(2)]
#[tokio::test]
async fn oidc_logout_with_id_token_hint_ends_session(#[case] days: u64) {
    let tenant = TestTenant::start().await;
    let (cookie, token) = sign_in(&tenant).await;
    tenant.clock.advance(days * DAY);
    let parameters =
        [("id_token_hint", token.as_str()), ("post_logout_redirect_uri", BYE), ("state", "a b"), ("client_id", "web")];
    let response = logout(&tenant, &cookie, &parameters).await;
    assert_eq!(response.status(), 302);
    assert_eq!(location(&response), format!("{BYE}?state=a+b"));
    assert!(response.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert!(!is_signed_in(&tenant, &cookie).await);
    let again = logout(&tenant, &cookie, &parameters).await;
    assert_eq!(location(&again), format!("{BYE}?state=a+b"), "a repeated logout redirects too");
}

#[tokio::test]
async fn oidc_logout_with_logout_hint_ends_session() {
    let tenant = TestTenant::start().await;
    let (cookie, token) = sign_in(&tenant).await;
    let sid = claims(&token.into())["sid"].as_str().unwrap().to_owned();
    let parameters = [("logout_hint", sid.as_str()), ("client_id", "web"), ("post_logout_redirect_uri", BYE)];
    assert_eq!(location(&logout(&tenant, &cookie, &parameters).await), BYE);
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

#[derive(Clone, Copy, Debug)]
enum Hint {
    Missing,
    TokenOfAnotherSession,
    ForgedToken,
    UnknownSession,
}

#[rstest]
#[tokio::test]
async fn oidc_logout_without_valid_hint_asks_for_confirmation(
    #[values(Hint::Missing, Hint::TokenOfAnotherSession, Hint::ForgedToken, Hint::UnknownSession)] hint: Hint,
) {
    let tenant = TestTenant::start().await;
    let (_, of_another_session) = sign_in(&tenant).await;
    let (cookie, token) = sign_in(&tenant).await;
    let forged = format!("{}x", token.rsplit_once('.').unwrap().0);
    let hint = match hint {
        Hint::Missing => &[][..],
        Hint::TokenOfAnotherSession => &[("id_token_hint", of_another_session.as_str())],
        Hint::ForgedToken => &[("id_token_hint", forged.as_str())],
        Hint::UnknownSession => &[("logout_hint", "x")],
    };
    let parameters = [&[("client_id", "web"), ("post_logout_redirect_uri", BYE), ("state", "<s>")][..], hint].concat();
    let response = logout(&tenant, &cookie, &parameters).await;
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("form-action 'self' http://localhost:3000"), "{policy}");
    let page = response.text().await.unwrap();
    assert!(page.contains("Log out?") && page.contains("Web asks") && page.contains("value=\"&lt;s&gt;\""));
    assert!(is_signed_in(&tenant, &cookie).await);
}

#[tokio::test]
async fn oidc_logout_confirmation_ends_session_if_same_origin() {
    let tenant = TestTenant::start().await;
    let (cookie, _) = sign_in(&tenant).await;
    let form = [("client_id", "web"), ("post_logout_redirect_uri", BYE), ("state", "s")];
    let confirm = tenant.http.post(tenant.url("/u/logout")).form(&form).header("cookie", &cookie);
    let cross_origin = confirm.try_clone().unwrap().header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(cross_origin.status(), 403);
    assert!(is_signed_in(&tenant, &cookie).await);
    let response = confirm.header("origin", &tenant.origin).send().await.unwrap();
    assert_eq!(location(&response), format!("{BYE}?state=s"));
    assert!(!is_signed_in(&tenant, &cookie).await);
}

#[rstest]
#[case::unregistered_uri_with_hint(true, &[("post_logout_redirect_uri", "https://evil.example/")], 400)]
#[case::unregistered_uri_without_hint(false, &[("post_logout_redirect_uri", "https://evil.example/")], 400)]
#[case::hint_of_another_client(true, &[("client_id", "public")], 400)]
#[case::client_unknown(false, &[("client_id", "who")], 403)]
#[case::uri_of_another_client(false, &[("client_id", "public"), ("post_logout_redirect_uri", BYE)], 400)]
#[case::uri_of_a_client_that_is_not_named(false, &[("post_logout_redirect_uri", BYE)], 400)]
#[case::forged_hint_names_no_client(
    false, &[("id_token_hint", "x.y.z"), ("post_logout_redirect_uri", BYE)], 400
)]
#[tokio::test]
async fn oidc_logout_refuses(#[case] with_hint: bool, #[case] parameters: &[(&str, &str)], #[case] status: u16) {
    let tenant = TestTenant::start().await;
    let (cookie, token) = sign_in(&tenant).await;
    let hint = if with_hint { &[("id_token_hint", token.as_str())][..] } else { &[] };
    let response = logout(&tenant, &cookie, &[hint, parameters].concat()).await;
    assert_eq!(response.status(), status);
    assert!(!response.headers().contains_key("location"));
    assert!(is_signed_in(&tenant, &cookie).await);
}

/// Without a client, the URLs of the tenant count; with one, its own.
#[rstest]
#[case::of_the_tenant(false, &[("post_logout_redirect_uri", TENANT_BYE)], Some("https://example.com/bye?state=s"))]
#[case::of_a_client(false, &[("post_logout_redirect_uri", BYE)], None)]
#[case::client_with_url_of_the_tenant(false, &[("client_id", "web"), ("post_logout_redirect_uri", TENANT_BYE)], None)]
#[case::hint_with_url_of_the_tenant(true, &[("post_logout_redirect_uri", TENANT_BYE)], None)]
#[case::hint_with_url_of_its_client(true, &[("post_logout_redirect_uri", BYE)], Some("http://localhost:3000/bye?state=s"))]
#[tokio::test]
async fn oidc_logout_without_client_returns_to_urls_of_the_tenant(
    #[values("/oidc/logout", "/u/logout")] path: &str,
    #[case] with_hint: bool,
    #[case] parameters: &[(&str, &str)],
    #[case] target: Option<&str>,
) {
    let tenant_logout_urls = r#""https://example.com/bye""#;
    let tenant = TestTenant::with(TenantOptions { tenant_logout_urls, ..TenantOptions::default() }).await;
    let (_, token) = sign_in(&tenant).await;
    let hint = if with_hint { &[("id_token_hint", token.as_str())][..] } else { &[] };
    let form = [parameters, &[("state", "s")], hint].concat();
    let response = tenant.http.post(tenant.url(path)).form(&form).send().await.unwrap();
    assert_eq!(response.status(), if target.is_some() { 302 } else { 400 });
    assert_eq!(response.headers().contains_key("location").then(|| location(&response)).as_deref(), target);
}
