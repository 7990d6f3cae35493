//! `GET /passwordless/verify_redirect`, and the exchange of its code.

use serde_json::Value;

use crate::support::{
    CALLBACK, CHALLENGE, PHONE, TestTenant, VERIFIER, assert_error, claims, cookie, location, query, wrong_code,
};

const PKCE: [(&str, &str); 2] = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

#[tokio::test]
async fn verify_redirect_returns_authorization_code() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    assert_eq!(tenant.verify(&otp).await.status(), 200);
    let more = [("state", "a b&c"), ("nonce", "n1"), ("scope", "openid phone"), PKCE[0], PKCE[1]];
    let response = tenant.verify_redirect(&otp, &more).await;
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

#[tokio::test]
async fn callback_that_is_an_origin_matches_with_or_without_slash() {
    let tenant = TestTenant::start().await;
    for redirect_uri in ["http://localhost:3000", "http://localhost:3000/"] {
        let response = tenant.verify_redirect(&tenant.code().await, &[("redirect_uri", redirect_uri)]).await;
        let answer = location(&response);
        assert!(answer.starts_with("http://localhost:3000/?code="), "{answer}");
        let code = query(&answer, "code").unwrap();
        assert_eq!(tenant.exchange(&code, &[("redirect_uri", redirect_uri)]).await.status(), 200);
    }
    let response = tenant.verify_redirect("123456", &[("redirect_uri", "http://localhost:3000/other/?x=1")]).await;
    assert_eq!(response.status(), 403);
}

#[tokio::test]
async fn verify_redirect_returns_errors_with_state() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    let response = tenant.verify_redirect(&wrong_code(&otp), &[("state", "s")]).await;
    let answer = location(&response);
    assert_eq!(query(&answer, "error").as_deref(), Some("unauthorized"));
    assert_eq!(query(&answer, "error_description").as_deref(), Some("Wrong phone number or verification code."));
    assert_eq!(query(&answer, "attempts_left").as_deref(), Some("2"));
    assert_eq!(query(&answer, "state").as_deref(), Some("s"));
    assert!(!response.headers().contains_key("set-cookie"));

    for (more, error) in [
        (("response_type", "none"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("response_mode", "pigeon"), "invalid_request"),
        (("code_challenge", CHALLENGE), "invalid_request"),
        (("code_challenge_method", "S256"), "invalid_request"),
        (("connection", "email"), "invalid_request"),
        (("verification_code", ""), "invalid_request"),
        (("phone_number", "0"), "unauthorized"),
    ] {
        let response = tenant.verify_redirect(&otp, &[more]).await;
        assert_eq!(query(&location(&response), "error").as_deref(), Some(error), "{more:?}");
    }
    assert_eq!(tenant.verify(&otp).await.status(), 200);
}

#[tokio::test]
async fn verify_redirect_refuses_unregistered_redirect_uri() {
    let tenant = TestTenant::start().await;
    let otp = tenant.code().await;
    for (more, status, sentence) in [
        (("redirect_uri", "http://localhost:3000/callback/"), 403, "Callback URL mismatch."),
        (("redirect_uri", "http://localhost:3000/callback#x"), 403, "Callback URL mismatch."),
        (("redirect_uri", "https://evil.example/"), 403, "Callback URL mismatch."),
        (("client_id", "<script>"), 403, "Unknown client: &lt;script&gt;"),
        (("client_id", "public"), 403, "Callback URL mismatch."),
        (("client_id", ""), 400, "Missing required parameter: client_id"),
        (("redirect_uri", ""), 400, "Missing required parameter: redirect_uri"),
    ] {
        let response = tenant.verify_redirect(&otp, &[more]).await;
        assert_eq!(response.status(), status);
        assert!(!response.headers().contains_key("location"));
        assert!(response.text().await.unwrap().contains(sentence), "{sentence}");
    }
    assert_eq!(tenant.verify(&otp).await.status(), 200);
}

#[tokio::test]
async fn code_exchange_must_match_authorization_request() {
    let tenant = TestTenant::start().await;
    let no_code = "Invalid authorization code";
    let mismatch =
        "The redirect URI is wrong. You sent http://localhost:3000/x and we expected http://localhost:3000/callback";
    let no_verifier = "Failed to verify code verifier";
    for (asked, exchanged, description) in [
        (&PKCE[..], ("code_verifier", ""), no_verifier),
        (&PKCE[..], ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"), no_verifier),
        (&[], ("code_verifier", VERIFIER), no_verifier),
        (&[], ("redirect_uri", "http://localhost:3000/x"), mismatch),
        (&[], ("code", "other"), no_code),
    ] {
        let (code, _) = tenant.sign_in_by_redirect(asked).await;
        assert_error(tenant.exchange(&code, &[exchanged]).await, 403, "invalid_grant", description).await;
    }
    let (code, _) = tenant.sign_in_by_redirect(&[]).await;
    let stolen = [("client_id", "codeless"), ("client_secret", "codeless-secret")];
    assert_error(tenant.exchange(&code, &stolen).await, 403, "invalid_grant", no_code).await;
    let (code, _) = tenant.sign_in_by_redirect(&[]).await;
    tenant.clock.advance(60);
    assert_error(tenant.exchange(&code, &[]).await, 403, "invalid_grant", no_code).await;
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
