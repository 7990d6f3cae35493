//! `/userinfo`.

use serde_json::{Value, json};

use crate::support::{PHONE, TestTenant, assert_error, claims, otp_request};

async fn tokens(tenant: &TestTenant, scope: &str) -> Value {
    let mut request = otp_request(&tenant.code().await);
    request["scope"] = json!(scope);
    tenant.post("/oauth/token", &request).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn userinfo_claims_follow_scope() {
    let tenant = TestTenant::start().await;
    for (scope, names) in [
        ("openid", &["sub"][..]),
        ("openid phone", &["phone_number", "phone_number_verified", "sub"]),
        ("openid profile", &["name", "nickname", "sub", "updated_at"]),
    ] {
        let tokens = tokens(&tenant, scope).await;
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
}

/// As passport-auth0 has it, and in a form; the header counts where there is one.
#[tokio::test]
async fn userinfo_accepts_token_as_parameter() {
    let tenant = TestTenant::start().await;
    let tokens = tokens(&tenant, "openid").await;
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

#[tokio::test]
async fn userinfo_refuses_anything_but_a_valid_access_token() {
    let tenant = TestTenant::start().await;
    let tokens = tokens(&tenant, "openid").await;
    let access = tokens["access_token"].as_str().unwrap();
    let tampered = format!("{}x", &access[..access.len() - 1]);
    for token in ["", "x", "a.b.c", tokens["id_token"].as_str().unwrap(), tampered.as_str()] {
        let response = tenant.get("/userinfo").bearer_auth(token).send().await.unwrap();
        assert_eq!(response.headers()["www-authenticate"], "Bearer error=\"invalid_token\"");
        assert_error(response, 401, "invalid_token", "Unauthorized").await;
    }
    assert_error(tenant.get("/userinfo").send().await.unwrap(), 401, "invalid_token", "Unauthorized").await;
    tenant.clock.advance(86_400);
    let response = tenant.get("/userinfo").bearer_auth(access).send().await.unwrap();
    assert_error(response, 401, "invalid_token", "Unauthorized").await;
}

#[tokio::test]
async fn userinfo_refuses_blocked_user() {
    let tenant = TestTenant::start().await;
    let tokens = tokens(&tenant, "openid").await;
    tenant.block_users().await;
    let request = tenant.get("/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_error(request.send().await.unwrap(), 401, "invalid_token", "Unauthorized").await;
}
