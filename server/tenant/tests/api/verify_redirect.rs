//! `GET /passwordless/verify_redirect`, and the exchange of its authorization code.

use rstest::rstest;
use serde_json::Value;

use crate::support::{
    CALLBACK, CHALLENGE, PHONE, TestTenant, VERIFIER, WRONG_CODE, assert_error, claims, cookie, location, query,
    wrong_code,
};

const PKCE: [(&str, &str); 2] = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

#[tokio::test]
async fn verify_redirect_returns_authorization_code() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    assert_eq!(tenant.verify(&otp).await.status(), 200);
    let changes = [("state", "a b&c"), ("nonce", "n1"), ("scope", "openid phone"), PKCE[0], PKCE[1]];
    let response = tenant.verify_redirect(&otp, &changes).await;
    assert_eq!(response.status(), 302);
    assert!(cookie(&response).starts_with("tenant_sso="));
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"));
    let answer = location(&response);
    assert!(answer.starts_with(CALLBACK));
    assert_eq!(query(&answer, "state").as_deref(), Some("a b&c"));

    let code = query(&answer, "code").unwrap();
    let response = tenant.exchange(&code, &[("code_verifier", VERIFIER)]).await;
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    let id = claims(&body["id_token"]);
    assert_eq!(id["nonce"], "n1");
    assert!(id["sid"].is_string() && id["auth_time"].is_i64() && id.get("name").is_none());
    assert_error(
        tenant.exchange(&code, &[("code_verifier", VERIFIER)]).await,
        403,
        "invalid_grant",
        "Invalid authorization code",
    )
    .await;
}

#[tokio::test]
async fn verify_redirect_accepts_hyphen_path_and_callback_with_query() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    let parameters = [
        ("client_id", "web"),
        ("redirect_uri", "http://localhost:3000/other?x=1"),
        ("response_type", "code"),
        ("connection", "sms"),
        ("phone_number", PHONE),
        ("verification_code", &otp),
        ("sso", "true"),
        ("auth0Client", "not base64"),
    ];
    let response = tenant.get("/passwordless/verify-redirect").query(&parameters).send().await.unwrap();
    let answer = location(&response);
    assert!(answer.starts_with("http://localhost:3000/other?x=1&code="), "{answer}");
}

#[rstest]
#[case::without_slash("http://localhost:3000")]
#[case::with_slash("http://localhost:3000/")]
#[tokio::test]
async fn callback_that_is_an_origin_matches_with_or_without_slash(#[case] redirect_uri: &str) {
    let tenant = TestTenant::start().await;
    let response = tenant.verify_redirect(&tenant.code().await, &[("redirect_uri", redirect_uri)]).await;
    let answer = location(&response);
    assert!(answer.starts_with("http://localhost:3000/?code="), "{answer}");
    let code = query(&answer, "code").unwrap();
    assert_eq!(tenant.exchange(&code, &[("redirect_uri", redirect_uri)]).await.status(), 200);
}

#[tokio::test]
async fn callback_with_a_path_matches_only_exactly() {
    let tenant = TestTenant::start().await;
    let response = tenant.verify_redirect("123456", &[("redirect_uri", "http://localhost:3000/other/?x=1")]).await;
    assert_eq!(response.status(), 403);
}

#[tokio::test]
async fn verify_redirect_returns_error_with_state() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    let response = tenant.verify_redirect(&wrong_code(&otp), &[("state", "s")]).await;
    let answer = location(&response);
    assert_eq!(query(&answer, "error").as_deref(), Some("unauthorized"));
    assert_eq!(query(&answer, "error_description").as_deref(), Some(WRONG_CODE));
    assert_eq!(query(&answer, "attempts_left").as_deref(), Some("2"));
    assert_eq!(query(&answer, "state").as_deref(), Some("s"));
    assert!(!response.headers().contains_key("set-cookie"));
}

#[rstest]
#[case::response_type_unsupported(("response_type", "none"), "unsupported_response_type")]
#[case::response_type_missing(("response_type", ""), "invalid_request")]
#[case::response_mode_unsupported(("response_mode", "pigeon"), "invalid_request")]
#[case::code_challenge_without_method(("code_challenge", CHALLENGE), "invalid_request")]
#[case::code_challenge_method_alone(("code_challenge_method", "S256"), "invalid_request")]
#[case::connection_unknown(("connection", "email"), "invalid_request")]
#[case::code_missing(("verification_code", ""), "invalid_request")]
#[case::phone_number_invalid(("phone_number", "0"), "unauthorized")]
#[tokio::test]
async fn verify_redirect_refuses_without_using_code_up(#[case] change: (&str, &str), #[case] error: &str) {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    // Three failed attempts would use the code up.
    for _ in 0..3 {
        let response = tenant.verify_redirect(&otp, &[change]).await;
        assert_eq!(query(&location(&response), "error").as_deref(), Some(error));
    }
    assert_eq!(tenant.verify(&otp).await.status(), 200);
}

