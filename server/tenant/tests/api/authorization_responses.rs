//! The response types and response modes of `/authorize`.

use aws_lc_rs::digest;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use reqwest::Response;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{CALLBACK, TestTenant, changed_form, claims, cookie, fragment, location, query};

/// The origin of the callback.
const ORIGIN: &str = "http://localhost:3000";

async fn authorize(tenant: &TestTenant, cookie: &str, changes: &[(&str, &str)]) -> Response {
    let parameters = changed_form(
        &[
            ("client_id", "implicit"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid phone offline_access"),
            ("state", "a \"<b>&c"),
            ("nonce", "n1"),
        ],
        changes,
    );
    tenant.get("/authorize").query(&parameters).header("cookie", cookie).send().await.unwrap()
}

fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, text.as_bytes()).as_ref()[..16])
}

/// The text of an HTML attribute.
fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

/// Checks that the CSP allows the page's script and nothing else, and returns policy and page.
async fn page(response: Response) -> (String, String) {
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let html = response.text().await.unwrap();
    let script = between(&html, "<script>", "</script>").unwrap();
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, script.as_bytes()));
    assert!(policy.contains("default-src 'none'") && policy.contains(&format!("script-src 'sha256-{hash}'")));
    assert_eq!(html.matches("<script").count(), 1);
    (policy, html)
}

async fn message(response: Response) -> Value {
    let (policy, html) = page(response).await;
    assert!(policy.contains(&format!("frame-ancestors {ORIGIN}")) && policy.contains("form-action 'none'"));
    assert_eq!(between(&html, "data-target=\"", "\""), Some(ORIGIN));
    let message: Value = serde_json::from_str(&unescaped(between(&html, "data-message=\"", "\"").unwrap())).unwrap();
    assert_eq!(message["type"], "authorization_response");
    message["response"].clone()
}

#[tokio::test]
async fn form_post_returns_response_in_form() {
    let tenant = TestTenant::start().await;
    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    let response = authorize(&tenant, &cookie, &[("response_mode", "form_post")]).await;
    assert_eq!(response.headers()["referrer-policy"], "strict-origin");
    let (policy, html) = page(response).await;
    assert!(policy.contains(&format!("form-action {ORIGIN}")) && policy.contains("frame-ancestors 'none'"));
    assert!(html.contains(&format!("method=\"post\" action=\"{CALLBACK}\"")));
    let field = |name: &str| between(&html, &format!("name=\"{name}\" value=\""), "\"").map(unescaped);
    assert_eq!(field("state").as_deref(), Some("a \"<b>&c"));
    let client = [("client_id", "implicit"), ("client_secret", "implicit-secret")];
    assert_eq!(tenant.exchange(&field("code").unwrap(), &client).await.status(), 200);

    let refused = authorize(&tenant, "", &[("response_mode", "form_post"), ("prompt", "none")]).await;
    let (_, html) = page(refused).await;
    assert_eq!(between(&html, "name=\"error\" value=\"", "\""), Some("login_required"));
}

#[tokio::test]
async fn web_message_returns_response_or_error() {
    let tenant = TestTenant::start().await;
    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    let probe = [("response_mode", "web_message"), ("prompt", "none")];
    let response = message(authorize(&tenant, &cookie, &probe).await).await;
    assert_eq!(response["state"], "a \"<b>&c");
    let client = [("client_id", "implicit"), ("client_secret", "implicit-secret")];
    assert_eq!(tenant.exchange(response["code"].as_str().unwrap(), &client).await.status(), 200);
    let response = message(authorize(&tenant, "", &probe).await).await;
    assert_eq!(
        response,
        json!({
            "error": "login_required", "error_description": "Login required", "state": "a \"<b>&c",
            "iss": tenant.url("/"),
        })
    );
    let not_allowed = [("client_id", "web"), ("response_type", "token"), probe[0], probe[1]];
    assert_eq!(message(authorize(&tenant, &cookie, &not_allowed).await).await["error"], "unauthorized_client");
}

const IPV6_CALLBACK: (&str, &str) = ("redirect_uri", "http://[::1]:3000/callback");

fn policy(response: &Response) -> &str {
    response.headers()["content-security-policy"].to_str().unwrap()
}

/// CSP has no syntax for an IPv6 host, so the policy allows the whole scheme.
#[rstest]
#[case::form_post("form_post", "form-action http:;")]
#[case::web_message("web_message", "frame-ancestors http:")]
#[tokio::test]
async fn csp_of_response_allows_ipv6_application_by_scheme(#[case] mode: &str, #[case] source: &str) {
    let tenant = TestTenant::start().await;
    let response = authorize(&tenant, "", &[IPV6_CALLBACK, ("response_mode", mode), ("prompt", "none")]).await;
    assert!(policy(&response).contains(source) && !policy(&response).contains('['), "{}", policy(&response));
    let (_, html) = page(response).await;
    assert!(html.contains("http://[::1]:3000"));
}

