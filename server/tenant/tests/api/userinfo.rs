//! `/userinfo`.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{DAY, PHONE, TestTenant, assert_error, claims, otp_request};

/// The two kinds of access tokens: opaque, and signed for an API.
const OPAQUE: Option<&str> = None;
const SIGNED: Option<&str> = Some("https://api.example");

async fn tokens(tenant: &TestTenant, scope: &str, audience: Option<&str>) -> Value {
    let mut request = otp_request(&tenant.code().await);
    (request["scope"], request["audience"]) = (json!(scope), json!(audience));
    tenant.post("/oauth/token", &request).send().await.unwrap().json().await.unwrap()
}

#[rstest]
#[case::openid("openid", &["sub"])]
#[case::phone("openid phone", &["phone_number", "phone_number_verified", "sub"])]
#[case::profile("openid profile", &["name", "nickname", "sub", "updated_at"])]
#[tokio::test]
async fn userinfo_claims_follow_scope(
    #[case] scope: &str,
    #[case] names: &[&str],
    #[values(OPAQUE, SIGNED)] audience: Option<&str>,
) {
    let tenant = TestTenant::start().await;
    let tokens = tokens(&tenant, scope, audience).await;
    let token = tokens["access_token"].as_str().unwrap();
    for request in [tenant.get("/userinfo"), tenant.http.post(tenant.url("/userinfo"))] {
        let response = request.bearer_auth(token).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let body: Value = response.json().await.unwrap();
        assert!(body.as_object().unwrap().keys().eq(names), "{body}");
        assert_eq!(body["sub"], claims(&tokens["id_token"])["sub"]);
        assert!(scope != "openid phone" || body["phone_number"] == PHONE);
    }
}

/// In the query, as passport-auth0 sends it, or in a form. The Authorization header takes precedence.
#[tokio::test]
async fn userinfo_accepts_token_as_parameter() {
    let tenant = TestTenant::start().await;
    let tokens = tokens(&tenant, "openid", OPAQUE).await;
    let parameter = [("access_token", tokens["access_token"].as_str().unwrap())];
    let get = || tenant.get("/userinfo").query(&parameter);
    let post = || tenant.http.post(tenant.url("/userinfo")).form(&parameter);
    for request in [get(), post()] {
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    for request in [get(), post()] {
        assert_error(request.bearer_auth("x").send().await.unwrap(), 401, "invalid_token", "Unauthorized").await;
    }
}

#[rstest]
#[case::empty(|_: &Value| String::new())]
#[case::not_a_jwt(|_: &Value| "x".to_owned())]
#[case::not_base64(|_: &Value| "a.b.c".to_owned())]
#[case::id_token(|tokens: &Value| tokens["id_token"].as_str().unwrap().to_owned())]
#[case::tampered_signature(|tokens: &Value| {
    let access = tokens["access_token"].as_str().unwrap();
    format!("{}x", &access[..access.len() - 1])
})]
#[tokio::test]
async fn userinfo_refuses_anything_but_an_access_token(
    #[case] token: fn(&Value) -> String,
    #[values(OPAQUE, SIGNED)] audience: Option<&str>,
) {
    let tenant = TestTenant::start().await;
    let tokens = tokens(&tenant, "openid", audience).await;
    let response = tenant.get("/userinfo").bearer_auth(token(&tokens)).send().await.unwrap();
    assert_eq!(response.headers()["www-authenticate"], "Bearer error=\"invalid_token\"");
    assert_error(response, 401, "invalid_token", "Unauthorized").await;
}

#[tokio::test]
async fn userinfo_refuses_missing_token() {
    let tenant = TestTenant::start().await;
    assert_error(tenant.get("/userinfo").send().await.unwrap(), 401, "invalid_token", "Unauthorized").await;
}

#[rstest]
#[tokio::test]
async fn userinfo_refuses_expired_token(#[values(OPAQUE, SIGNED)] audience: Option<&str>) {
    let tenant = TestTenant::start().await;
    let tokens = tokens(&tenant, "openid", audience).await;
    tenant.clock.advance(DAY - 1);
    let request = tenant.get("/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_eq!(request.send().await.unwrap().status(), 200);
    tenant.clock.advance(1);
    let request = tenant.get("/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_error(request.send().await.unwrap(), 401, "invalid_token", "Unauthorized").await;
}

#[rstest]
#[tokio::test]
async fn userinfo_refuses_blocked_user(#[values(OPAQUE, SIGNED)] audience: Option<&str>) {
    let tenant = TestTenant::start().await;
    let tokens = tokens(&tenant, "openid", audience).await;
    tenant.block_users().await;
    let request = tenant.get("/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_error(request.send().await.unwrap(), 401, "invalid_token", "Unauthorized").await;
}
