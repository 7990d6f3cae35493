//! Access tokens for APIs: which there are, and what the tokens say (RFC 9068).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{CALLBACK, TestTenant, assert_error, claims, location, otp_request, query};

const REFUSED: [(&str, &str); 3] = [
    ("https://unknown.example", "Service not found: https://unknown.example"),
    ("public", "Service not found: public"),
    (
        "https://payments.example/api",
        "Client \"web\" is not authorized to access resource server \"https://payments.example/api\".",
    ),
];

async fn redeem_for(tenant: &TestTenant, code: &str, audience: &str) -> Response {
    let mut request = otp_request(code);
    request["audience"] = json!(audience);
    tenant.post("/oauth/token", &request).send().await.unwrap()
}

#[tokio::test]
async fn token_endpoint_refuses_audience_without_using_code_up() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    for (audience, sentence) in REFUSED {
        assert_error(redeem_for(&tenant, &code, audience).await, 403, "access_denied", sentence).await;
    }
    assert_eq!(redeem_for(&tenant, &code, "https://api.example").await.status(), 200);
}

#[tokio::test]
async fn authorization_endpoints_refuse_audience() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    for (audience, sentence) in REFUSED {
        let asked =
            [("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("audience", audience)];
        let by_redirect = tenant.verify_redirect(&code, &asked).await;
        let by_page = tenant.get("/authorize").query(&asked).send().await.unwrap();
        let mut with_ticket = asked.to_vec();
        with_ticket.push(("login_ticket", "t"));
        let by_ticket = tenant.get("/authorize").query(&with_ticket).send().await.unwrap();
        for answer in [by_redirect, by_page, by_ticket] {
            let to = location(&answer);
            assert_eq!(query(&to, "error").as_deref(), Some("access_denied"), "{to}");
            assert_eq!(query(&to, "error_description").as_deref(), Some(sentence));
        }
    }
    let answer = tenant.verify_redirect(&code, &[("audience", "https://api.example")]).await;
    let code = query(&location(&answer), "code").unwrap();
    let tokens: Value = tenant.exchange(&code, &[]).await.json().await.unwrap();
    assert_eq!(claims(&tokens["access_token"])["aud"][0], "https://api.example");
}

#[tokio::test]
async fn access_token_has_rfc_9068_type_and_claims() {
    let tenant = TestTenant::start().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let code = tenant.code().await;
        let tokens: Value = tenant.redeem(&code).await.json().await.unwrap();
        let header = |token: &Value| -> Value {
            let header = token.as_str().unwrap().split('.').next().unwrap();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
        };
        assert_eq!(header(&tokens["access_token"])["typ"], "at+jwt");
        assert_eq!(header(&tokens["id_token"])["typ"], "JWT");
        let claims = claims(&tokens["access_token"]);
        assert_eq!(claims["client_id"], "web");
        seen.push(claims["jti"].as_str().unwrap().to_owned());
    }
    assert_ne!(seen[0], seen[1]);
}