#[tokio::test]
async fn csp_of_login_page_allows_ipv6_application_by_scheme() {
    let tenant = TestTenant::start().await;
    let begun = authorize(&tenant, "", &[IPV6_CALLBACK]).await;
    let login = tenant.get(&location(&begun)).header("cookie", cookie(&begun)).send().await.unwrap();
    assert!(policy(&login).contains("form-action 'self' http:;"), "{}", policy(&login));
}

#[tokio::test]
async fn csp_of_logout_page_allows_ipv6_application_by_scheme() {
    let tenant = TestTenant::start().await;
    let (_, session) = tenant.sign_in_by_redirect(&[]).await;
    let request = tenant.get("/oidc/logout").header("cookie", session);
    let request = request.query(&[("client_id", "implicit"), ("post_logout_redirect_uri", "http://[::1]:3000/")]);
    let logout = request.send().await.unwrap();
    assert!(policy(&logout).ends_with("form-action 'self' http:"), "{}", policy(&logout));
}

#[rstest]
#[case::token("token")]
#[case::id_token("id_token")]
#[case::code_token("code token")]
#[case::code_id_token("code id_token")]
#[case::token_id_token("token id_token")]
#[case::all_in_another_order("id_token token code")]
#[tokio::test]
async fn response_type_selects_code_and_tokens(#[case] response_type: &str) {
    let tenant = TestTenant::start().await;
    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    let answer = location(&authorize(&tenant, &cookie, &[("response_type", response_type)]).await);
    assert!(answer.starts_with(&format!("{CALLBACK}#")), "{answer}");
    assert_eq!(fragment(&answer, "state").as_deref(), Some("a \"<b>&c"));
    let wants = |part: &str| response_type.split(' ').any(|word| word == part);
    let [code, access_token, id_token] = ["code", "access_token", "id_token"].map(|name| fragment(&answer, name));
    assert_eq!(code.is_some(), wants("code"));
    assert_eq!(access_token.is_some(), wants("token"));
    assert_eq!(id_token.is_some(), wants("id_token"));
    assert!(fragment(&answer, "refresh_token").is_none());
    if let Some(access_token) = &access_token {
        assert_eq!(fragment(&answer, "token_type").as_deref(), Some("Bearer"));
        assert_eq!(fragment(&answer, "expires_in").as_deref(), Some("7200"));
        assert_eq!(fragment(&answer, "scope").as_deref(), Some("openid phone"));
        let userinfo = tenant.get("/userinfo").bearer_auth(access_token).send().await.unwrap();
        assert_eq!(userinfo.status(), 200);
    }
    if let Some(id_token) = id_token {
        let id = claims(&json!(id_token));
        assert_eq!(id["nonce"], "n1");
        assert_eq!(id["at_hash"].as_str().map(str::to_owned), access_token.as_deref().map(half_hash));
        assert_eq!(id["c_hash"].as_str().map(str::to_owned), code.as_deref().map(half_hash));
    }
    if let Some(code) = code {
        let client = [("client_id", "implicit"), ("client_secret", "implicit-secret")];
        let body: Value = tenant.exchange(&code, &client).await.json().await.unwrap();
        assert!(body["refresh_token"].is_string(), "the code gives the refresh token that the fragment must not");
    }
}

#[rstest]
#[case::id_token_without_nonce(
    &[("response_type", "id_token"), ("nonce", "")], "invalid_request", "Missing required parameter: nonce"
)]
#[case::token_in_query(
    &[("response_type", "token"), ("response_mode", "query")], "invalid_request", "Unsupported response mode"
)]
#[case::token_without_implicit_grant(
    &[("client_id", "web"), ("response_type", "token")],
    "unauthorized_client", "Grant type 'implicit' not allowed for the client."
)]
#[case::hybrid_without_implicit_grant(
    &[("client_id", "web"), ("response_type", "code id_token")],
    "unauthorized_client", "Grant type 'implicit' not allowed for the client."
)]
#[tokio::test]
async fn unsupported_response_type_is_refused(
    #[case] changes: &[(&str, &str)],
    #[case] error: &str,
    #[case] description: &str,
) {
    let tenant = TestTenant::start().await;
    let answer = location(&authorize(&tenant, "", changes).await);
    assert_eq!(fragment(&answer, "error").as_deref(), Some(error));
    assert_eq!(fragment(&answer, "error_description").as_deref(), Some(description));
    assert_eq!(query(&answer, "error"), None);
}

#[rstest]
#[tokio::test]
async fn response_mode_with_page_is_refused_for_app_scheme(#[values("web_message", "form_post")] mode: &str) {
    let tenant = TestTenant::start().await;
    let app = [("redirect_uri", "com.example.app://callback"), ("response_mode", mode)];
    let answer = location(&authorize(&tenant, "", &app).await);
    assert_eq!(query(&answer, "error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn verify_redirect_supports_implicit_response_types() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code_for_client("classic", Some("classic-secret")).await;
    let changes = [("client_id", "classic"), ("response_type", "token id_token"), ("nonce", "n"), ("state", "s")];
    let answer = location(&tenant.verify_redirect(&otp, &changes).await);
    assert!(fragment(&answer, "access_token").is_some() && fragment(&answer, "id_token").is_some());
}
