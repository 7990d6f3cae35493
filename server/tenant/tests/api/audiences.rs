//! The audiences of access tokens, and the tokens' claims (RFC 9068).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Response;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{CALLBACK, TestTenant, assert_error, claims, location, otp_request, query};

async fn redeem_for(tenant: &TestTenant, code: &str, audience: &str) -> Response {
    let mut request = otp_request(code);
    request["audience"] = json!(audience);
    tenant.post("/oauth/token", &request).send().await.unwrap()
}

#[rstest]
#[case::unknown("https://unknown.example", "Service not found: https://unknown.example")]
#[case::client_id("public", "Service not found: public")]
#[case::without_client_grant(
    "https://payments.example/api",
    "Client \"web\" is not authorized to access resource server \"https://payments.example/api\"."
)]
#[tokio::test]
async fn token_endpoint_refuses_audience_without_using_code_up(#[case] audience: &str, #[case] description: &str) {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    // Three failed attempts would use the code up.
    for _ in 0..3 {
        assert_error(redeem_for(&tenant, &code, audience).await, 403, "access_denied", description).await;
    }
    assert_eq!(redeem_for(&tenant, &code, "https://api.example").await.status(), 200);
}

#[rstest]
#[case::unknown("https://unknown.example", "Service not found: https://unknown.example")]
#[case::client_id("public", "Service not found: public")]
#[case::without_client_grant(
    "https://payments.example/api",
    "Client \"web\" is not authorized to access resource server \"https://payments.example/api\"."
)]
#[tokio::test]
async fn authorization_endpoints_refuse_audience_without_using_code_up(
    #[case] audience: &str,
    #[case] description: &str,
) {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let parameters =
        [("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("audience", audience)];
    let authorize = tenant.get("/authorize").query(&parameters);
    let with_ticket = tenant.get("/authorize").query(&parameters).query(&[("login_ticket", "t")]);
    let mut responses = vec![authorize.send().await.unwrap(), with_ticket.send().await.unwrap()];
    // Three failed attempts would use the code up.
    for _ in 0..3 {
        responses.push(tenant.verify_redirect(&code, &parameters).await);
    }
    for response in responses {
        let to = location(&response);
        assert_eq!(query(&to, "error").as_deref(), Some("access_denied"), "{to}");
        assert_eq!(query(&to, "error_description").as_deref(), Some(description));
    }
    let response = tenant.verify_redirect(&code, &[("audience", "https://api.example")]).await;
    let code = query(&location(&response), "code").unwrap();
    let tokens: Value = tenant.exchange(&code, &[]).await.json().await.unwrap();
    assert_eq!(claims(&tokens["access_token"])["aud"][0], "https://api.example");
}

#[tokio::test]
async fn access_token_has_rfc_9068_type_and_claims() {
    let tenant = TestTenant::start().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let code = tenant.code().await;
        let tokens: Value = redeem_for(&tenant, &code, "https://api.example").await.json().await.unwrap();
        let header = |token: &Value| -> Value {
            let header = token.as_str().unwrap().split('.').next().unwrap();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
        };
        assert_eq!(header(&tokens["access_token"])["typ"], "at+jwt");
        assert_eq!(header(&tokens["id_token"])["typ"], "JWT");
        let claims = claims(&tokens["access_token"]);
        assert_eq!(claims["iss"], format!("{}/", tenant.origin));
        assert_eq!(claims["aud"], json!(["https://api.example", format!("{}/userinfo", tenant.origin)]));
        assert_eq!(claims["client_id"], "web");
        assert_eq!(claims["scope"], "openid profile phone offline_access");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 86_400);
        assert!(claims["sub"].as_str().unwrap().starts_with("sms|"));
        seen.push(claims["jti"].as_str().unwrap().to_owned());
    }
    assert_ne!(seen[0], seen[1]);
}

/// The audience of older SDKs means no API.
#[tokio::test]
async fn access_token_for_userinfo_is_opaque() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let audience = format!("{}/userinfo", tenant.origin);
    let tokens: Value = redeem_for(&tenant, &code, &audience).await.json().await.unwrap();
    let token = tokens["access_token"].as_str().unwrap();
    assert!(!token.contains('.'));
    assert_eq!(tenant.get("/userinfo").bearer_auth(token).send().await.unwrap().status(), 200);
}

#[rstest]
#[case::with_openid("openid", 200)]
#[case::without_openid("phone", 401)]
#[tokio::test]
async fn userinfo_takes_tokens_of_apis_with_openid_only(#[case] scope: &str, #[case] status: u16) {
    let tenant = TestTenant::start().await;
    let mut request = otp_request(&tenant.code().await);
    (request["audience"], request["scope"]) = (json!("https://api.example"), json!(scope));
    let tokens: Value = tenant.post("/oauth/token", &request).send().await.unwrap().json().await.unwrap();
    let userinfo = tenant.get("/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_eq!(userinfo.send().await.unwrap().status(), status);
}