#[rstest]
#[case::with_slash(("redirect_uri", "http://localhost:3000/callback/"), 403, "Callback URL mismatch.")]
#[case::with_fragment(("redirect_uri", "http://localhost:3000/callback#x"), 403, "Callback URL mismatch.")]
#[case::unregistered(("redirect_uri", "https://evil.example/"), 403, "Callback URL mismatch.")]
#[case::client_unknown(("client_id", "<script>"), 403, "Unknown client: &lt;script&gt;")]
#[case::of_another_client(("client_id", "public"), 403, "Callback URL mismatch.")]
#[case::client_id_missing(("client_id", ""), 400, "Missing required parameter: client_id")]
#[case::redirect_uri_missing(("redirect_uri", ""), 400, "Missing required parameter: redirect_uri")]
#[tokio::test]
async fn verify_redirect_shows_error_page_without_using_code_up(
    #[case] change: (&str, &str),
    #[case] status: u16,
    #[case] description: &str,
) {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    // Three failed attempts would use the code up.
    for _ in 0..3 {
        let response = tenant.verify_redirect(&otp, &[change]).await;
        assert_eq!(response.status(), status);
        assert!(!response.headers().contains_key("location"));
        assert!(response.text().await.unwrap().contains(description));
    }
    assert_eq!(tenant.verify(&otp).await.status(), 200);
}

const NO_VERIFIER: &str = "Failed to verify code verifier";
const NO_CODE: &str = "Invalid authorization code";
const MISMATCH: &str =
    "The redirect URI is wrong. You sent http://localhost:3000/x and we expected http://localhost:3000/callback";

#[rstest]
#[case::verifier_missing(&PKCE, ("code_verifier", ""), NO_VERIFIER)]
#[case::verifier_wrong(&PKCE, ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"), NO_VERIFIER)]
#[case::verifier_unexpected(&[], ("code_verifier", VERIFIER), NO_VERIFIER)]
#[case::redirect_uri_mismatch(&[], ("redirect_uri", "http://localhost:3000/x"), MISMATCH)]
#[case::code_unknown(&[], ("code", "other"), NO_CODE)]
#[tokio::test]
async fn code_exchange_must_match_authorization_request(
    #[case] requested: &[(&str, &str)],
    #[case] exchanged: (&str, &str),
    #[case] description: &str,
) {
    let tenant = TestTenant::start().await;
    let (code, _) = tenant.sign_in_by_redirect(requested).await;
    assert_error(tenant.exchange(&code, &[exchanged]).await, 403, "invalid_grant", description).await;
}

#[tokio::test]
async fn code_exchange_by_another_client_is_refused() {
    let tenant = TestTenant::start().await;
    let (code, _) = tenant.sign_in_by_redirect(&[]).await;
    let stolen = [("client_id", "codeless"), ("client_secret", "codeless-secret")];
    assert_error(tenant.exchange(&code, &stolen).await, 403, "invalid_grant", NO_CODE).await;
}

#[tokio::test]
async fn authorization_code_expires_after_a_minute() {
    let tenant = TestTenant::start().await;
    let (code, _) = tenant.sign_in_by_redirect(&[]).await;
    tenant.clock.advance(60);
    assert_error(tenant.exchange(&code, &[]).await, 403, "invalid_grant", NO_CODE).await;
    let (code, _) = tenant.sign_in_by_redirect(&[]).await;
    tenant.clock.advance(59);
    assert_eq!(tenant.exchange(&code, &[]).await.status(), 200);
}

#[tokio::test]
async fn verify_redirect_head_request_does_not_use_code_up() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    let parameters = [
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("connection", "sms"),
        ("phone_number", PHONE),
        ("verification_code", &otp),
    ];
    let request = tenant.http.head(tenant.url("/passwordless/verify_redirect")).query(&parameters);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(!response.headers().contains_key("location"));
    assert!(query(&location(&tenant.verify_redirect(&otp, &[]).await), "code").is_some());
}

#[tokio::test]
async fn verify_redirect_needs_authorization_code_grant() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    let response = tenant.verify_redirect(&otp, &[("client_id", "browserless")]).await;
    assert_eq!(query(&location(&response), "error").as_deref(), Some("unauthorized_client"));
}
